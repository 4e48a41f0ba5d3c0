"""Which of the reserved jobs may an action be done to that spares living workers? Asked anew for each chunk.

The rows are read first, and who is connected after them: a worker that has reserved a row was connected by then. A
reservation of the very second in which that is asked is left alone, and so is one whose table keeps no time: the guard
of the statement could not tell it from one that has taken its place.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from jobs.layouts.base import Layout
from jobs.listing.marking import annotate_liveness
from jobs.liveness import Liveness
from jobs.models import Job
from jobs.snapshots import SeenRow
from jobs.statuses import RESERVED
from jobsite.lab.server import ConnectedThreads, who_is_connected

TOO_NEW = "it was reserved this very second, or its table keeps no time"


def spare_living(layout: Layout, rows: Sequence[SeenRow]) -> tuple[Sequence[SeenRow], Counter[str]]:
    """Return those of one chunk that an action may be done to, and how many it may not, by the word for why.

    Raises DatabaseError when it cannot be seen whose worker lives.
    """
    reserved = [row for row in rows if row.status == RESERVED]
    if not reserved:
        return rows, Counter()
    jobs = list(layout.jobs().filter(layout.keys(reserved)).defer("error_stack").order_by())
    living = living_of(jobs, who_is_connected())
    spared = {(job.table_name, job.key_hash) for job in living}
    return [row for row in rows if row.key not in spared or row.status != RESERVED], why_left(living)


def living_of(jobs: Iterable[Job], threads: ConnectedThreads) -> list[Job]:
    """Return the reserved ones among `jobs` whose worker is not known to be gone, each with its `liveness` set.

    `threads` was read after `jobs`.
    """
    marked = annotate_liveness([job for job in jobs if job.status == RESERVED], threads)
    for job in marked:
        if job.liveness is Liveness.ABANDONED and not _is_told_from_the_next(job, threads.server.now):
            job.liveness, job.liveness_reason = Liveness.CANNOT_TELL, TOO_NEW
    return [job for job in marked if job.liveness is not Liveness.ABANDONED]


def why_left(jobs: Iterable[Job]) -> Counter[str]:
    """Return how many reserved jobs are left alone, by liveness."""
    return Counter(job.liveness.value for job in jobs if job.liveness)


def _is_told_from_the_next(job: Job, now: datetime) -> bool:
    return job.timestamp is not None and job.timestamp < now.replace(microsecond=0)
