"""The page of a job: alone, or beside the list."""

from http import HTTPStatus

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from jobs.actions.clear import CLEAR
from jobs.actions.key_history import past_acts
from jobs.actions.offered import Offer, offer, on_page_of
from jobs.layouts.foreign_keys import tables_around
from jobs.layouts.reading import Reading
from jobs.listing.alike import group_of, jobs_alike
from jobs.listing.beside import Beside, Names, jobs_beside
from jobs.listing.cluster_job import failed_in, reserved_in
from jobs.listing.copying import lines_to_copy
from jobs.listing.filters import JobFilter
from jobs.listing.last_worker import is_connected
from jobs.listing.marking import annotate_liveness_now
from jobs.listing.rows import read_job
from jobs.listing.shared import second_of
from jobs.models import Job
from jobs.tracebacks.stored import read_failure
from jobs.views.job_filter import job_filter
from jobsite.lab.parts import Parts
from jobsite.lab.server import ConnectedThreads
from jobsite.pages.http import CANNOT_LOOK, page_or_fragment, wants_fragment
from jobsite.pages.paths import read_names, write_names
from jobsite.pages.query_string import without

LOOK = "jobs.view_job"
OPEN = "open"
"""What the address of the list calls the job that is open beside it."""
JOB_PARTS = 3
ALIKE = "The jobs that failed in the same way"
BESIDE, AROUND = "The jobs before and after this one", "The tables around this one"


@require_safe
@permission_required(LOOK, raise_exception=True)
def job_detail(request: HttpRequest, schema: str, table_name: str, key_hash: str) -> HttpResponse:
    """Show one job: its message, traceback, key and worker."""
    reading, parts = Reading.begin(), Parts()
    threads = parts.read_connected()
    context = _detail(request, reading, threads, (schema, table_name, key_hash))
    status = HTTPStatus.OK if context["job"] else CANNOT_LOOK if context["left_out"] else HTTPStatus.NOT_FOUND
    context |= {"parts": parts}
    if isinstance(job := context["job"], Job) and not wants_fragment(request):
        context |= _of_own_page(request, reading, threads, parts, job)
    return page_or_fragment(request, "jobs/job_detail.html", "jobs/_job_detail.html", context, status=status)


def opened_job(request: HttpRequest, reading: Reading, threads: ConnectedThreads) -> str:
    """Return the job that the address says is open beside the list, drawn; '' for none, or where only rows are."""
    names = read_names(request.GET.get(OPEN, ""), JOB_PARTS)
    if not names or wants_fragment(request):
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
        annotate_liveness_now([found], threads)
        context |= what_went_wrong(found)
        context |= {
            "may_see_all": CLEAR.is_allowed(request.user),
            "lines": lines_to_copy(found),
            "is_connected": is_connected(found, threads),
            "cluster_job": failed_in(str(context["stack_text"])) or reserved_in(found, threads),
            "alike": group_of(found),
            "offer": _offer(request, reading, threads, found),
        }
    return context


def _of_own_page(
    request: HttpRequest, reading: Reading, threads: ConnectedThreads, parts: Parts, job: Job
) -> dict[str, object]:
    """Return what a job's own page has room for and the panel has not; a part that is not known is absent."""
    chosen, now = job_filter(request.GET, request.user), second_of(threads)
    beside = parts.read(BESIDE, lambda: jobs_beside(chosen, reading, now, job), Beside())
    query = without(request.GET, OPEN)
    return {
        "chosen": chosen,
        "beside": beside,
        "alike": parts.read(ALIKE, lambda: jobs_alike(job, reading, now), None),
        "previous": _address(beside.previous, query),
        "next": _address(beside.next, query),
        "past_acts": past_acts(job, request.user),
        "around": parts.read(AROUND, lambda: tables_around(job.schema, job.table_name), None),
    }


def _address(names: Names | None, query: str) -> str:
    return reverse("jobs:job_detail", args=names) + query if names else ""


def _offer(request: HttpRequest, reading: Reading, threads: ConnectedThreads, job: Job) -> Offer:
    layouts = filter(None, [reading.layout_of(job.stored_in)])
    return offer(on_page_of(job), request.user, [*layouts], threads.server)


def what_went_wrong(job: Job) -> dict[str, object]:
    """Return the traceback of a job, and whether a secret in it or in the message is masked."""
    failure = read_failure(job.error_stack, job.message)
    return {
        "stack_problem": failure.problem,
        "stack_text": failure.text,
        "chain": failure.chain,
        "is_masked": failure.is_masked or job.message != job.error_message,
    }
