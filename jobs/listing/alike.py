"""Which other jobs failed in the same way as one? Those of its group, as the page of errors counts them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from jobs.layouts.reading import Reading
from jobs.listing.failures.shared import shared_failures
from jobs.listing.filters import JobFilter
from jobs.listing.rows import list_jobs
from jobs.models import Job
from jobs.statuses import ERROR
from jobs.tracebacks.parsing import read_stack_blob
from jobs.tracebacks.signature import signature_of
from jobsite.lab.shared_reads import looking

SHOWN = 5


@dataclass(frozen=True)
class Alike:
    """The group of a job."""

    fingerprint: str
    count: int | None = None
    """How many jobs it has, this one among them; None where that was not asked."""
    first: Sequence[Job] = ()
    """The newest of them."""


def group_of(job: Job) -> Alike | None:
    """Return the group of a failed job by its own message and stack, without asking the server; None for any other."""
    name = _fingerprint(job)
    return Alike(name) if name else None


def jobs_alike(job: Job, reading: Reading, now: datetime) -> Alike | None:
    """Return the group of a job and the newest jobs of it; None where it is not known. Raises DatabaseError."""
    name = _fingerprint(job)
    if not name:
        return None
    with looking():
        group = shared_failures(JobFilter(), reading, now).answer.failures.groups.get(name)
        if group is None:
            return None
        chosen = replace(JobFilter.read({"group": name, "status": ERROR}), group_rows=group.rows)
        return Alike(name, group.tally.count, list_jobs(chosen, reading, now).rows[:SHOWN])


def _fingerprint(job: Job) -> str:
    """Return the name of a failed job's group, by its message and stack; '' for any other job."""
    if job.status != ERROR:
        return ""
    return signature_of(job.error_message, read_stack_blob(job.error_stack).text).fingerprint
