"""Which jobs have the key that a person looks for? Their rows' keys are decoded: the server cannot look into them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact, LessThanOrEqual

from jobs.formats.key import key_hash
from jobs.layouts.base import Layout
from jobs.layouts.reading import Reading
from jobs.listing.filters import NEWEST_FIRST, JobFilter
from jobs.listing.rows import order_of, union_of
from jobs.models import Job
from jobsite.lab.columns import AsBytes

MOST_DECODED = 10_000
"""Rows whose keys are decoded."""
MOST_FOUND = 2_000
"""Jobs that a list names one by one to the server."""
KEY_BYTES = 4096
"""A longer key is not looked into: a primary key has 3072 bytes at most (MySQL manual, "InnoDB Limits")."""
COLUMNS = ("table_name", "key_hash", "key_blob", "timestamp")
NARROW = "Choose a table, or narrow the filter by an age, to find the others."


def find_keys(chosen: JobFilter, reading: Reading, now: datetime) -> JobFilter:
    """Return the filter with the jobs that have its key, of the newest MOST_DECODED that match the rest of it.

    A filter without a key, or with the hash of one, is returned as it is: the server compares hashes.
    """
    wanted = chosen.wanted_key
    if chosen.problems or wanted is None or wanted.key_hash:
        return chosen
    rows = _read(chosen, reading, now, Q())
    if len(rows) > MOST_DECODED:  # where it is a whole key, its hash finds it among the others, too
        by_hash = Q(key_hash=key_hash(wanted.fields))
        rows = [*_read(chosen, reading, now, by_hash), *rows]
    found = list(dict.fromkeys((job.schema, job.table_name, job.key_hash) for job in rows if wanted.is_in(job.fields)))
    return replace(chosen, found=tuple(found[:MOST_FOUND]), not_found=_why_not_all(len(rows), len(found)))


def _read(chosen: JobFilter, reading: Reading, now: datetime, beside: Q) -> list[Job]:
    """Return the newest jobs that match the filter without its key and status, with what stands in their keys."""
    wanted = chosen.condition(now) & beside & Q(LessThanOrEqual(Length("key_blob"), KEY_BYTES))
    if chosen.table:
        wanted &= Q(Exact(AsBytes(F("table_name")), chosen.table.encode()))
    order = order_of(NEWEST_FIRST)

    def rows_of(layouts: Sequence[Layout]) -> list[Job]:
        rows = [layout.jobs().filter(wanted).only(*COLUMNS) for layout in layouts]
        branches = [one.order_by(*order)[: MOST_DECODED + 1] for one in rows]
        if len(branches) < 2:
            return list(branches[0]) if branches else []
        return list(union_of(branches).order_by(*order)[: MOST_DECODED + 1])

    return reading.ask(rows_of, reading.layouts_in(chosen.schema))


def _why_not_all(rows: int, found: int) -> str:
    """Return in sentences why a job with the key may not be listed, '' when all are."""
    if rows > MOST_DECODED:
        return f"Only the keys of the newest {MOST_DECODED:,} jobs that match the other filters were read. {NARROW}"
    if found > MOST_FOUND:
        return f"{found:,} jobs have this key, and only the newest {MOST_FOUND:,} are listed. {NARROW}"
    return ""
