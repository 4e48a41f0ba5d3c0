"""Every reserved job that matches a filter, with what is known of its worker: read chunk by chunk, however many."""

from collections.abc import Iterator
from datetime import datetime

from django.db import DatabaseError

from jobs.actions.abandoned import living_of
from jobs.layouts.base import Layout
from jobs.layouts.chunks import chunks_of
from jobs.layouts.reading import Reading
from jobs.listing.filters import JobFilter
from jobs.listing.rows import matching_before, read_again
from jobs.models import Job
from jobs.snapshots import JobSnapshot
from jobs.statuses import RESERVED
from jobsite.lab.errors import concerns_one_table
from jobsite.lab.server import who_is_connected

CHUNK_ROWS = 500


def judge_reserved(chosen: JobFilter, reading: Reading, as_of: datetime) -> Iterator[Job]:
    """Yield the reserved jobs that stood there before the second `as_of` of the server's clock, table by table.

    Each has its `liveness`, and why, as an action that spares living workers sees it. A jobs table that cannot be read
    is left out of `reading`, which says why. Raises DatabaseError when the server as a whole refuses.
    """
    if chosen.status not in ("", RESERVED):
        return
    for layout in reading.layouts_in(chosen.schema):
        try:
            yield from _judge(layout, chosen.with_status(RESERVED), reading, as_of)
        except DatabaseError as error:
            if not concerns_one_table(error):
                raise
            reading.leave_out(layout.table, error)


def _judge(layout: Layout, chosen: JobFilter, reading: Reading, as_of: datetime) -> Iterator[Job]:
    for rows in chunks_of(layout, matching_before(chosen, as_of, layout.schema), CHUNK_ROWS):
        seen = [JobSnapshot(layout.schema, *row[:3], None, layout.table.name) for row in rows]
        reserved = [job for job in read_again(seen, reading) if job.status == RESERVED]
        if reserved:
            living_of(reserved, who_is_connected())  # after the rows: who has reserved one was connected by then
        yield from reserved
