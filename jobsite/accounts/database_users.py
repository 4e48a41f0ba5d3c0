"""Which users of the lab's server is a person? They say so once, on their account page.

That a database user has the person's name on the site is a guess: it is offered first and in force only once they have
said so. "None of your jobs failed" would else be said to whoever is called otherwise there, by nobody's knowledge.
A link gives no right: it chooses from what the person may see anyway. So two people may share a database user.
"""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from django.contrib.auth.models import User as Person
from django.db import Error, transaction

from jobsite.accounts.models import NAME_CHARS, DatabaseUser
from jobsite.activity.terminal_user import User
from jobsite.one_line import printable
from jobsite.pages.filter_form import ListFilter

MOST_LINKED = 20
"""Database users of one person: each is compared with each row of a list, and named in its sentence."""
NO_NAME = f"“{{}}” is no database user: a name has at most {NAME_CHARS} letters, and each can be seen."
SHOWN = 40
"""Letters of a name that are shown when it cannot be linked."""

Chosen = TypeVar("Chosen", bound=ListFilter)


class NotLinkedError(ValueError):
    """The names cannot be linked; the message says why in a sentence."""


def database_users(user: User) -> tuple[str, ...]:
    """Return the database users that a person has linked, in order.

    There are none of who has no account here, and where the site's own database has no record of them.
    """
    if not isinstance(user, Person):
        return ()
    with suppress(Error):
        return tuple(DatabaseUser.objects.filter(person=user).values_list("name", flat=True))
    return ()


def as_read_by(user: User, chosen: Chosen) -> Chosen:
    """Return a filter as it is meant by the person whose page it is: `mine` stands for their database users."""
    return replace(chosen, own_users=database_users(user)) if chosen.is_mine else chosen


def link(person: Person, names: Iterable[str]) -> Sequence[str]:
    """Let these be the person's database users, and no others; return them. Raises NotLinkedError, and Error."""
    wanted = sorted({name for name in names if name})
    for name in wanted:
        _check(name)
    if len(wanted) > MOST_LINKED:
        raise NotLinkedError(f"These are {len(wanted)} database users: a person links at most {MOST_LINKED}.")
    with transaction.atomic():
        DatabaseUser.objects.filter(person=person).exclude(name__in=wanted).delete()
        rows = [DatabaseUser(person=person, name=name) for name in wanted]
        DatabaseUser.objects.bulk_create(rows, ignore_conflicts=True)
    return wanted


def guessed(person: Person, named: Collection[str]) -> str:
    """Return which of the names of database users is the person's name on the site; '' for none."""
    own = person.get_username()
    return own if own in named else next((name for name in sorted(named) if name.casefold() == own.casefold()), "")


def _check(name: str) -> None:
    """Raise NotLinkedError for what is no name of a user."""
    if len(name) > NAME_CHARS or not name.isprintable():
        raise NotLinkedError(NO_NAME.format(printable(name[:SHOWN])))
