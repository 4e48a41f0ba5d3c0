"""Is the worker still connected that a job's row names? Asked on the page of a job that is reserved no more."""

from jobs.listing.marking import evidence_of
from jobs.liveness import UNKNOWN_PID, Liveness, Reservation, judge
from jobs.models import Job
from jobsite.lab.server import ConnectedThreads


def is_connected(job: Job, threads: ConnectedThreads) -> bool | None:
    """Return whether it is, by the rules of jobs.liveness; None where these cannot tell."""
    if not (threads.was_read and job.connection_id and job.user):
        return None
    worker = Reservation(job.account, job.connection_id, job.timestamp, job.pid or UNKNOWN_PID)
    return {Liveness.RUNNING: True, Liveness.ABANDONED: False}.get(judge(worker, evidence_of(threads)).liveness)
