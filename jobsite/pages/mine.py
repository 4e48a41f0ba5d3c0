"""The switch "Mine" of a list: what is of the database users that the reader has linked to their account.

It is a word of the address, so that a link means the same to whoever opens it: what is theirs.
"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from jobsite.one_line import printable
from jobsite.pages.filter_form import MINE, Condition, FilterField, ListFilter
from jobsite.pages.http import wants_fragment

NEXT = "next"
"""The word of the account page's address for the list that it leads back to."""
WORD_SHOWN = 20
"""Characters of a value that are shown when it cannot be read."""


def _check_switch(text: str) -> None:
    """Raise ValidationError with one sentence for anything but 1."""
    if text != "1":
        raise forms.ValidationError(f"“{printable(text[:WORD_SHOWN])}” is no value of {MINE}: write {MINE}=1.")


class MineField(FilterField):
    """Switched on by 1; its condition is asked with the reader's database users."""

    widget = forms.HiddenInput

    def __init__(self, condition: Condition | None = None) -> None:
        """Without a `condition`, the list itself compares."""
        super().__init__("of your database {}", condition, validators=[_check_switch])

    def as_read_by(self, own_users: Sequence[str], value: Any) -> Any:
        """Return the reader's database users."""
        return own_users

    def say(self, value: Any) -> str:
        """Return whose it is."""
        return super().say(f"{'user' if len(value) == 1 else 'users'} {', '.join(map(printable, value))}")


def to_account(request: HttpRequest, chosen: ListFilter) -> HttpResponse | None:
    """Lead to the account page who asks for what is theirs and has not said which database users they are.

    From there it leads back. None for everybody else, and for a part of a page, in which the list says it.
    """
    if not chosen.is_mine or chosen.own_users or wants_fragment(request):
        return None
    back = urlencode({NEXT: request.get_full_path()})
    return HttpResponseRedirect(f"{reverse('accounts:account')}?{back}")
