"""Does the worker of each reserved job live, by what the server says now?"""

from collections.abc import Iterable

from django.conf import settings

from jobs.liveness import Evidence, Liveness, liveness_of
from jobs.models import Job
from jobs.statuses import RESERVED
from jobsite.lab.server import ConnectedThreads


def evidence_of(threads: ConnectedThreads) -> Evidence:
    """Return what the rules of jobs.liveness want to know."""
    server = threads.server
    proxies = settings.LAB.proxies
    return Evidence(server.started, server.sees_all, server.user, threads.threads, server.last_id, proxies)


def _liveness_of_job(job: Job, evidence: Evidence) -> Liveness | None:
    """Return the liveness of a reserved job; None for any other. Without connection or user it may be anybody's."""
    if job.status != RESERVED:
        return None
    if not job.connection_id or not job.user:
        return Liveness.CANNOT_TELL
    return liveness_of(job.account, job.connection_id, job.timestamp, evidence)


def annotate_liveness(jobs: Iterable[Job], threads: ConnectedThreads) -> list[Job]:
    """Return the jobs, each with its `liveness` set."""
    evidence, marked = evidence_of(threads), list(jobs)
    for job in marked:
        known = _liveness_of_job(job, evidence)
        job.liveness = known if threads.was_read else known and Liveness.CANNOT_TELL
    return marked
