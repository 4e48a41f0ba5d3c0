"""The pages of jobs: the list, and a job of its own."""

from collections.abc import Callable, Sequence
from http import HTTPStatus

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET

from jobs.actions.offered import offer
from jobs.layouts.reading import Reading
from jobs.listing.filters import JobFilter
from jobs.listing.marking import annotate_liveness
from jobs.listing.rows import Counts, count_jobs, list_jobs, read_job
from jobs.listing.tables import JobTable
from jobs.models import Job
from jobs.statuses import JOB_STATUSES
from jobs.tracebacks.display import shown
from jobs.tracebacks.parsing import read_stack, read_stack_blob, without_middle
from jobs.views.copying import lines_to_copy
from jobsite.lab.parts import Parts
from jobsite.lab.server import ConnectedThreads
from jobsite.pages.http import CANNOT_LOOK, page_or_fragment, wants_fragment
from jobsite.pages.paths import read_names, write_names
from jobsite.pages.query_string import name_in, without
from jobsite.pages.tables import PER_PAGE, ListingData

LOOK = "jobs.view_job"
TABLES_OFFERED = 500
NUMBERS, ROWS, OPEN_JOB = "The numbers of jobs", "The jobs of this page", "The open job"
OPEN = "open"
"""What the address of the list calls the job that is open beside it."""
JOB_PARTS = 3


@require_GET
@permission_required(LOOK, raise_exception=True)
def job_list(request: HttpRequest) -> HttpResponse:
    """Show the jobs that match the filter of the URL, and the one that is open."""
    chosen, reading, parts = JobFilter.read(request.GET), Reading.begin(), Parts()
    threads = parts.read_connected()
    now = threads.server.now.replace(microsecond=0)  # ages count from the second that "all that match" binds to
    # A filter that could not be read must not look like a filter that matches everything.
    counts = Counts({}) if chosen.problems else parts.read(NUMBERS, lambda: count_jobs(chosen, reading, now), None)

    def read(start: int, stop: int) -> list[Job]:
        return annotate_liveness(list_jobs(chosen, reading, now, start, stop), threads)

    def opened() -> str:
        return _opened(request, reading, threads)

    offered = offer(request.user, reading.layouts, threads.server)
    query = without(request.GET, OPEN)
    data = _listing(request, counts.matching(chosen) if counts else None, read, parts)
    table = JobTable(data, now=now, query=query, selectable=bool(offered.actions), order_by=chosen.sort)
    table.at_page(request.GET.get("page", 1))
    context = {
        "chosen": chosen,
        "form": chosen.form(schema=reading.all_schemas, table=_tables_offered(chosen, counts)),
        "reading": reading,
        "parts": parts,
        "at_least": reading.misses(chosen.schema),
        "tabs": _tabs(chosen, counts),
        "counts": counts,
        "table": table,
        "offer": offered,
        "confirm_url": reverse("jobs:clear_confirm"),
        "as_of": now,
        "server": threads.server,
        "query": query,
        "opened": "" if wants_fragment(request) else parts.read(OPEN_JOB, opened, ""),
    }
    return page_or_fragment(request, "jobs/job_list.html", "jobs/_job_list.html", context)


@require_GET
@permission_required(LOOK, raise_exception=True)
def job_detail(request: HttpRequest, schema: str, table_name: str, key_hash: str) -> HttpResponse:
    """Show one job: its message, traceback, key and worker."""
    reading, parts = Reading.begin(), Parts()
    context = _detail(request, reading, parts.read_connected(), (schema, table_name, key_hash))
    status = HTTPStatus.OK if context["job"] else CANNOT_LOOK if context["left_out"] else HTTPStatus.NOT_FOUND
    context |= {"parts": parts}
    return page_or_fragment(request, "jobs/job_detail.html", "jobs/_job_detail.html", context, status=status)


def _opened(request: HttpRequest, reading: Reading, threads: ConnectedThreads) -> str:
    """Return the job that the address says is open beside the list, drawn; '' for none."""
    names = read_names(name_in(request.GET, OPEN), JOB_PARTS)
    if not names:
        return ""
    schema, table_name, key_hash = names
    context = _detail(request, reading, threads, (schema, table_name, key_hash))
    return render_to_string("jobs/_job_detail.html", context, request)


def _detail(
    request: HttpRequest, reading: Reading, threads: ConnectedThreads, names: tuple[str, str, str]
) -> dict[str, object]:
    """Return what a page shows of one job, which may be gone; `names` are its schema, table and key's hash."""
    found = read_job(reading, *names)
    query = without(request.GET, OPEN)
    context: dict[str, object] = {
        "job": found,
        "names": write_names(*names),
        "own_page": reverse("jobs:job_detail", args=names) + query,
        "query": query,
        "filter": JobFilter.read(request.GET).query,
        "schema": names[0],
        "left_out": reading.left_out_in(names[0]),
        "now": threads.server.now,
        "part": 3,  # the level of its headings in the panel
    }
    if found is not None:
        annotate_liveness([found], threads)
        stack = read_stack_blob(found.error_stack)
        context |= {
            "stack_problem": stack.problem,
            "stack_text": without_middle(stack.text)[0],
            "chain": shown(read_stack(stack.text), found.error_message or ""),
            "lines": lines_to_copy(found),
            "offer": offer(request.user, [*filter(None, [reading.layout_of(found.stored_in)])], threads.server),
        }
    return context


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
