"""Which reserved jobs does each connection hold, and which may it hold? Here, and only here, connections ask for jobs.

The connection that makes jobs slow to read is found and killed on these very pages. So where jobs cannot be read, a
sentence says so, and everything else is shown.
"""

from collections import defaultdict
from collections.abc import Sequence

from django.db import DatabaseError

from connections.models import Connection
from jobs.layouts.reading import Reading
from jobs.listing.marking import annotate_liveness
from jobs.listing.reserved import MOST_READ, ReservedJobs, jobs_of_connections, jobs_of_users
from jobs.liveness import Liveness, may_be
from jobs.models import Job
from jobsite.lab.explanations import explain
from jobsite.lab.server import ConnectedThreads, Server

NOT_ALL_READ = f"More than {MOST_READ} reserved jobs name these connections or their users, and not all were read."


def annotate_jobs(rows: Sequence[Connection], server: Server, everybody: ConnectedThreads | None = None) -> list[str]:
    """Give each connection its `jobs`; return why some may hold others that could not be seen, in sentences.

    With `everybody` who is connected, give it the `possible_jobs`, too.
    """
    for row in rows:
        row.jobs, row.possible_jobs, row.jobs_unknown = [], [], False
    try:
        reading = Reading.begin()
        found = _annotate_held(rows, server, reading) if everybody is None else _annotate_both(rows, everybody, reading)
    except DatabaseError as error:
        return [_explained(error)]
    unread = [
        f"The jobs of {table.schema} cannot be read: {table.in_words}."
        for table in reading.unreadable
        if table.has_jobs
    ]
    unread += [
        f"The jobs table of {schema} does not say which connection has reserved a job." for schema in found.unnamed
    ]
    if reading.newer:
        for row in rows:
            row.jobs_unknown = not row.jobs
        unread.append(f"The jobs in {reading.newer.in_words} are not shown yet.")
    return unread if found.is_whole else [*unread, NOT_ALL_READ]


def _annotate_held(rows: Sequence[Connection], server: Server, reading: Reading) -> ReservedJobs:
    found = jobs_of_connections({row.id: row.account for row in rows}, server.started, reading)
    _give_held(rows, server, found)
    return found


def _annotate_both(rows: Sequence[Connection], everybody: ConnectedThreads, reading: Reading) -> ReservedJobs:
    server = everybody.server
    found = jobs_of_users({row.id: row.account for row in rows}, server.started, reading)
    _give_held(rows, server, found)
    _give_possible(rows, everybody, found)
    if not found.is_whole:  # those that are held for sure may be among the others
        _annotate_held(rows, server, reading)
    return found


def _give_held(rows: Sequence[Connection], server: Server, found: ReservedJobs) -> None:
    """Give the connections the jobs that they really hold: same user and client, reserved since the server started."""
    jobs: dict[int, list[Job]] = defaultdict(list)
    for job in annotate_liveness(found.jobs, ConnectedThreads(server, {row.id: row.account for row in rows})):
        if job.liveness is Liveness.RUNNING and job.connection_id:
            jobs[job.connection_id].append(job)
    for row in rows:
        row.jobs = jobs[row.id]


def _give_possible(rows: Sequence[Connection], everybody: ConnectedThreads, found: ReservedJobs) -> None:
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
