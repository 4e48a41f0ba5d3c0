"""Which of the reserved jobs may an action be done to that spares living workers? Asked anew for each chunk.

The rows are read first, and who is connected after them: a worker that has reserved a row was connected by then. A
reservation of the very second in which its row was read is left alone, and so is one whose table keeps no time: the
guard of the statement could not tell it from one that has taken its place. So could it not where a row was away for a
moment: nothing is done to it.
"""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from jobs.layouts.base import Layout
from jobs.listing.marking import annotate_liveness
from jobs.liveness import Liveness
from jobs.models import Job
from jobs.snapshots import SeenRow
from jobs.statuses import RESERVED
from jobsite.lab.server import ConnectedThreads, who_is_connected

TOO_NEW = "it was reserved this very second, or its table keeps no time"


class Spared(NamedTuple):
    """What became of one chunk before anything is done to it."""

    rows: Sequence[SeenRow]
    """Those that an action may be done to."""
    left: Counter[str]
    """How many it may not, by the word for why."""
    gone: int
    """How many reservations have no row any more."""


def spare_living(layout: Layout, rows: Sequence[SeenRow]) -> Spared:
    """Return what an action may be done to of one chunk.

    Raises DatabaseError when it cannot be seen whose worker lives.
    """
    reserved = [row for row in rows if row.status == RESERVED]
    if not reserved:
        return Spared(rows, Counter(), 0)
    began = time.monotonic()
    jobs = list(layout.jobs().filter(layout.keys(reserved)).defer("error_stack").order_by())
    threads = who_is_connected()
    living = living_of(jobs, threads, read_s_ago=time.monotonic() - began)
    found, spared = {_key(job) for job in jobs}, {_key(job) for job in living}
    kept = [row for row in rows if row.status != RESERVED or (row.key in found and row.key not in spared)]
    return Spared(kept, why_left(living), sum(row.key not in found for row in reserved))


def living_of(jobs: Iterable[Job], threads: ConnectedThreads, read_s_ago: float = 0) -> list[Job]:
    """Return the reserved ones among `jobs` whose worker is not known to be gone, each with its `liveness` set.

    `threads` was read after `jobs`, which were read no longer than `read_s_ago` seconds before.
    """
    read_at = threads.server.now - timedelta(seconds=read_s_ago)
    marked = annotate_liveness([job for job in jobs if job.status == RESERVED], threads)
    for job in marked:
        if job.liveness is Liveness.ABANDONED and not _is_told_from_the_next(job, read_at):
            job.liveness, job.liveness_reason = Liveness.CANNOT_TELL, TOO_NEW
    return [job for job in marked if job.liveness is not Liveness.ABANDONED]


def why_left(jobs: Iterable[Job]) -> Counter[str]:
    """Return how many reserved jobs are left alone, by liveness."""
    return Counter(job.liveness.value for job in jobs if job.liveness)


def _key(job: Job) -> tuple[str, str]:
    return job.table_name, job.key_hash


def _is_told_from_the_next(job: Job, read_at: datetime) -> bool:
    """Say whether who takes the key after its row was read writes another time there: times are whole seconds."""
    return job.timestamp is not None and job.timestamp < read_at.replace(microsecond=0)
