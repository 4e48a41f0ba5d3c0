"""Which jobs stand before and after a job in a list? Asked by the job's own page; the panel knows its list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from jobs.layouts.base import Layout
from jobs.layouts.reading import Reading
from jobs.listing.filters import JobFilter
from jobs.listing.order import Order, Place
from jobs.listing.page import read_beside
from jobs.listing.rows import branches_matching
from jobs.listing.shared import are_counts_there, shared_counts, with_found_keys
from jobs.models import Job

MOST_BEFORE = 500
"""A job with more of them before it is told its neighbours, and not its number."""

Names = tuple[str, str, str]
"""A job by its schema, table and key's hash."""


@dataclass(frozen=True)
class Beside:
    """The neighbours of a job in a list; None where it has none, or is not in the list."""

    previous: Names | None = None
    next: Names | None = None
    number: int | None = None
    """Of the job in the list, from 1; None where it is not known."""
    count: int | None = None
    """How many jobs the list has, where somebody has counted them a moment ago."""


def jobs_beside(chosen: JobFilter, reading: Reading, now: datetime, job: Job) -> Beside:
    """Return the neighbours of a job among those that match a filter, in its order. Raises DatabaseError."""
    chosen, order = with_found_keys(chosen, reading, now), Order.of(chosen.sort, chosen.status)

    def places_of(layouts: Sequence[Layout]) -> tuple[list[Place], list[Place]]:
        branches = branches_matching(chosen, layouts, now, along_index=order.is_along_index)
        place = Place(job.stored_in, (job.table_name, job.key_hash))
        return read_beside(branches, order, place, MOST_BEFORE)

    if chosen.problems:
        return Beside()
    before, after = reading.ask(places_of, reading.layouts_in(chosen.schema))
    number = len(before) + 1 if (before or after) and len(before) < MOST_BEFORE else None
    return Beside(_names(before), _names(after), number, _count(chosen, reading, now) if number else None)


def _names(places: Sequence[Place]) -> Names | None:
    return (places[0].table.schema, *places[0].key) if places else None


def _count(chosen: JobFilter, reading: Reading, now: datetime) -> int | None:
    """Return how many jobs match, without asking the server; None also where not all could be read or counted."""
    if not are_counts_there(chosen) or reading.misses(chosen.schema):
        return None
    counted = shared_counts(chosen, reading, now).answer
    return None if counted.has_more(chosen.status) else counted.matching(chosen.status)
