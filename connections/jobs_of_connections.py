"""Which reserved jobs does each connection hold, and which may it hold? Here, and only here, connections ask for jobs.

The connection that makes jobs slow to read is found and killed on these very pages. So where jobs cannot be read, a
sentence says so, and everything else is shown.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.db import DatabaseError

from connections.models import Connection
from connections.processes import processes
from jobs.layouts.reading import Reading
from jobs.listing.marking import annotate_liveness
from jobs.listing.reserved import (
    MOST_MATCHED,
    FoundJobs,
    ReservedJobs,
    jobs_of_connections,
    jobs_of_users,
    read_again,
    read_reserved,
)
from jobs.liveness import Liveness, may_be
from jobs.models import Job
from jobsite.durations import say_duration
from jobsite.lab import shared_reads
from jobsite.lab.explanations import explain
from jobsite.lab.server import ConnectedThreads, Server
from jobsite.lab.shared_answers import Shared
from jobsite.lab.shared_reads import SharedRead
from jobsite.lab.slow_answers import NotReadError

JOBS_NAMED = 5
"""Jobs of one connection that are named, and whose keys are read; of the others it is said how many there are."""
NOT_ALL_READ = f"More than {MOST_MATCHED} reserved jobs name these connections or their users, and not all were read."


def _read_named() -> ReservedJobs:
    """Return the reserved jobs that name a connection of the server."""
    return read_reserved(Reading.begin(), shared_reads.server().started, [process.id for process in processes()])


reserved_jobs = SharedRead[ReservedJobs]("reserved jobs", _read_named, is_slow=True)
"""The same for a page that only looks; who acts reads anew, and all."""


def annotate_jobs(rows: Sequence[Connection], server: Server, everybody: ConnectedThreads | None = None) -> list[str]:
    """Give each connection its `jobs`; return why some may hold others that could not be seen, in sentences.

    The reserved jobs may be those of a moment ago, unless `everybody` who is connected is given, by whoever acts: then
    they are read anew, and each connection gets its `possible_jobs`, too.
    """
    for row in rows:
        row.jobs, row.possible_jobs, row.jobs_unknown = [], [], False
    try:
        shared = reserved_jobs.with_age() if everybody is None else None
        reading = Reading.begin(shared.answer.left_out if shared else ())
        reserved = shared.answer if shared else read_reserved(reading, server.started)
        found = _annotate(rows, server, everybody, reserved, reading)
    except NotReadError as error:
        return [f"The reserved jobs are {error.in_words}."]
    except DatabaseError as error:
        return [_explained(error)]
    if reading.newer:
        for row in rows:
            row.jobs_unknown = not row.jobs
    return [*(_age(shared) if shared else ()), *_unread(found, reading)]


def _age(reserved: Shared[ReservedJobs]) -> Iterator[str]:
    """Yield how old the reserved jobs are, where they could not be read for this page."""
    if reserved.is_old or reserved.is_slow:
        yield f"The reserved jobs were read {say_duration(reserved.age_s)} ago, because that takes long."


def _unread(found: FoundJobs, reading: Reading) -> Iterator[str]:
    """Yield in sentences why a connection may hold jobs that nobody sees."""
    for table in reading.unreadable:
        if table.has_jobs:
            yield f"The jobs of {table.schema} cannot be read: {table.in_words}."
    for schema in found.unnamed:
        yield f"The jobs table of {schema} does not say which connection has reserved a job."
    if reading.newer:
        yield f"The jobs in {reading.newer.in_words} are not shown yet."
    if not found.is_whole:
        yield NOT_ALL_READ


def _annotate(
    rows: Sequence[Connection],
    server: Server,
    everybody: ConnectedThreads | None,
    reserved: ReservedJobs,
    reading: Reading,
) -> FoundJobs:
    threads = {row.id: row.account for row in rows}
    if not reserved.is_whole:
        return _annotate_matched(rows, server, everybody, reading)
    found = reserved.of_users(threads) if everybody else reserved.of_connections(threads)
    _give(rows, server, everybody, found)
    if named := [job for row in rows for jobs in (row.jobs, row.possible_jobs) for job in jobs[:JOBS_NAMED]]:
        found = read_again(found, named, reading)
        _give(rows, server, everybody, found)
    return found


def _annotate_matched(
    rows: Sequence[Connection], server: Server, everybody: ConnectedThreads | None, reading: Reading
) -> FoundJobs:
    """Give the connections the jobs that the server matches with them: too many are reserved to read them all."""
    threads = {row.id: row.account for row in rows}
    match = jobs_of_users if everybody else jobs_of_connections
    found = match(threads, server.started, reading)
    _give(rows, server, everybody, found)
    if everybody and not found.is_whole:  # those that are held for sure may be among the others
        _give_held(rows, server, jobs_of_connections(threads, server.started, reading))
    return found


def _give(rows: Sequence[Connection], server: Server, everybody: ConnectedThreads | None, found: FoundJobs) -> None:
    _give_held(rows, server, found)
    if everybody:
        _give_possible(rows, everybody, found)


def _give_held(rows: Sequence[Connection], server: Server, found: FoundJobs) -> None:
    """Give the connections the jobs that they really hold: same user and client, reserved since the server started."""
    jobs: dict[int, list[Job]] = defaultdict(list)
    for job in annotate_liveness(found.jobs, ConnectedThreads(server, {row.id: row.account for row in rows})):
        if job.liveness is Liveness.RUNNING and job.connection_id:
            jobs[job.connection_id].append(job)
    for row in rows:
        row.jobs = jobs[row.id]


def _give_possible(rows: Sequence[Connection], everybody: ConnectedThreads, found: FoundJobs) -> None:
    """Give the connections the jobs of the same user over a connection that is gone or cannot be told.

    Such a job may be held by a child of a pool, or behind a proxy.
    """
    unsure = [
        job
        for job in annotate_liveness(found.jobs, everybody)
        if job.liveness in (Liveness.UNCERTAIN, Liveness.CANNOT_TELL)
    ]
    for row in rows:
        row.possible_jobs = [job for job in unsure if _may_hold(row, job)]


def _may_hold(row: Connection, job: Job) -> bool:
    return may_be(row.account, job.account) or (job.connection_id, job.account[0]) == (row.id, row.user)


def _explained(error: DatabaseError) -> str:
    sentence = explain(error)
    if not sentence:
        raise error
    return sentence
