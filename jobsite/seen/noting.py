"""What the site remembers of groups of errors: looked up for a page, and written down after it.

A page that is looked at writes nothing itself. What it has read of all failed jobs is a fact about the lab, whoever
looked; it is written down once the page is made (SeenMiddleware), and only where it says something that is not known.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import Error, transaction

from jobsite.one_line import line_logger
from jobsite.pages.own_database import waiting_briefly
from jobsite.seen.models import SeenGroup

MOST_WRITTEN = 1_000
"""Groups that are written down after one page; the others follow with the next."""

_noted: ContextVar["list[Mapping[str, Times]] | None"] = ContextVar("noted", default=None)

log = line_logger(__name__)


@dataclass(frozen=True)
class Times:
    """When the jobs of a group failed that stand there now."""

    first: datetime
    last: datetime


def seen_groups() -> Mapping[str, SeenGroup]:
    """Return what is remembered of each group of this server, by fingerprint. Raises django.db.Error."""
    return {one.fingerprint: one for one in SeenGroup.objects.filter(server=settings.LAB.name)}


def note(groups: Mapping[str, Times]) -> None:
    """Remember all groups of the server, as they stand there now, once this request is over."""
    if (noted := _noted.get()) is not None:
        noted.append(groups)


@contextmanager
def noting() -> Iterator[None]:
    """Write down what is noted until the block ends; where that cannot be, the site goes on without it."""
    noted: list[Mapping[str, Times]] = []
    token = _noted.set(noted)
    try:
        yield
    finally:
        _noted.reset(token)
    for groups in noted[-1:]:
        try:
            with waiting_briefly(), transaction.atomic():
                _write(groups)
        except Error as error:
            log.warning("Which groups of errors were seen could not be written: %s.", error)


def _write(groups: Mapping[str, Times]) -> None:
    known = seen_groups()
    new = [
        SeenGroup(server=settings.LAB.name, fingerprint=name, first_at=times.first, last_at=times.last)
        for name, times in groups.items()
        if name not in known
    ]
    changed = [known[name] for name, times in groups.items() if name in known and _has_changed(known[name], times)]
    SeenGroup.objects.bulk_create(new[:MOST_WRITTEN], ignore_conflicts=True)
    SeenGroup.objects.bulk_update(changed[:MOST_WRITTEN], ["first_at", "last_at", "back_at"], batch_size=100)


def _has_changed(seen: SeenGroup, times: Times) -> bool:
    """Take down what is new about a group, and say whether anything is."""
    before = (seen.first_at, seen.last_at, seen.back_at)
    if times.first > seen.last_at:  # all that were seen are gone
        seen.back_at = times.first
    seen.first_at, seen.last_at = min(seen.first_at, times.first), max(seen.last_at, times.last)
    return before != (seen.first_at, seen.last_at, seen.back_at)
