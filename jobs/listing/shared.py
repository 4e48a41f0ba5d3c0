"""The rows and the numbers of a list, read once for all viewers who ask for the same.

What a reading had to leave out is part of its answer: whoever is shown the rows is told the same of them.
"""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import DatabaseError
from django.utils.timezone import get_current_timezone_name

from jobs.formats.table_name import class_name
from jobs.layouts.reading import LeftOut, Reading
from jobs.listing.failures.finding import find_group
from jobs.listing.filters import JobFilter
from jobs.listing.keys import find_keys
from jobs.listing.marking import annotate_liveness_now
from jobs.listing.page_start import Start
from jobs.listing.rows import count_by_status, list_jobs, tables_with_jobs
from jobs.models import Job, QualifiedName
from jobsite.lab import shared_answers
from jobsite.lab.deadline import part
from jobsite.lab.errors import is_late
from jobsite.lab.server import ConnectedThreads
from jobsite.lab.shared_answers import Shared
from jobsite.lab.shared_reads import shared
from jobsite.pages.paging import AskedPage, Page

LeftOutTables = Mapping[QualifiedName, LeftOut]

MOST_COUNTED = 100_000
"""Where it takes too long to count all, jobs of one status are counted no further in a table whose index has them."""
COUNTED_AGAIN_S = 60.0
"""So long after that took too long, nobody tries again to count all."""


@dataclass(frozen=True)
class ListedJobs:
    """A page of jobs, each with its liveness, as they stood at a second of the server's clock."""

    page: Page[Job]
    now: datetime
    """The second that ages count from, and to which "all that match" is bound."""
    left_out: LeftOutTables


@dataclass(frozen=True)
class CountedJobs:
    """How many jobs match by status, the filter's own status left aside."""

    by_status: Counter[str]
    left_out: LeftOutTables
    most: int = 0
    """A number that is greater may be too small; 0 where all were counted."""
    gave_up_at: float = 0.0
    """When it took too long to count all, in seconds by the clock of the site's machine."""

    def matching(self, status: str) -> int:
        """Return how many jobs a tab lists, or the number of which there are more."""
        if self.has_more(status):
            return self.most
        return self.by_status[status] if status else self.by_status.total()

    def has_more(self, status: str) -> bool:
        """Say whether a tab lists more jobs than were counted."""
        numbers = [self.by_status[status]] if status else self.by_status.values()
        return any(0 < self.most < number for number in numbers)


def second_of(threads: ConnectedThreads) -> datetime:
    """Return the second of the server's clock that a list of now is read at."""
    return threads.server.now.replace(microsecond=0)


def with_found_keys(chosen: JobFilter, reading: Reading, now: datetime) -> JobFilter:
    """Return the filter with the jobs that jobs.listing.failures.finding and jobs.listing.keys find for it."""
    chosen = find_group(chosen, reading, now)
    if chosen.problems or not chosen.names_jobs:
        return chosen

    def read() -> tuple[Any, str, LeftOutTables]:
        found = find_keys(chosen, reading, now)
        return found.found, found.not_found, dict(reading.left_out)

    found, not_found, left_out = shared(f"jobs with a key {_asked(chosen, 'status', 'sort')}", read).answer
    reading.left_out.update(left_out)
    return replace(chosen, found=found, not_found=not_found)


def shared_page(
    chosen: JobFilter, asked: AskedPage, start: Start, reading: Reading, threads: ConnectedThreads
) -> Shared[ListedJobs]:
    """Return a page of the jobs that match. Raises DatabaseError."""

    def read() -> ListedJobs:
        now = second_of(threads)
        page = _list_jobs(chosen, reading, now, start)
        marked = annotate_liveness_now(page.rows, threads)
        return ListedJobs(replace(page, rows=marked), now, dict(reading.left_out))

    found = shared(_name_of_page(chosen, asked), read)
    reading.left_out.update(found.answer.left_out)
    return found


def _list_jobs(chosen: JobFilter, reading: Reading, now: datetime, start: Start) -> Page[Job]:
    """Return the page; read again where the time went by with looking for what cannot be read, which is known now."""
    known = len(reading.left_out)
    try:
        return list_jobs(chosen, reading, now, start)
    except DatabaseError as error:
        if not is_late(error) or len(reading.left_out) == known:
            raise
        return list_jobs(chosen, reading, now, start)


def is_page_there(chosen: JobFilter, asked: AskedPage) -> bool:
    """Say whether somebody has read this page a moment ago, so that it can be shown without asking the server."""
    return shared_answers.peek(_name_of_page(chosen, asked)) is not None


def shared_counts(chosen: JobFilter, reading: Reading, now: datetime) -> Shared[CountedJobs]:
    """Return the numbers on the tabs; some of them "more than" where it takes too long to count all.

    Those take a part of a page more, and a minute long nobody tries again. Raises DatabaseError.
    """
    gave_up_at = _gave_up_at(chosen)
    if gave_up_at is None:
        try:
            found = _shared_counts(chosen, reading, now)
            if not (found.is_old and _stops_early(chosen, reading)):
                return found
        except DatabaseError as error:
            if not (is_late(error) and _stops_early(chosen, reading)):
                raise
        gave_up_at = time.time()
    return _shared_counts(chosen, reading, now, MOST_COUNTED, gave_up_at)


@part()
def _shared_counts(
    chosen: JobFilter, reading: Reading, now: datetime, most: int = 0, gave_up_at: float = 0.0
) -> Shared[CountedJobs]:
    def read() -> CountedJobs:
        by_status = count_by_status(chosen, reading, now, most)
        return CountedJobs(by_status, dict(reading.left_out), most, gave_up_at)

    found = shared(_name_of_counts(chosen, most), read)
    reading.left_out.update(found.answer.left_out)
    return found


def _stops_early(chosen: JobFilter, reading: Reading) -> bool:
    """Say whether an index has jobs by status, so that not all of them need to be counted."""
    return not chosen.looks_into_rows and any(layout.statuses for layout in reading.layouts_in(chosen.schema))


def _gave_up_at(chosen: JobFilter) -> float | None:
    """Return when it took too long to count all; None where it may be tried again."""
    known = shared_answers.before(_name_of_counts(chosen, MOST_COUNTED))
    is_of_now = known is not None and 0 <= time.time() - known.answer.gave_up_at < COUNTED_AGAIN_S
    return known.answer.gave_up_at if known and is_of_now else None


def are_counts_there(chosen: JobFilter) -> bool:
    """Say whether somebody has counted a moment ago."""
    names = _name_of_counts(chosen), _name_of_counts(chosen, MOST_COUNTED)
    return any(shared_answers.peek(name) for name in names)


def shared_tables(reading: Reading, schema: str) -> list[str]:
    """Return the names of the tables that have jobs, in one schema or, for '', anywhere. Raises DatabaseError.

    They are in the order of the classes, which a menu shows.
    """
    found = shared(f"tables with jobs {schema!r}", lambda: tables_with_jobs(reading, schema)).answer
    return sorted({name for _, name in found}, key=lambda name: (class_name(name).casefold(), name))


def _asked(chosen: JobFilter, *without: str) -> str:
    """Return all that an answer depends on but some words; `mine` asks for the jobs of one person."""
    texts = sorted((name, text) for name, text in chosen.texts.items() if name not in without)
    return repr((texts, chosen.reads_stored, chosen.own_users if chosen.is_mine else ()))


def _name_of_page(chosen: JobFilter, asked: AskedPage) -> str:
    zone = get_current_timezone_name() if asked.beginning else ""  # where a person goes to a time of day
    return f"page of jobs {_asked(chosen)} {asked!r} {zone}"


def _name_of_counts(chosen: JobFilter, most: int = 0) -> str:
    return f"numbers of jobs up to {most} {_asked(chosen, 'status', 'sort')}"
