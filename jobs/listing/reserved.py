"""Which reserved jobs do connections hold, or may they hold?

Anybody may write any connection and user in a row, and many such rows could push a real one out of what is read. So
the query matches rows as exactly as the server can, and says where not all were read.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q
from django.db.models.functions import Left
from django.db.models.lookups import Exact, In

from jobs.layouts.base import Layout
from jobs.layouts.reading import Reading
from jobs.listing.rows import union_of
from jobs.liveness import CLOCK_MARGIN, Account, is_cut, names_of
from jobs.models import Job, JobQuerySet
from jobs.statuses import RESERVED
from jobsite.lab.columns import AsBytes, JoinedAsBytes

MOST_READ = 1000
"""Jobs that are read at most: a worker holds a few."""
NO_CONNECTION = Q(connection_id=0) | Q(connection_id=None)


@dataclass(frozen=True)
class ReservedJobs:
    """Reserved jobs; not all that match when `is_whole` is False. Their liveness says whether they are really held."""

    jobs: Sequence[Job]
    is_whole: bool = True
    unnamed: Sequence[str] = ()
    """The schemas in which a reserved job names no connection, as in a table that keeps none."""


def jobs_of_connections(threads: Mapping[int, Account], started: datetime, reading: Reading) -> ReservedJobs:
    """Return the jobs that name one of these connections and its user and client, reserved since the server started."""
    pairs = [f"{thread} {name}" for thread, account in threads.items() for name in names_of(account)]
    wanted = Q(In(JoinedAsBytes("connection_id", "user"), _in_bytes(pairs)))
    wanted |= _any_of(
        Q(connection_id=thread) & _begins_with(names_of(account)[0])
        for thread, account in threads.items()
        if is_cut(account)
    )
    found = _read(wanted, threads, started, reading)
    named = [job for job in found if job.connection_id]
    return ReservedJobs(named, len(named) <= MOST_READ, _unnamed(found))


def jobs_of_users(threads: Mapping[int, Account], started: datetime, reading: Reading) -> ReservedJobs:
    """Return the jobs of the users of these connections, over any connection, reserved since the server started.

    Those that `jobs_of_connections` finds are among them, as long as all were read.
    """
    wanted = _any_of(
        _named_as(account) | (_begins_with(f"{account[0]}@") & Q(connection_id=thread))
        for thread, account in threads.items()
    )
    found = {(job.stored_in, *job.pk): job for job in _read(wanted, threads, started, reading)}.values()
    return ReservedJobs(list(found), len(found) <= MOST_READ, _unnamed(found))


def _read(wanted: Q, threads: Mapping[int, Account], started: datetime, reading: Reading) -> list[Job]:
    """Return the jobs that are wanted, and of each schema one that names no connection, where there is one."""

    def rows_of(layouts: Sequence[Layout]) -> list[Job]:
        branches = [_reserved(one, started).filter(wanted)[: MOST_READ + 1] for one in layouts]
        branches += [_reserved(one, started).filter(NO_CONNECTION)[:1] for one in layouts]
        return list(union_of(branches)[: MOST_READ + 1 + len(layouts)]) if branches and threads else []

    return reading.ask(rows_of)


def _unnamed(found: Iterable[Job]) -> list[str]:
    return sorted({job.schema for job in found if not job.connection_id})


def _reserved(layout: Layout, started: datetime) -> JobQuerySet:
    since = Q(timestamp__gte=started - CLOCK_MARGIN) | Q(timestamp=None)
    return layout.jobs().filter(since, status=RESERVED).defer("error_stack").order_by()


def _any_of(conditions: Iterable[Q]) -> Q:
    return Q(*conditions, _connector=Q.OR)


def _named_as(account: Account) -> Q:
    names = names_of(account)
    exactly = Q(In(AsBytes(F("user")), _in_bytes(names)))
    return exactly | _begins_with(names[0]) if is_cut(account) else exactly


def _begins_with(text: str) -> Q:
    return Q(Exact(AsBytes(Left(F("user"), len(text))), text.encode()))


def _in_bytes(texts: Collection[str]) -> list[bytes]:
    return [text.encode() for text in texts]
