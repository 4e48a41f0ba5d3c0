"""Which reserved jobs do connections hold, or may they hold?

All reserved jobs are read once, a few columns of each, and matched with the connections in memory. Anybody may write
any connection and user in a row, and very many such rows could push a real one out of what is read. Then the server
matches the rows, as exactly as it can, and where it finds too many of them it is said that not all were read.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from django.db.models import F, Q
from django.db.models.functions import Left
from django.db.models.lookups import Exact, In

from jobs.formats.key import Key
from jobs.layouts.base import Layout
from jobs.layouts.discovery import NewerTables
from jobs.layouts.reading import LeftOut, Reading
from jobs.listing.rows import read_again as rows_now
from jobs.listing.rows import union_of
from jobs.liveness import CLOCK_MARGIN, Account, account_of, is_cut, may_be, names_of
from jobs.models import Job, JobQuerySet
from jobs.snapshots import JobSnapshot
from jobs.statuses import RESERVED
from jobsite.lab import shared_reads
from jobsite.lab.columns import AsBytes, JoinedAsBytes
from jobsite.lab.shared_reads import SharedRead

MOST_READ = 20_000
"""Reserved jobs that are read at most, of all schemas together: of fifty with thousands of workers each has one."""
MOST_MATCHED = 1000
"""Jobs that are read at most where the server matches them: a worker holds a few."""
NO_CONNECTION = Q(connection_id=0) | Q(connection_id=None)
COLUMNS = ("schema", "jobs_table", "table_name", "key_hash", "user", "connection_id", "timestamp")
KEY_NOT_READ = Key(problem="key not read")


class ReservedJob(NamedTuple):
    """A reserved job without its key: plain values, to be kept for all viewers."""

    schema: str
    jobs_table: str
    table_name: str
    key_hash: str
    user: str
    connection_id: int | None
    timestamp: datetime | None

    def as_job(self) -> Job:
        """Return it as a job whose key was not read."""
        names = ("table_name", "key_hash", "user", "connection_id", "timestamp")
        job = Job(status=RESERVED, **{name: getattr(self, name) for name in names})
        job.schema, job.jobs_table, job.key = self.schema, self.jobs_table, KEY_NOT_READ
        return job


@dataclass(frozen=True)
class FoundJobs:
    """Reserved jobs; not all that match when `is_whole` is False. Their liveness says whether they are really held."""

    jobs: Sequence[Job]
    is_whole: bool = True
    unnamed: Sequence[str] = ()
    """The schemas in which a reserved job names no connection, as in a table that keeps none."""


@dataclass(frozen=True)
class ReservedJobs:
    """The reserved jobs of all jobs tables; not all of them when `is_whole` is False. Plain values, to be kept."""

    jobs: Sequence[ReservedJob]
    is_whole: bool
    left_out: Sequence[LeftOut]
    """The jobs tables that could not be read."""
    newer: NewerTables

    def of_connections(self, threads: Mapping[int, Account]) -> FoundJobs:
        """Return the jobs that name one of these connections: what `jobs_of_connections` finds is among them."""
        return self._found(threads, [job for job in self.jobs if job.connection_id in threads])

    def of_users(self, threads: Mapping[int, Account]) -> FoundJobs:
        """Return the jobs that may be of the users of these connections, or name one, as `jobs_of_users` does."""
        accounts = {*threads.values()}
        users = {
            user for user in {job.user for job in self.jobs} if any(may_be(one, account_of(user)) for one in accounts)
        }
        return self._found(threads, [job for job in self.jobs if job.user in users or job.connection_id in threads])

    def _found(self, threads: Mapping[int, Account], jobs: Iterable[ReservedJob]) -> FoundJobs:
        unnamed = {job.schema for job in self.jobs if not job.connection_id} if threads else set()
        return FoundJobs([job.as_job() for job in jobs], unnamed=sorted(unnamed))


def read_again(found: FoundJobs, jobs: Iterable[Job], reading: Reading) -> FoundJobs:
    """Return what was found, with these `jobs` of it read anew, keys and all; those that are gone are left out."""
    seen = {(job.stored_in, *job.pk) for job in jobs}
    fresh = rows_now([JobSnapshot.of(job) for job in found.jobs if (job.stored_in, *job.pk) in seen], reading)
    rest = [job for job in found.jobs if (job.stored_in, *job.pk) not in seen]
    return replace(found, jobs=[*(job for job in fresh if job.status == RESERVED), *rest])


def read_reserved(reading: Reading, started: datetime) -> ReservedJobs:
    """Return the jobs reserved since the server started, of all jobs tables that can be read.

    Of a table with the index (status, timestamp) that is nothing to read, of another it is one scan.
    """

    def rows_of(layouts: Sequence[Layout]) -> list[ReservedJob]:
        branches = [_reserved(one, started).values_list(*COLUMNS)[: MOST_READ + 1] for one in layouts]
        return [ReservedJob(*row) for row in union_of(branches)[: MOST_READ + 1]] if branches else []

    found = reading.ask(rows_of)
    return ReservedJobs(found[:MOST_READ], len(found) <= MOST_READ, reading.unreadable, reading.newer)


reserved_jobs = SharedRead[ReservedJobs](
    "reserved jobs", lambda: read_reserved(Reading.begin(), shared_reads.server().started)
)
"""The same for a page that only looks; who acts reads anew."""


def jobs_of_connections(threads: Mapping[int, Account], started: datetime, reading: Reading) -> FoundJobs:
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
    return FoundJobs(named, len(named) <= MOST_MATCHED, _unnamed(found))


def jobs_of_users(threads: Mapping[int, Account], started: datetime, reading: Reading) -> FoundJobs:
    """Return the jobs of the users of these connections, over any connection, reserved since the server started.

    Those that `jobs_of_connections` finds are among them, as long as all were read.
    """
    wanted = _any_of(
        _named_as(account) | (_begins_with(f"{account[0]}@") & Q(connection_id=thread))
        for thread, account in threads.items()
    )
    found = {(job.stored_in, *job.pk): job for job in _read(wanted, threads, started, reading)}.values()
    return FoundJobs(list(found), len(found) <= MOST_MATCHED, _unnamed(found))


def _read(wanted: Q, threads: Mapping[int, Account], started: datetime, reading: Reading) -> list[Job]:
    """Return the jobs that are wanted, and of each schema one that names no connection, where there is one."""

    def rows_of(layouts: Sequence[Layout]) -> list[Job]:
        reserved = [_reserved(one, started).defer("error_stack") for one in layouts]
        branches = [rows.filter(wanted)[: MOST_MATCHED + 1] for rows in reserved]
        branches += [rows.filter(NO_CONNECTION)[:1] for rows in reserved]
        return list(union_of(branches)[: MOST_MATCHED + 1 + len(layouts)]) if branches and threads else []

    return reading.ask(rows_of)


def _unnamed(found: Iterable[Job]) -> list[str]:
    return sorted({job.schema for job in found if not job.connection_id})


def _reserved(layout: Layout, started: datetime) -> JobQuerySet:
    since = Q(timestamp__gte=started - CLOCK_MARGIN) | Q(timestamp=None)
    return layout.jobs().filter(since, status=RESERVED).order_by()


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
