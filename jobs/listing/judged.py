"""Every reserved job that matches a filter, with what is known of its worker: read chunk by chunk, however many."""

from collections.abc import Iterator
from datetime import datetime

from django.db import DatabaseError

from jobs.layouts.base import Layout
from jobs.layouts.chunks import chunks_of
from jobs.layouts.reading import Reading
from jobs.listing.filters import JobFilter
from jobs.listing.marking import annotate_liveness_now
from jobs.listing.rows import matching_before, read_again
from jobs.models import Job
from jobs.snapshots import JobSnapshot
from jobs.statuses import RESERVED
from jobsite.lab.errors import concerns_one_table
from jobsite.lab.server import ConnectedThreads

CHUNK_ROWS = 500


def judge_reserved(chosen: JobFilter, reading: Reading, threads: ConnectedThreads, as_of: datetime) -> Iterator[Job]:
    """Yield the reserved jobs that stood there before the second `as_of` of the server's clock, table by table.

    Each has its `liveness`, and why. A jobs table that cannot be read is left out of `reading`, which says why. Raises
    DatabaseError when the server as a whole refuses.
    """
    if chosen.status in ("", RESERVED):
        for layout in reading.layouts_in(chosen.schema):
            try:
                yield from _judge(layout, chosen.with_status(RESERVED), reading, threads, as_of)
            except DatabaseError as error:
                if not concerns_one_table(error):
                    raise
                reading.leave_out(layout.table, error)


def _judge(
    layout: Layout, chosen: JobFilter, reading: Reading, threads: ConnectedThreads, as_of: datetime
) -> Iterator[Job]:
    for rows in chunks_of(layout, matching_before(chosen, as_of, layout.schema), CHUNK_ROWS):
        seen = [JobSnapshot(layout.schema, *row[:3], None, layout.table.name) for row in rows]
        reserved = [job for job in read_again(seen, reading) if job.status == RESERVED]
        yield from annotate_liveness_now(reserved, threads)
