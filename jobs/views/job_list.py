"""The list of jobs."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from jobs.actions.clear import CLEAR
from jobs.actions.offered import offer
from jobs.actions.progress import unfinished_acts
from jobs.layouts.reading import Reading
from jobs.listing.filters import JobFilter
from jobs.listing.keys import find_keys
from jobs.listing.marking import annotate_liveness
from jobs.listing.rows import Counts, count_jobs, list_jobs
from jobs.listing.tables import JobTable
from jobs.models import Job
from jobs.statuses import JOB_STATUSES
from jobs.views.job_detail import LOOK, OPEN, opened_job
from jobsite.lab.parts import Parts
from jobsite.lab.server import ConnectedThreads
from jobsite.pages.http import page_or_fragment, wants_fragment
from jobsite.pages.query_string import without
from jobsite.pages.tables import PER_PAGE, ListingData

TABLES_OFFERED = 500
NUMBERS, ROWS, OPEN_JOB = "The numbers of jobs", "The jobs of this page", "The open job"


@require_safe
@permission_required(LOOK, raise_exception=True)
def job_list(request: HttpRequest) -> HttpResponse:
    """Show the jobs that match the filter of the URL, and the one that is open."""
    reading, parts = Reading.begin(), Parts()
    threads = parts.read_connected()
    now = threads.server.now.replace(microsecond=0)  # ages count from the second that "all that match" binds to
    chosen = _filter(request, reading, now)
    counts = _counts(chosen, reading, now, parts)
    read = partial(_read_rows, chosen, reading, now, threads)
    data = _listing(request, counts.matching(chosen) if counts else None, read, parts)
    offered = offer(request.user, reading.layouts_in(chosen.schema), threads.server)
    query = without(request.GET, OPEN)
    table = JobTable(data, chosen, now=now, query=query, tables=offered.tables)
    context = {
        "chosen": chosen,
        "form": chosen.form(schema=reading.all_schemas, table=_tables_offered(chosen, counts)),
        "reading": reading,
        "parts": parts,
        "at_least": reading.misses(chosen.schema),
        "tabs": _tabs(chosen, counts),
        "counts": counts,
        "table": table.at_page(request.GET.get("page", 1)),
        "offer": offered,
        "confirm_url": reverse("jobs:clear_confirm"),
        "as_of": now,
        "server": threads.server,
        "query": query,
        "unfinished": partial(unfinished_acts, request.user),
        "opened": parts.read(OPEN_JOB, lambda: opened_job(request, reading, threads), ""),
    }
    return page_or_fragment(request, "jobs/job_list.html", "jobs/_job_list.html", context)


def _counts(chosen: JobFilter, reading: Reading, now: datetime, parts: Parts) -> Counts | None:
    # A filter that could not be read must not look like a filter that matches everything.
    return Counts({}) if chosen.problems else parts.read(NUMBERS, lambda: count_jobs(chosen, reading, now), None)


def _filter(request: HttpRequest, reading: Reading, now: datetime) -> JobFilter:
    chosen = replace(JobFilter.read(request.GET), reads_stored=CLEAR.is_allowed(request.user))
    return find_keys(chosen, reading, now)


def _read_rows(
    chosen: JobFilter, reading: Reading, now: datetime, threads: ConnectedThreads, start: int, stop: int
) -> list[Job]:
    return annotate_liveness(list_jobs(chosen, reading, now, start, stop), threads)


def _listing(
    request: HttpRequest, count: int | None, read: Callable[[int, int], Sequence[Job]], parts: Parts
) -> ListingData:
    """Return the rows that `read(start, stop)` reads: only the first where `count`, how many there are, was late.

    Raises DatabaseError where the rows are late too, or where old rows stay when no new ones come.
    """
    if count is None:
        first = read(0, PER_PAGE)
        return ListingData(len(first), lambda start, stop: first[start:stop])
    if wants_fragment(request):
        return ListingData(count, read)
    return ListingData(count, lambda start, stop: parts.read(ROWS, lambda: read(start, stop), []))


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
