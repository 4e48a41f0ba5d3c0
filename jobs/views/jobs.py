"""The pages of jobs: the list, and a job of its own."""

from http import HTTPStatus

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from jobs.actions.offered import offer
from jobs.layouts.reading import Reading
from jobs.listing.filters import JobFilter
from jobs.listing.marking import annotate_liveness
from jobs.listing.rows import Counts, count_jobs, list_jobs, read_job
from jobs.listing.tables import JobTable
from jobs.statuses import JOB_STATUSES
from jobs.tracebacks.display import shown
from jobs.tracebacks.parsing import read_stack, read_stack_blob, without_middle
from jobs.views.copying import lines_to_copy
from jobsite.lab import shared_reads
from jobsite.pages.http import CANNOT_LOOK, page_or_fragment
from jobsite.pages.tables import ListingData

LOOK = "jobs.view_job"
TABLES_OFFERED = 500


@require_safe
@permission_required(LOOK, raise_exception=True)
def job_list(request: HttpRequest) -> HttpResponse:
    """Show the jobs that match the filter of the URL."""
    chosen, reading, threads = JobFilter.read(request.GET), Reading.begin(), shared_reads.connected()
    now = threads.server.now.replace(microsecond=0)  # ages count from the second that "all that match" binds to
    # A filter that could not be read must not look like a filter that matches everything.
    counts = Counts({}) if chosen.problems else count_jobs(chosen, reading, now)
    data = ListingData(
        counts.matching(chosen),
        lambda start, stop: annotate_liveness(list_jobs(chosen, reading, now, start, stop), threads),
    )
    offered = offer(request.user, reading.layouts, threads.server)
    table = JobTable(data, now=now, selectable=bool(offered.actions), order_by=chosen.sort)
    table.at_page(request.GET.get("page", 1))
    context = {
        "chosen": chosen,
        "form": chosen.form(schema=reading.all_schemas, table=counts.tables(chosen.schema)[:TABLES_OFFERED]),
        "reading": reading,
        "at_least": reading.misses(chosen.schema),
        "tabs": _tabs(chosen, counts),
        "counts": counts,
        "table": table,
        "offer": offered,
        "confirm_url": reverse("jobs:clear_confirm"),
        "as_of": now,
        "server": threads.server,
    }
    return page_or_fragment(request, "jobs/job_list.html", "jobs/_job_list.html", context)


@require_safe
@permission_required(LOOK, raise_exception=True)
def job_detail(request: HttpRequest, schema: str, table_name: str, key_hash: str) -> HttpResponse:
    """Show one job: its message, traceback, key and worker."""
    reading = Reading.begin()
    found = read_job(reading, schema, table_name, key_hash)
    threads = shared_reads.connected()
    context: dict[str, object] = {
        "job": found,
        "schema": schema,
        "left_out": reading.left_out_in(schema),
        "table_name": table_name,
        "now": threads.server.now,
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
    status = HTTPStatus.OK if found else CANNOT_LOOK if reading.left_out_in(schema) else HTTPStatus.NOT_FOUND
    return page_or_fragment(request, "jobs/job_detail.html", "jobs/_job_detail.html", context, status=status)


def _tabs(chosen: JobFilter, counts: Counts) -> list[dict[str, object]]:
    numbers = counts.by_status(chosen)
    tabs = [("", "All", numbers.total(), "every job in the jobs tables")]
    tabs += [(one.status, one.tab, numbers[one.status], one.meaning) for one in JOB_STATUSES]
    return [
        {"status": status, "word": word, "count": count, "meaning": meaning, "query": chosen.with_status(status).query}
        for status, word, count, meaning in tabs
    ]
