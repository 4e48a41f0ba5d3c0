"""The list of jobs."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from jobs.actions.clear import CLEAR
from jobs.actions.offered import offer
from jobs.layouts.reading import Reading
from jobs.listing.filters import JobFilter
from jobs.listing.keys import find_keys
from jobs.listing.marking import annotate_liveness
from jobs.listing.order import Order
from jobs.listing.page_start import FIRST, Start, read_start
from jobs.listing.rows import Counts, count_jobs, list_jobs
from jobs.listing.tables import JobTable
from jobs.models import Job
from jobs.statuses import JOB_STATUSES
from jobs.views.job_detail import LOOK, OPEN, opened_job
from jobsite.lab.parts import Parts
from jobsite.pages.http import page_or_fragment, wants_fragment
from jobsite.pages.paging import AskedPage, Page
from jobsite.pages.query_string import without

TABLES_OFFERED = 500
NUMBERS, ROWS, OPEN_JOB = "The numbers of jobs", "The jobs of this page", "The open job"


@require_safe
@permission_required(LOOK, raise_exception=True)
def job_list(request: HttpRequest) -> HttpResponse:
    """Show the jobs that match the filter of the URL, and the one that is open."""
    reading, parts, asked = Reading.begin(), Parts(), AskedPage.read(request.GET)
    threads = parts.read_connected()
    now = threads.server.now.replace(microsecond=0)  # ages count from the second that "all that match" binds to
    chosen, start = _filter(request, asked, reading, now)
    # A filter that could not be read must not look like a filter that matches everything.
    counts = Counts({}) if chosen.problems else parts.read(NUMBERS, lambda: count_jobs(chosen, reading, now), None)
    page = _read_page(request, partial(list_jobs, chosen, reading, now, start), parts)
    offered = offer(request.user, reading.layouts_in(chosen.schema), threads.server)
    rows, query = annotate_liveness(page.rows, threads), without(request.GET, OPEN)
    context = {
        "chosen": chosen,
        "form": chosen.form(schema=reading.all_schemas, table=_tables_offered(chosen, counts)),
        "reading": reading,
        "parts": parts,
        "at_least": reading.misses(chosen.schema),
        "tabs": _tabs(chosen, counts),
        "counts": counts,
        "table": JobTable(rows, chosen, now=now, query=query, tables=offered.tables),
        "page": page.counted(counts.matching(chosen) if counts else None),
        "asked": asked,
        "offer": offered,
        "confirm_url": reverse("jobs:clear_confirm"),
        "as_of": now,
        "server": threads.server,
        "query": query,
        "opened": parts.read(OPEN_JOB, lambda: opened_job(request, reading, threads), ""),
    }
    return page_or_fragment(request, "jobs/job_list.html", "jobs/_job_list.html", context)


def _filter(request: HttpRequest, asked: AskedPage, reading: Reading, now: datetime) -> tuple[JobFilter, Start]:
    """Return the filter, and where the page begins; what cannot be read of that is a problem of the filter, too."""
    chosen = replace(JobFilter.read(request.GET), reads_stored=CLEAR.is_allowed(request.user))
    try:
        start = read_start(asked, Order.of(chosen.sort, chosen.status), now)
        return find_keys(chosen, reading, now), start
    except ValueError as error:
        return replace(chosen, misread=(*chosen.misread, str(error))), FIRST


def _read_page(request: HttpRequest, read: Callable[[], Page[Job]], parts: Parts) -> Page[Job]:
    """Return the page that is read. Raises DatabaseError where old rows stay when no new ones come."""
    return read() if wants_fragment(request) else parts.read(ROWS, read, Page())


def _tables_offered(chosen: JobFilter, counts: Counts | None) -> list[str]:
    return counts.tables(chosen.schema)[:TABLES_OFFERED] if counts else list(filter(None, [chosen.table]))


def _tabs(chosen: JobFilter, counts: Counts | None) -> list[dict[str, object]]:
    numbers = (counts or Counts({})).by_status(chosen)
    tabs = [("", "All", numbers.total(), "every job in the jobs tables")]
    tabs += [(one.status, one.tab, numbers[one.status], one.meaning) for one in JOB_STATUSES]
    return [
        {"status": status, "word": word, "count": count, "meaning": meaning, "query": chosen.with_status(status).query}
        for status, word, count, meaning in tabs
    ]
