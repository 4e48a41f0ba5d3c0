"""Does the worker of each reserved job live, by what the server says now?"""

from collections.abc import Iterable
from dataclasses import replace

from django.conf import settings
from django.db import DatabaseError

from jobs.listing.this_machine import runs_here
from jobs.liveness import CLOCK_MARGIN, UNKNOWN_PID, Evidence, Judgement, Liveness, Reservation, judge
from jobs.models import Job
from jobs.statuses import RESERVED
from jobsite.lab.deadline import part
from jobsite.lab.errors import is_late
from jobsite.lab.server import ConnectedThreads, who_is_connected

RUNS_HERE = "it is not connected, but a process {} runs on Jobsite's own machine"


def evidence_of(threads: ConnectedThreads) -> Evidence:
    """Return what the rules of jobs.liveness want to know."""
    server = threads.server
    proxies = settings.LAB.proxies
    return Evidence(
        server.started, server.sees_all, server.user, threads.threads, server.last_id, proxies, threads.pids
    )


def judge_job(job: Job, evidence: Evidence) -> Judgement | None:
    """Return the liveness of a reserved job, and why; None for any other.

    A worker without a connection whose process runs on this very machine may have lost its connection alone: inside
    make it asks the server again at the end, and connects anew for that. That no process of this number runs here tells
    nothing: two machines may have one name.
    """
    if job.status != RESERVED:
        return None
    if not job.connection_id or not job.user:
        return Judgement(Liveness.CANNOT_TELL, "its row names no connection or no user")
    known = judge(Reservation(job.account, job.connection_id, job.timestamp, job.pid or UNKNOWN_PID), evidence)
    if known.liveness is Liveness.ABANDONED and runs_here(job.host or "", job.pid or UNKNOWN_PID):
        return Judgement(Liveness.UNCERTAIN, RUNS_HERE.format(job.pid))
    return known


def annotate_liveness(jobs: Iterable[Job], threads: ConnectedThreads) -> list[Job]:
    """Return the jobs, each with its `liveness` and `liveness_reason` set."""
    evidence, marked = evidence_of(threads), list(jobs)
    for job in marked:
        known = judge_job(job, evidence)
        if known is not None and not threads.was_read:
            known = Judgement(Liveness.CANNOT_TELL, "who is connected was not read in time")
        job.liveness, job.liveness_reason = known or (None, "")
    return marked


def annotate_liveness_now(jobs: Iterable[Job], threads: ConnectedThreads) -> list[Job]:
    """Return jobs that were read after `threads`, each with its `liveness` set."""
    return annotate_and_refresh(jobs, threads)[0]


def annotate_and_refresh(jobs: Iterable[Job], threads: ConnectedThreads) -> tuple[list[Job], ConnectedThreads]:
    """Return the same, and the threads by which it was told, for jobs that are read next.

    Who reserved one of the jobs since `threads` were read is not among them: they are read again then.
    """
    marked = annotate_liveness(jobs, threads)
    if not any(_may_be_newer(job, threads) for job in marked):
        return marked, threads
    try:
        with part():
            threads = who_is_connected()
    except DatabaseError as error:
        if not is_late(error):
            raise
        return annotate_liveness(marked, replace(threads, was_read=False)), threads
    return annotate_liveness(marked, threads), threads


def _may_be_newer(job: Job, threads: ConnectedThreads) -> bool:
    """Say whether a job that looks as if its worker were gone may have been reserved since the threads were read."""
    if job.liveness in (None, Liveness.RUNNING) or not threads.was_read:
        return False
    server = threads.server
    is_of_new_connection = server.last_id is not None and (job.connection_id or 0) > server.last_id
    return is_of_new_connection or job.timestamp is None or job.timestamp >= server.now - CLOCK_MARGIN
