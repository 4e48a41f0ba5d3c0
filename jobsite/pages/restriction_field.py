"""The box of a filter that takes a restriction, as DataJoint's users write one."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from django import forms

from jobsite.one_line import printable
from jobsite.pages.filter_form import FilterField, MistakeError, check_characters
from jobsite.restrictions.columns import Column
from jobsite.restrictions.reading import read_restriction
from jobsite.restrictions.refusal import RestrictionError

SHOWN_BEFORE, SHOWN_AFTER = 30, 20
"""Characters of a text that are shown around the place of a mistake."""
WRONG = re.compile(r"\w+|\W|\Z")


class RestrictionField(FilterField):
    """A condition on some columns of a list; the value is what `read` returns, None for nothing.

    It is asked for when it is entered, and not while somebody types: half of a condition is another one.
    """

    is_wide = True

    def __init__(
        self,
        clause: str,
        columns: Sequence[Column],
        read: Callable[[str], Any] | None = None,
        *,
        also: str = "",
        **kwargs: Any,
    ) -> None:
        """`columns` are those that it may name, `also` what else it may be.

        `read` returns the value of a text, or raises ValueError; without, that is a Restriction.
        """
        self.columns, self.also = columns, also
        self.read = read or (lambda text: read_restriction(text, columns))
        super().__init__(clause, **kwargs)
        self.validators = [check_characters]  # how long it may be, the restriction says itself

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Return the attributes of the box, and what may stand in it."""
        names = ", ".join(column.name for column in self.columns if not column.refusal)
        what = f"A condition on {names}{f', or {self.also}' if self.also else ''}."
        about = {"title": what, "spellcheck": "false", "autocomplete": "off"}
        return {**super().widget_attrs(widget), **about, "autocapitalize": "off", "data-restriction": ""}

    def to_python(self, value: Any) -> Any:
        """Return the restriction. Raises MistakeError with one sentence and the place."""
        text = super().to_python(value) or ""
        try:
            return self.read(text) if text else None
        except RestrictionError as error:
            raise MistakeError(str(error), *_place(text, error.position)) from None
        except ValueError as error:
            raise MistakeError(str(error)) from None

    def say(self, value: Any) -> str:
        """Return the clause with the restriction as it was understood."""
        return super().say(value.in_words)


def _place(text: str, position: int) -> tuple[str, str, str]:
    """Return what stands before a mistake, there, and after it."""
    found = WRONG.match(text, min(position, len(text)))
    end = min(found.end(), position + SHOWN_BEFORE) if found else position
    before, after = text[max(0, position - SHOWN_BEFORE) : position], text[end : end + SHOWN_AFTER]
    cut_before = "…" if position > SHOWN_BEFORE else ""
    cut_after = "…" if end + SHOWN_AFTER < len(text) else ""
    return f"{cut_before}{printable(before)}", printable(text[position:end]), f"{printable(after)}{cut_after}"
