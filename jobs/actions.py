"""Clearing jobs: the only place where a person's act changes a jobs table.

Every delete is guarded by primary key, status and timestamp as seen, so a row that changed since is left alone. It goes
in short statements: one long DELETE would keep the lab's workers waiting.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, PermissionsMixin
from django.core.exceptions import PermissionDenied
from django.db.models import Q

from jobs.filters import JobFilter
from jobs.listing import by_schema, seen_before
from jobs.models import Job
from jobs.seen import SeenJob

CLEAR = "jobs.clear_job"
ROWS_A_DELETE = 200
"""Rows of one DELETE: workers wait a few milliseconds at most."""

log = logging.getLogger("jobsite.activity")


@dataclass(frozen=True)
class Cleared:
    """What became of the chosen jobs."""

    cleared: int = 0
    changed: int = 0
    gone: int = 0

    def __add__(self, other: "Cleared") -> "Cleared":
        """Return both together."""
        return Cleared(self.cleared + other.cleared, self.changed + other.changed, self.gone + other.gone)

    @property
    def in_words(self) -> str:
        """The outcome as a sentence; what did not happen is not mentioned."""
        jobs = "1 job" if self.cleared == 1 else f"{self.cleared:,} jobs"
        said = [f"Cleared {jobs}."]
        if self.changed:
            said.append(f"{self.changed:,} changed meanwhile and {'was' if self.changed == 1 else 'were'} left alone.")
        if self.gone:
            said.append(f"{self.gone:,} {'was' if self.gone == 1 else 'were'} gone already.")
        return " ".join(said)


def clear(seen: Iterable[SeenJob], schemas: Sequence[str], user: AbstractBaseUser | AnonymousUser) -> Cleared:
    """Delete the rows that still are as they were seen; `schemas` are the ones discovery found.

    Raises PermissionDenied when `user` may not clear, before anything is asked of the server.
    """
    _check(user)
    found = Cleared()
    for schema, rows in by_schema(seen):
        for few in _in_chunks(rows):
            found += _clear_few(schema, few) if schema in schemas else Cleared(gone=len(few))
    log.info("%s cleared jobs: %s", user.get_username(), found.in_words)
    return found


def clear_matching(
    chosen: JobFilter, schemas: Sequence[str], now: datetime, before: datetime, user: AbstractBaseUser | AnonymousUser
) -> Cleared:
    """Delete every row that matches the filter and was there before the second `before` in which the list was read.

    `now` is the time the filter's ages count from. A row that came or changed since has a later timestamp.
    """
    _check(user)
    found = Cleared()
    for schema in schemas:
        if chosen.schema in ("", schema):
            for few in _matching_chunks(chosen, schema, now, before):
                found += _clear_few(schema, few)
    log.info("%s cleared all that match %r: %s", user.get_username(), chosen.query, found.in_words)
    return found


def _check(user: AbstractBaseUser | AnonymousUser) -> None:
    if not isinstance(user, PermissionsMixin) or not user.has_perm(CLEAR):
        raise PermissionDenied(
            "Your account may look at jobs but not clear them: ask an admin to make you an operator."
        )


def _clear_few(schema: str, rows: Sequence[SeenJob]) -> Cleared:
    table = Job.objects.in_schema(schema)
    unchanged, keys = Q(), Q()
    for row in rows:
        key = Q(table_name=row.table_name, key_hash=row.key_hash)
        keys |= key
        unchanged |= key & Q(status=row.status, timestamp=row.timestamp)
    cleared, _ = table.filter(unchanged).delete()
    changed = table.filter(keys).count() if cleared < len(rows) else 0
    return Cleared(cleared=cleared, changed=changed, gone=len(rows) - cleared - changed)


def _matching_chunks(chosen: JobFilter, schema: str, now: datetime, before: datetime) -> Iterator[list[SeenJob]]:
    """Yield what matches a page of primary keys at a time; a chunk that changed meanwhile is not met again."""
    rows, after = seen_before(chosen, schema, now, before), Q()
    while few := list(rows.filter(after).values_list("table_name", "key_hash", "status", "timestamp")[:ROWS_A_DELETE]):
        yield [SeenJob(schema, *row) for row in few]
        table_name, key_hash, _, _ = few[-1]
        after = Q(table_name__gt=table_name) | Q(table_name=table_name, key_hash__gt=key_hash)


def _in_chunks(rows: Sequence[SeenJob]) -> Iterator[Sequence[SeenJob]]:
    for start in range(0, len(rows), ROWS_A_DELETE):
        yield rows[start : start + ROWS_A_DELETE]
