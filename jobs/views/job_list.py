"""The list of jobs: its frame, its rows, and its numbers.

Nothing waits for what takes longer. A browser that runs scripts gets the frame of the page at once, then the rows, then
the numbers; what another viewer has read a moment ago comes with the frame. Without scripts, one page has it all.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from jobs.actions.offered import Offer, offer, on_tab
from jobs.actions.progress import unfinished_acts
from jobs.layouts.reading import Reading
from jobs.listing.filters import JobFilter
from jobs.listing.order import Order
from jobs.listing.page_start import FIRST, Start, read_start
from jobs.listing.shared import (
    CountedJobs,
    ListedJobs,
    are_counts_there,
    is_page_there,
    second_of,
    shared_counts,
    shared_page,
    shared_tables,
    with_found_keys,
)
from jobs.listing.tables import JobTable
from jobs.listing.values import known_values
from jobs.statuses import JOB_STATUSES
from jobs.views.acts import acts_to_tell
from jobs.views.job_detail import LOOK, OPEN, opened_job
from jobs.views.job_filter import job_filter
from jobsite.accounts.on_lists import of_reader
from jobsite.durations import say_duration
from jobsite.lab.errors import is_late
from jobsite.lab.parts import Parts
from jobsite.lab.server import ConnectedThreads
from jobsite.lab.shared_answers import Shared
from jobsite.lab.shared_reads import looking
from jobsite.pages.completing import NONE_KNOWN, AskedCompletion, KnownValues, completions
from jobsite.pages.filter_form import FilterForm
from jobsite.pages.frames import forget_scripts, gets_frame, not_modified, version_of, with_version
from jobsite.pages.http import page_or_fragment, wants_fragment
from jobsite.pages.mine import to_account
from jobsite.pages.mistakes import told_below_the_box
from jobsite.pages.paging import AskedPage, Page
from jobsite.pages.query_string import without
from jobsite.restrictions.columns import JOBS, Column
from jobsite.restrictions.completing import place_in

TABLES_OFFERED = 500
NUMBERS, ROWS, OPEN_JOB, TABLES = "The numbers of jobs", "The jobs of this page", "The open job", "The tables with jobs"
VALUES = "The values of a column"
VIEW, PAGE, FRAGMENT = "jobs:job_list", "jobs/job_list.html", "jobs/_job_list.html"


@dataclass(frozen=True)
class Asked:
    """What the address of a list asks for, and what was found about the lab's server on the way."""

    chosen: JobFilter
    page: AskedPage
    start: Start
    reading: Reading
    threads: ConnectedThreads
    parts: Parts

    @property
    def now(self) -> datetime:
        """The second of the server's clock that it was asked for."""
        return second_of(self.threads)


@require_safe
@permission_required(LOOK, raise_exception=True)
@looking()
def job_list(request: HttpRequest) -> HttpResponse:
    """Show the jobs that match the filter of the URL, and the one that is open."""
    chosen, page = _chosen(request), AskedPage.read(request.GET)
    if answer := to_account(request, chosen) or told_below_the_box(request, chosen):
        return answer
    if gets_frame(request) and not is_page_there(chosen, page):
        return render(request, PAGE, _frame(request, chosen))
    asked = _look(chosen, page)
    listed, counted = _read_page(request, asked), _read_counts(request, asked)
    if {ROWS, NUMBERS} <= asked.parts.late.keys():
        raise asked.parts.late[ROWS]
    version = version_of(request, chosen.own_users)
    if unchanged := not_modified(request, version):
        return unchanged
    context = _context(request, asked, listed, counted) | {"version": version}
    response = with_version(page_or_fragment(request, PAGE, FRAGMENT, context), version)
    return forget_scripts(request, response)


@require_safe
@permission_required(LOOK, raise_exception=True)
@looking()
def job_counts(request: HttpRequest) -> HttpResponse:
    """Show the numbers of a list whose rows are there already: each goes to its place."""
    asked = _look(_chosen(request), AskedPage.read(request.GET))
    counted = None if asked.chosen.problems else _counts(asked)
    return render(request, "jobs/_counts.html", _numbers(request, asked, counted) | {"late": asked.parts.notices})


@require_safe
@permission_required(LOOK, raise_exception=True)
@looking()
def job_choices(request: HttpRequest) -> HttpResponse:
    """Show the tables that have jobs, for a menu that is about to be opened."""
    asked = _look(_chosen(request), AskedPage.read(request.GET))
    return render(request, "jobs/_choices.html", {"form": _form(asked, with_tables=True)})


@require_safe
@permission_required(LOOK, raise_exception=True)
@looking()
def job_completions(request: HttpRequest) -> HttpResponse:
    """Show what may follow in the box of the restriction, for who is writing in it."""
    written = AskedCompletion.read(request.GET)
    chosen, place = _chosen(request, written.query), place_in(written.text, written.at, JOBS)

    def known(column: Column) -> KnownValues:
        asked = _look(_chosen(request, written.others), AskedPage())
        read = partial(known_values, asked.chosen, asked.reading, asked.now, column.name)
        return asked.parts.read(VALUES, read, NONE_KNOWN)

    return completions(request, chosen, place, known)


def _chosen(request: HttpRequest, query: QueryDict | None = None) -> JobFilter:
    return job_filter(request.GET if query is None else query, request.user)


def _look(chosen: JobFilter, page: AskedPage) -> Asked:
    reading, parts = Reading.begin(), Parts()
    threads = parts.read_connected()
    now = second_of(threads)
    try:
        start = read_start(page, Order.of(chosen.sort, chosen.status), now)
    except ValueError as error:  # the place in the list alone is unknown: this is its beginning
        page, start = replace(page, notice=f"{error} This is the first page."), FIRST
    return Asked(with_found_keys(chosen, reading, now), page, start, reading, threads, parts)


def _read_page(request: HttpRequest, asked: Asked) -> Shared[ListedJobs] | None:
    """Return the page of rows; None where there is none to show.

    Raises DatabaseError where a fragment could not be read: the old rows stay then.
    """
    if asked.chosen.problems:
        return None
    try:
        return shared_page(asked.chosen, asked.page, asked.start, asked.reading, asked.threads)
    except DatabaseError as error:
        if not is_late(error) or wants_fragment(request):
            raise
        asked.parts.late[ROWS] = error
        return None


def _read_counts(request: HttpRequest, asked: Asked) -> Shared[CountedJobs] | None:
    """Return the numbers where a page has to bring them, or they are there; None where they come after the rows."""
    if asked.chosen.problems or (_numbers_follow(request) and not are_counts_there(asked.chosen)):
        return None
    return _counts(asked)


def _numbers_follow(request: HttpRequest) -> bool:
    return wants_fragment(request) or gets_frame(request)


def _counts(asked: Asked) -> Shared[CountedJobs] | None:
    """Return the numbers, or None where they are late: a part of a page, or two."""
    try:
        return shared_counts(asked.chosen, asked.reading, asked.now)
    except DatabaseError as error:
        if not is_late(error):
            raise
        asked.parts.late[NUMBERS] = error
        return None


def _context(
    request: HttpRequest, asked: Asked, listed: Shared[ListedJobs] | None, counted: Shared[CountedJobs] | None
) -> dict[str, Any]:
    """Return what the page and its fragment show."""
    numbers, chosen = _numbers(request, asked, counted), asked.chosen
    now = listed.answer.now if listed else asked.now
    page = (listed.answer.page if listed else Page()).counted(numbers["count"])
    reading = listed.number if listed else ""
    query = without(request.GET, OPEN)
    return numbers | {
        **of_reader(request.user, chosen, VIEW),
        "form": None if wants_fragment(request) else _form(asked, with_tables=not gets_frame(request)),
        "table": JobTable(page.rows, chosen, now=now, query=query, tables=numbers["offer"].tables, reading=reading),
        "page": page,
        "count": page.count,
        "asked": asked.page,
        "as_of": now,
        "rows_are_late": ROWS in asked.parts.late,
        "old": say_duration(listed.age_s) if listed and listed.is_old else "",
        "age_s": round(listed.age_s) if listed else 0,
        "query": query,
        "unfinished": partial(unfinished_acts, request.user),
        "ended": partial(acts_to_tell, request),
        "numbers_follow": _numbers_follow(request) and not (counted or chosen.problems or NUMBERS in asked.parts.late),
        "opened": "" if gets_frame(request) else asked.parts.read(OPEN_JOB, lambda: _opened(request, asked), ""),
    }


def _numbers(request: HttpRequest, asked: Asked, counted: Shared[CountedJobs] | None) -> dict[str, Any]:
    """Return what the places of the numbers show, and all that they depend on."""
    chosen, found = asked.chosen, counted.answer if counted else None
    has_more = found is not None and found.has_more(chosen.status)
    return {
        "chosen": chosen,
        "reading": asked.reading,
        "parts": asked.parts,
        "server": asked.threads.server,
        "at_least": asked.reading.misses(chosen.schema) or bool(asked.chosen.not_found),
        "tabs": _tabs(chosen, found),
        "numbers_old": say_duration(counted.age_s) if counted and counted.is_old else "",
        "count": found.matching(chosen.status) if found and not has_more else None,
        "has_more": has_more,
        "stops_early": found is not None and found.has_more(""),
        "offer": _offer(request, asked),
        "confirm_url": reverse("jobs:clear_confirm"),
        "export_url": reverse("jobs:job_export"),
        "choices_url": reverse("jobs:job_choices"),
        "completions_url": reverse("jobs:job_completions"),
    }


def _offer(request: HttpRequest, asked: Asked) -> Offer:
    layouts = asked.reading.layouts_in(asked.chosen.schema)
    return offer(on_tab(asked.chosen.status), request.user, layouts, asked.threads.server)


def _opened(request: HttpRequest, asked: Asked) -> str:
    return opened_job(request, asked.reading, asked.threads)


def _form(asked: Asked, *, with_tables: bool) -> FilterForm:
    """Return the filter's form; the tables to choose from are asked for only where the menu is drawn with them."""
    chosen, reading = asked.chosen, asked.reading
    tables = asked.parts.read(TABLES, lambda: shared_tables(reading, chosen.schema), []) if with_tables else []
    return chosen.form(schema=reading.all_schemas, table=tables[:TABLES_OFFERED])


def _frame(request: HttpRequest, chosen: JobFilter) -> dict[str, Any]:
    """Return what the page shows before anything is read."""
    return {
        **of_reader(request.user, chosen, VIEW),
        "is_frame": True,
        "choices_url": reverse("jobs:job_choices"),
        "completions_url": reverse("jobs:job_completions"),
        "chosen": chosen,
        "form": chosen.form(),
        "tabs": _tabs(chosen, None),
        "unfinished": partial(unfinished_acts, request.user),
        "ended": partial(acts_to_tell, request),
        "query": without(request.GET, OPEN),
    }


def _tabs(chosen: JobFilter, counted: CountedJobs | None) -> list[dict[str, object]]:
    tabs = [("", "Not done", "every job in the jobs tables: those of DataJoint 0.x keep none that is done")]
    tabs += [(one.status, one.tab, one.meaning) for one in JOB_STATUSES]
    return [
        {
            "status": status,
            "word": word,
            "count": counted.matching(status) if counted else None,
            "has_more": counted is not None and counted.has_more(status),
            "meaning": meaning,
            "query": chosen.with_status(status).query,
        }
        for status, word, meaning in tabs
    ]
