"""Which reserved jobs do connections hold, or may they hold?

All reserved jobs are read once, a few columns of each, and matched with the connections in memory. Anybody may write
any connection and user in a row, and very many such rows could push a real one out of what is read. Then the server
matches the rows, as exactly as it can, and where it finds too many of them it is said that not all were read.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any, NamedTuple

from django.db.models import F, Q
from django.db.models.functions import Left
from django.db.models.lookups import Exact, In

from jobs.formats.key import Key
from jobs.layouts.base import Layout
from jobs.layouts.branches import Branch, as_text, branches_of, union_all
from jobs.layouts.discovery import NewerTables
from jobs.layouts.reading import LeftOut, Reading
from jobs.listing.rows import read_again as rows_now
from jobs.listing.rows import union_of
from jobs.liveness import CLOCK_MARGIN, Account, account_of, is_cut, may_be, names_of
from jobs.models import Job, JobQuerySet, QualifiedName
from jobs.snapshots import JobSnapshot
from jobs.statuses import RESERVED
from jobsite.lab.columns import AsBytes, JoinedAsBytes
from jobsite.lab.identifiers import quoted
from jobsite.lab.sql import lab_cursor

MOST_READ = 20_000
"""Reserved jobs that are read at most, of all schemas together: of fifty with thousands of workers each has one."""
MOST_MATCHED = 1000
"""Jobs that are read at most where the server matches them: a worker holds a few."""
NO_CONNECTION = Q(connection_id=0) | Q(connection_id=None)
ROWS = "SELECT {} AS branch, {}, connection_id, CAST(timestamp AS CHAR) FROM {} LIMIT {}"
"""A time as text: the driver would take longer to read those of all rows, of which few are kept."""
OF_ALL = "{} LIMIT {}"
TEXTS = ", ".join(as_text(quoted(name), name) for name in ("table_name", "key_hash", "user"))
CONNECTION = 3
"""Where the row has its connection."""
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

    @classmethod
    def of(cls, table: QualifiedName, row: Sequence[Any]) -> "ReservedJob":
        """Return the job of a row of a jobs table, as ROWS selects it."""
        table_name, key_hash, user, connection_id, written = row
        return cls(*table, table_name, key_hash, user, connection_id, _read_time(written))

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
    unnamed: Sequence[str]
    """The schemas in which one names no connection."""
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
        return FoundJobs([job.as_job() for job in jobs], unnamed=self.unnamed if threads else ())


def read_again(found: FoundJobs, jobs: Iterable[Job], reading: Reading) -> FoundJobs:
    """Return what was found, with these `jobs` of it read anew, keys and all; those that are gone are left out."""
    seen = {(job.stored_in, *job.pk) for job in jobs}
    fresh = rows_now([JobSnapshot.of(job) for job in found.jobs if (job.stored_in, *job.pk) in seen], reading)
    rest = [job for job in found.jobs if (job.stored_in, *job.pk) not in seen]
    return replace(found, jobs=[*(job for job in fresh if job.status == RESERVED), *rest])


def read_reserved(reading: Reading, started: datetime, threads: Collection[int] | None = None) -> ReservedJobs:
    """Return the jobs reserved since the server started, of all jobs tables that can be read.

    Of them only those that name one of the `threads`, or one that may have come since, where they are given. Of a
    table with the index (status, timestamp) that is nothing to read, of another it is one scan.
    """

    def rows_of(layouts: Sequence[Layout]) -> list[tuple[QualifiedName, Sequence[Any]]]:
        branches = branches_of(layouts, lambda schema: _since(started), status=RESERVED)
        return _rows_of(branches) if branches else []

    found, is_named = reading.ask(rows_of), _naming(threads)
    return ReservedJobs(
        [ReservedJob.of(table, row) for table, row in found[:MOST_READ] if is_named(row[CONNECTION])],
        sorted({table.schema for table, row in found if not row[CONNECTION]}),
        len(found) <= MOST_READ,
        reading.unreadable,
        reading.newer,
    )


def _rows_of(branches: Sequence[Branch]) -> list[tuple[QualifiedName, Sequence[Any]]]:
    """Return the rows of all, each with its jobs table; a row more than MOST_READ at most."""
    sql, parameters = union_all(
        [(ROWS.format(n, TEXTS, one.sql, MOST_READ + 1), one.parameters) for n, one in enumerate(branches)]
    )
    with lab_cursor() as cursor:
        cursor.execute(sql if len(branches) == 1 else OF_ALL.format(sql, MOST_READ + 1), parameters)
        return [(branches[number].table, row) for number, *row in cursor.fetchall()]


def _naming(threads: Collection[int] | None) -> Callable[[int | None], bool]:
    """Return what says whether a connection is one of the threads, or newer than they are; all are, without them."""
    if threads is None:
        return lambda connection_id: True
    known, newest = {*threads}, max(threads, default=0)
    return lambda connection_id: connection_id in known or (connection_id or 0) > newest


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


def _read_time(written: str | None) -> datetime | None:
    """Return a time as the server writes it; None for a date of zeros, as of the driver."""
    if not written or written.startswith("0000"):
        return None
    return datetime.fromisoformat(written).replace(tzinfo=timezone.utc)


def _unnamed(found: Iterable[Job]) -> list[str]:
    return sorted({job.schema for job in found if not job.connection_id})


def _reserved(layout: Layout, started: datetime) -> JobQuerySet:
    return layout.jobs().filter(_since(started)).order_by()


def _since(started: datetime) -> Q:
    return Q(Q(timestamp__gte=started - CLOCK_MARGIN) | Q(timestamp=None), status=RESERVED)


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
