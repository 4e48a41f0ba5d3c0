"""The rows and the numbers of a list, read once for all viewers who ask for the same.

What a reading had to leave out is part of its answer: whoever is shown the rows is told the same of them.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import DatabaseError

from jobs.formats.table_name import class_name
from jobs.layouts.reading import LeftOut, Reading
from jobs.listing.filters import JobFilter
from jobs.listing.keys import find_keys
from jobs.listing.marking import annotate_liveness_now
from jobs.listing.page_start import Start
from jobs.listing.rows import count_by_status, list_jobs, tables_with_jobs
from jobs.models import Job, QualifiedName
from jobsite.lab import shared_answers
from jobsite.lab.errors import is_late
from jobsite.lab.server import ConnectedThreads
from jobsite.lab.shared_answers import Shared
from jobsite.lab.shared_reads import shared
from jobsite.pages.paging import AskedPage, Page

LeftOutTables = Mapping[QualifiedName, LeftOut]


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

    def matching(self, status: str) -> int:
        """Return how many jobs a tab lists."""
        return self.by_status[status] if status else self.by_status.total()


def second_of(threads: ConnectedThreads) -> datetime:
    """Return the second of the server's clock that a list of now is read at."""
    return threads.server.now.replace(microsecond=0)


def with_found_keys(chosen: JobFilter, reading: Reading, now: datetime) -> JobFilter:
    """Return the filter with the jobs that jobs.listing.keys finds for it."""
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
    """Return the numbers on the tabs. Raises DatabaseError."""

    def read() -> CountedJobs:
        return CountedJobs(count_by_status(chosen, reading, now), dict(reading.left_out))

    found = shared(_name_of_counts(chosen), read)
    reading.left_out.update(found.answer.left_out)
    return found


def are_counts_there(chosen: JobFilter) -> bool:
    """Say whether somebody has counted a moment ago."""
    return shared_answers.peek(_name_of_counts(chosen)) is not None


def shared_tables(reading: Reading, schema: str) -> list[str]:
    """Return the names of the tables that have jobs, in one schema or, for '', anywhere. Raises DatabaseError.

    They are in the order of the classes, which a menu shows.
    """
    found = shared(f"tables with jobs {schema!r}", lambda: tables_with_jobs(reading, schema)).answer
    return sorted({name for _, name in found}, key=lambda name: (class_name(name).casefold(), name))


def _asked(chosen: JobFilter, *without: str) -> str:
    """Return all that an answer depends on but some words."""
    texts = sorted((name, text) for name, text in chosen.texts.items() if name not in without)
    return repr((texts, chosen.reads_stored))


def _name_of_page(chosen: JobFilter, asked: AskedPage) -> str:
    return f"page of jobs {_asked(chosen)} {asked!r}"


def _name_of_counts(chosen: JobFilter) -> str:
    return f"numbers of jobs {_asked(chosen, 'status', 'sort')}"
