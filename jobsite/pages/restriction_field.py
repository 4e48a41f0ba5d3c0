"""The box of a filter that takes a restriction, as DataJoint's users write one."""

from collections.abc import Sequence
from typing import Any

from django import forms

from jobsite.pages.filter_form import FilterField, check_characters
from jobsite.restrictions.columns import Column
from jobsite.restrictions.reading import read_restriction


class RestrictionField(FilterField):
    """A condition on some columns of a list; the value is a Restriction, None for nothing."""

    widget = forms.SearchInput

    def __init__(self, clause: str, columns: Sequence[Column], **kwargs: Any) -> None:
        """`columns` are those that it may name."""
        self.columns = columns
        super().__init__(clause, **kwargs)
        self.validators = [check_characters]  # how long it may be, the restriction says itself

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Return the attributes of the box, and what may stand in it."""
        names = ", ".join(column.name for column in self.columns if not column.refusal)
        return {**super().widget_attrs(widget), "title": f"A condition on {names}.", "spellcheck": "false"}

    def to_python(self, value: Any) -> Any:
        """Return the Restriction. Raises ValidationError with one sentence."""
        text = super().to_python(value)
        try:
            return read_restriction(text, self.columns) if text else None
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    def say(self, value: Any) -> str:
        """Return the clause with the restriction as it was understood."""
        return super().say(value.in_words)
