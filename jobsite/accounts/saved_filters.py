"""The filters that a person has saved: a name and the address of a list each."""

from collections.abc import Sequence
from contextlib import suppress

from django.contrib.auth.models import User as Person
from django.db import Error, IntegrityError, transaction

from jobsite.accounts.list_addresses import LISTS, ListAddress
from jobsite.accounts.models import FILTER_NAME_CHARS, SavedFilter
from jobsite.activity.terminal_user import User

MOST_SAVED = 48
"""Filters of one person: as many as a menu can show."""
NAME_TAKEN = "“{}” is the name of another of your filters: choose another name, or delete that one first."
NO_NAME = "A saved filter needs a name: write one."
NAME_TOO_LONG = f"The name of a saved filter has at most {FILTER_NAME_CHARS} letters: choose a shorter one."
NOT_PRINTABLE = "The name of a saved filter is one line of letters that can be seen: choose another one."
TOO_MANY = f"You have {MOST_SAVED} saved filters, which is as many as the site keeps for a person: delete one first."


class NotSavedError(ValueError):
    """Nothing was saved or renamed; the message says why in a sentence."""


def saved_filters(user: User, view: str = "") -> Sequence[SavedFilter]:
    """Return the filters of a person by name, of one list or of all that there are; none without a record of them."""
    if not isinstance(user, Person):
        return []
    with suppress(Error):
        found = SavedFilter.objects.filter(person=user, view__in=[view] if view else LISTS)
        return sorted(found, key=lambda one: (one.name.casefold(), one.name))
    return []


def save(person: Person, name: str, address: ListAddress) -> SavedFilter:
    """Save a list under a name. Raises NotSavedError, and Error."""
    shown = _checked(name)
    with transaction.atomic():
        if SavedFilter.objects.filter(person=person).count() >= MOST_SAVED:
            raise NotSavedError(TOO_MANY)
        one = SavedFilter(person=person, name=shown, view=address.view, query=address.query)
        return _written(one)


def rename(one: SavedFilter, name: str) -> SavedFilter:
    """Give a saved filter another name. Raises NotSavedError, and Error."""
    one.name = _checked(name)
    return _written(one)


def _written(one: SavedFilter) -> SavedFilter:
    try:
        with transaction.atomic():
            one.save()
    except IntegrityError:
        raise NotSavedError(NAME_TAKEN.format(one.name)) from None
    return one


def _checked(name: str) -> str:
    """Return a name without the blanks around it. Raises NotSavedError."""
    found = name.strip()
    if not found:
        raise NotSavedError(NO_NAME)
    if len(found) > FILTER_NAME_CHARS:
        raise NotSavedError(NAME_TOO_LONG)
    if not found.isprintable():
        raise NotSavedError(NOT_PRINTABLE)
    return found
