"""When was a person here last? For what is new since then.

A visit ends when they have asked for nothing for half an hour, and only then does the next one begin: what is new stays
new while they look at it. What the site has to remember is written at most once a minute for each person.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from django.contrib.auth.models import User as Person
from django.db import Error, transaction
from django.utils import timezone

from jobsite.accounts.models import Account
from jobsite.activity.terminal_user import User
from jobsite.one_line import line_logger
from jobsite.pages.own_database import waiting_briefly

LEAVES_AFTER = timedelta(minutes=30)
WRITTEN_EACH = timedelta(minutes=1)

log = line_logger(__name__)


def account_of(user: User) -> Account | None:
    """Return what the site keeps of a person, read once a request; None where it keeps nothing or cannot be read."""
    if isinstance(user, Person):
        with suppress(Error):
            return getattr(user, "account", None)
    return None


def last_visit(user: User) -> datetime | None:
    """Return when a person was seen last before this visit; None in their first, and where that is not known."""
    account = account_of(user)
    if account is None:
        return None
    return account.seen_at if has_left(account, timezone.now()) else account.last_visit_at


def has_left(account: Account, now: datetime) -> bool:
    """Say whether a person who comes now had left: this is another visit."""
    return now - account.seen_at >= LEAVES_AFTER


def note_visit(person: Person) -> None:
    """Write down that a person is here, where that is due; where it cannot be written, the page is there anyway."""
    account, now = account_of(person), timezone.now()
    if account and timedelta() <= now - account.seen_at < WRITTEN_EACH:
        return
    try:
        with waiting_briefly(), transaction.atomic():
            _write(person, account, now)
    except Error as error:
        log.warning("When %s was here could not be written: %s.", person.get_username(), error)


def _write(person: Person, account: Account | None, now: datetime) -> None:
    """Write when a person is here; of several requests at once, of which each has read the same, the first counts."""
    if account is None:
        Account.objects.bulk_create([Account(user=person, seen_at=now)], ignore_conflicts=True)
        return
    before = {"last_visit_at": account.seen_at} if has_left(account, now) else {}
    Account.objects.filter(pk=account.pk, seen_at=account.seen_at).update(seen_at=now, **before)
