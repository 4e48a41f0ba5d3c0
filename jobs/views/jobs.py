"""The pages of jobs: the list, a job of its own, and clearing."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from jobs.actions.clear import CLEAR, clear_matching, why_no_clearing
from jobs.actions.clear import clear as clear_seen
from jobs.actions.selection import Choice, Review, review, why_not
from jobs.layouts.reading import Reading
from jobs.listing.filters import JobFilter
from jobs.listing.marking import mark
from jobs.listing.rows import Counts, count_jobs, list_jobs, read_job
from jobs.listing.tables import JobTable
from jobs.statuses import STATES
from jobs.tracebacks.display import shown
from jobs.tracebacks.parsing import read_stack, read_stack_blob, without_middle
from jobs.views.copying import lines_to_copy
from jobsite.lab.server import ConnectedThreads, who_is_connected
from jobsite.pages.http import CANNOT_LOOK, page_or_fragment
from jobsite.pages.tables import ListingData

LOOK = "jobs.view_job"
GONE = 404
NOT_DONE = 409
TABLES_OFFERED = 500


@require_GET
@permission_required(LOOK, raise_exception=True)
def job_list(request: HttpRequest) -> HttpResponse:
    """Show the jobs that match the filter of the URL."""
    chosen, reading, presence = JobFilter.read(request.GET), Reading.begin(), who_is_connected()
    now = presence.server.now.replace(microsecond=0)  # ages count from the second that "all that match" binds to
    # A filter that could not be read must not look like a filter that matches everything.
    counts = Counts({}) if chosen.problems else count_jobs(chosen, reading, now)
    data = ListingData(
        counts.matching(chosen),
        lambda start, stop: mark(list_jobs(chosen, reading, now, start, stop), presence),
    )
    may_clear, only_reads = _may_clear(request, presence)
    table = JobTable(data, now=now, selectable=may_clear, order_by=chosen.sort)
    table.at_page(request.GET.get("page", 1))
    context = {
        "chosen": chosen,
        "form": chosen.form(
            schema=sorted({*reading.found, *reading.left_out}), table=counts.tables(chosen.schema)[:TABLES_OFFERED]
        ),
        "reading": reading,
        "at_least": reading.misses(chosen.schema),
        "tabs": _tabs(chosen, counts),
        "counts": counts,
        "table": table,
        "may_clear": may_clear,
        "only_reads": only_reads,
        "as_of": now,
        "server": presence.server,
    }
    return page_or_fragment(request, "jobs/job_list.html", "jobs/_job_list.html", context)


@require_GET
@permission_required(LOOK, raise_exception=True)
def job_detail(request: HttpRequest, schema: str, table_name: str, key_hash: str) -> HttpResponse:
    """Show one job: its message, traceback, key and worker."""
    reading = Reading.begin()
    found = read_job(reading, schema, table_name, key_hash)
    presence = who_is_connected()
    may_clear, only_reads = _may_clear(request, presence)
    context: dict[str, object] = {
        "job": found,
        "schema": schema,
        "left_out": reading.left_out.get(schema),
        "table_name": table_name,
        "now": presence.server.now,
        "may_clear": may_clear,
        "only_reads": only_reads,
    }
    if found is not None:
        mark([found], presence)
        stack = read_stack_blob(found.error_stack)
        context |= {
            "stack_problem": stack.problem,
            "stack_text": without_middle(stack.text)[0],
            "chain": shown(read_stack(stack.text), found.error_message or ""),
            "lines": lines_to_copy(found),
        }
    status = 200 if found else CANNOT_LOOK if schema in reading.left_out else GONE
    return page_or_fragment(request, "jobs/job_detail.html", "jobs/_job_detail.html", context, status=status)


@require_POST
@permission_required(CLEAR, raise_exception=True)
def clear_confirm(request: HttpRequest) -> HttpResponse:
    """Read the chosen jobs again and say what clearing them would do; changes nothing."""
    choice = Choice.read(request.POST)
    if choice.is_empty:
        messages.warning(request, "Nothing was ticked: tick the jobs to clear, or take all that match.")
        return _to_list(choice)
    presence = who_is_connected()
    return _confirm(request, choice, review(choice, Reading.begin(), presence), presence, refusal="")


@require_POST
@permission_required(CLEAR, raise_exception=True)
def clear(request: HttpRequest) -> HttpResponse:
    """Clear what was confirmed, say what became of it, and lead back to the list with its filter."""
    choice, reading, presence = Choice.read(request.POST), Reading.begin(), who_is_connected()
    reading.set_aside(choice.left_out)
    reviewed = review(choice, reading, presence)
    if refusal := why_not(choice, reviewed, request.POST.get("typed", "")):
        return _confirm(request, choice, reviewed, presence, refusal)
    if choice.everything and choice.as_of:
        outcome = clear_matching(choice.chosen, reading, choice.as_of, request.user)
    else:
        outcome = clear_seen(choice.seen, reading, request.user)
    level = messages.SUCCESS if outcome.cleared and outcome.is_whole else messages.WARNING
    messages.add_message(request, level, outcome.in_words)
    return _to_list(choice)


def _may_clear(request: HttpRequest, presence: ConnectedThreads) -> tuple[bool, str]:
    """Return whether clearing is offered, and to those whose act it would be, why the server makes it impossible."""
    if not request.user.has_perm(CLEAR):
        return False, ""
    why_not = why_no_clearing(presence.server.only_reads)
    return not why_not, why_not


def _to_list(choice: Choice) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('jobs:job_list')}?{choice.chosen.query}")


def _confirm(
    request: HttpRequest, choice: Choice, reviewed: Review, presence: ConnectedThreads, refusal: str
) -> HttpResponse:
    context = {
        "choice": choice,
        "review": reviewed,
        "now": presence.server.now,
        "refusal": refusal,
        "only_reads": why_no_clearing(presence.server.only_reads),
    }
    template = "jobs/clear_confirm.html"
    return page_or_fragment(request, template, template, context, status=NOT_DONE if refusal else 200)


def _tabs(chosen: JobFilter, counts: Counts) -> list[dict[str, object]]:
    numbers = counts.by_status(chosen)
    tabs = [("", "All", numbers.total(), "every job in the jobs tables")]
    tabs += [(state.status, state.tab, numbers[state.status], state.meaning) for state in STATES]
    return [
        {"status": status, "word": word, "count": count, "meaning": meaning, "query": chosen.with_status(status).query}
        for status, word, count, meaning in tabs
    ]
