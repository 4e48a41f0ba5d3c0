"""Which sign of life does each reserved job give, by what the server says now?"""

from collections.abc import Iterable

from django.conf import settings

from jobs.liveness import Evidence, Sign, sign_of_life
from jobs.models import Job
from jobs.statuses import RESERVED
from jobsite.lab.server import ConnectedThreads


def evidence_of(presence: ConnectedThreads) -> Evidence:
    """Return what the rules of jobs.liveness want to know."""
    server = presence.server
    proxies = settings.LAB.proxies
    return Evidence(server.started, server.sees_all, server.user, presence.threads, server.last_id, proxies)


def sign_of(job: Job, evidence: Evidence) -> Sign | None:
    """Return the sign of a reserved job; None for any other. One that names no connection or user may be anybody's."""
    if job.status != RESERVED:
        return None
    if not job.connection_id or not job.user:
        return Sign.CANNOT_TELL
    return sign_of_life(job.account, job.connection_id, job.timestamp, evidence)


def mark(jobs: Iterable[Job], presence: ConnectedThreads) -> list[Job]:
    """Return the jobs, each with its `sign` set."""
    evidence, marked = evidence_of(presence), list(jobs)
    for job in marked:
        job.sign = sign_of(job, evidence)
    return marked
