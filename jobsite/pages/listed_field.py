"""Filters of which a person may write several values, with commas or blanks between: numbers, or words."""

from typing import Any

from django import forms
from django.db.models import Q

from jobsite.one_line import printable
from jobsite.pages.filter_form import FilterField

LARGEST_ID = 2**63 - 1
WORD_SHOWN = 40
"""Characters of a word that are shown when it cannot be read."""


def is_id(word: str) -> bool:
    """Say whether a word is a number that may be an id; Python reads no number of thousands of digits."""
    digits = word.lstrip("0")
    return (
        word.isascii() and word.isdecimal() and len(digits) <= len(str(LARGEST_ID)) and int(digits or 0) <= LARGEST_ID
    )


class ListedField(FilterField):
    """One or more values with commas or blanks between; the value is a list of them."""

    def __init__(self, clause: str, column: str = "", **kwargs: Any) -> None:
        """Without a `column`, the list itself looks for the values."""
        super().__init__(clause, (lambda values, now: Q((f"{column}__in", values))) if column else None, **kwargs)

    def read_word(self, word: str) -> Any:
        """Return the value of one word. Raises ValueError with how to write it."""
        return word

    def to_python(self, value: Any) -> Any:
        """Return the values. Raises ValidationError with one sentence."""
        words = (super().to_python(value) or "").replace(",", " ").split()
        found = []
        for word in words:
            try:
                found.append(self.read_word(word))
            except ValueError as error:
                raise forms.ValidationError(f"“{printable(word[:WORD_SHOWN])}” {error}.") from None
        return found

    def say(self, value: Any) -> str:
        """Return the clause with the values."""
        return super().say(", ".join(map(str, value)))


class IdsField(ListedField):
    """One or more numbers."""

    def __init__(self, clause: str, column: str = "", called: str = "id of a connection", **kwargs: Any) -> None:
        """`called` is what the number is, in words."""
        super().__init__(clause, column, **kwargs)
        self.called = called

    def read_word(self, word: str) -> int:
        """Return the number. Raises ValueError with how to write it."""
        if not is_id(word):
            raise ValueError(f"is no {self.called}: write 123, or 123, 124")
        return int(word.lstrip("0") or 0)
