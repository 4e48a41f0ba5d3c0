"""Fields of a filter that name jobs: by a key or a part of one, by the hash of a key, by groups of errors."""

from typing import Any

from django import forms

from jobs.formats.wanted_key import HASH, read_wanted_key
from jobs.tracebacks.signature import FINGERPRINT
from jobsite.pages.filter_form import FilterField, check_characters
from jobsite.pages.listed_field import ListedField

KEY_RULE = "A key or a part of it, such as subject_id=3, session=1; a whole key as JSON; or a key_hash."

HASH_RULE = "The key_hash of a job, as its page and DataJoint's jobs table show it; several with commas between."

WHOLE_HASHES = r"(\S{32}(,\s*|\s+|))*"

A_FINGERPRINT = "1-6f0c2a9b41d3"

GROUPS_RULE = f"The name of a group of errors, such as {A_FINGERPRINT}; several with commas between."

WHOLE_GROUPS = r"([1-9][0-9]{0,2}-[0-9a-f]{12}(,\s*|\s+|))*"

WHOLE_KEY = r".*\w\s*=\s*\S.*|\{.*\}|\S{32}|"
"""What may be a key by now, as HTML's pattern: half a word typed is not."""


class KeyField(FilterField):
    """A job's key, a part of it, or its hash; the value is a WantedKey."""

    def __init__(self, clause: str, **kwargs: Any) -> None:
        """A key may be longer than a search."""
        super().__init__(clause, **kwargs)
        self.validators = [check_characters]

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Return the attributes of the box; by its pattern the page knows what is worth asking for."""
        return {**super().widget_attrs(widget), "title": KEY_RULE, "pattern": WHOLE_KEY}

    def to_python(self, value: Any) -> Any:
        """Return the WantedKey, or None for nothing. Raises ValidationError with one sentence."""
        text = super().to_python(value)
        try:
            return read_wanted_key(text) if text else None
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class HashesField(ListedField):
    """One or more hashes of whole keys."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Return the attributes of the box; by its pattern the page knows what is worth asking for."""
        return {**super().widget_attrs(widget), "title": HASH_RULE, "pattern": WHOLE_HASHES}

    def read_word(self, word: str) -> str:
        """Return the hash. Raises ValueError with how to write it."""
        if not HASH.fullmatch(word):
            raise ValueError("is no key_hash: write its 32 characters")
        return word


class GroupsField(ListedField):
    """One or more names of groups of errors."""

    def __init__(self, clause: str, **kwargs: Any) -> None:
        """All groups of a page of errors may be asked for."""
        super().__init__(clause, **kwargs)
        self.validators = [check_characters]

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Return the attributes of the box; by its pattern the page knows what is worth asking for."""
        return {**super().widget_attrs(widget), "title": GROUPS_RULE, "pattern": WHOLE_GROUPS}

    def say(self, value: Any) -> str:
        """Return the clause with the names."""
        return FilterField.say(self, f"group{'' if len(value) == 1 else 's'} {', '.join(value)}")

    def read_word(self, word: str) -> str:
        """Return the name. Raises ValueError with how one looks."""
        if not FINGERPRINT.fullmatch(word):
            raise ValueError(f"is not the name of a group of errors, such as {A_FINGERPRINT}")
        return word
