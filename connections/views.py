"""The pages of connections: the list, and killing."""

from collections.abc import Set as AbstractSet
from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST, require_safe

from connections import killing
from connections.consequences import KillReview, review_kill
from connections.exported import export_connections
from connections.filters import ConnectionFilter
from connections.jobs_of_connections import reserved_jobs
from connections.killing import KILL, Confirmation, NotConfirmedError
from connections.listing import FoundConnections, list_connections, matching_now, read_again
from connections.outcomes import KillOutcome, KillResult
from connections.processes import known_values, processes
from connections.recorded import TARGETS, recorded_kill
from connections.restricted import RestrictionNotTakenError
from connections.snapshots import NO_FORM_OF_OURS, Matching, SelectedConnections, Target
from connections.statements import annotate_statements
from connections.tables import ConnectionTable
from jobsite.accounts.database_users import as_read_by
from jobsite.accounts.on_lists import of_reader
from jobsite.activity.forms import FormUsedError, new_form, read_form_number
from jobsite.activity.record import RecordError, record_look
from jobsite.activity.terminal_user import User
from jobsite.durations import say_duration
from jobsite.lab import shared_reads
from jobsite.lab.parts import Parts
from jobsite.lab.server import Server, ask_server
from jobsite.lab.shared_reads import looking
from jobsite.pages.completing import AskedCompletion, KnownValues, completions
from jobsite.pages.exporting import AskedExport, export_response
from jobsite.pages.frames import forget_scripts, gets_frame, not_modified, version_of, with_version
from jobsite.pages.http import page_or_fragment
from jobsite.pages.mine import to_account
from jobsite.pages.mistakes import told_below_the_box
from jobsite.pages.paging import AskedPage, page_of
from jobsite.restrictions.columns import CONNECTIONS
from jobsite.restrictions.completing import place_in

LOOK = "connections.view_connection"
VIEW = "connections:connection_list"
PAGE, FRAGMENT = "connections/connection_list.html", "connections/_connection_list.html"
NOT_DONE = 409
NOW_SEEN = "What became of them"
SHOW_STATEMENT = "show statement"
"""What the record calls it when somebody looks at a statement with its secrets."""


@require_safe
@permission_required(LOOK, raise_exception=True)
@looking()
def connection_list(request: HttpRequest) -> HttpResponse:
    """Show the connections that match the filter of the URL, and the jobs they hold."""
    chosen = _chosen(request.GET, request.user)
    if answer := to_account(request, chosen) or told_below_the_box(request, chosen):
        return answer
    if gets_frame(request) and not (processes.is_there and reserved_jobs.is_there):
        return render(request, PAGE, _frame(request, chosen))
    context = _listed(request, chosen)
    version = version_of(request, chosen.own_users)
    if unchanged := not_modified(request, version):
        return unchanged
    shown = {**context, **of_reader(request.user, chosen, VIEW), "version": version}
    response = page_or_fragment(request, PAGE, FRAGMENT, shown)
    return forget_scripts(request, with_version(response, version))


def _chosen(query: QueryDict, user: User) -> ConnectionFilter:
    return as_read_by(user, ConnectionFilter.read(query))


def _frame(request: HttpRequest, chosen: ConnectionFilter) -> dict[str, object]:
    """Return what the page shows before anything is read."""
    return {
        **of_reader(request.user, chosen, VIEW),
        "is_frame": True,
        "chosen": chosen,
        "form": chosen.form(),
        "completions_url": reverse("connections:connection_completions"),
    }


def _listed(request: HttpRequest, chosen: ConnectionFilter) -> dict[str, object]:
    """Return what the list shows."""
    server, may_kill = shared_reads.server(), request.user.has_perm(KILL)
    try:
        found = FoundConnections() if chosen.problems else list_connections(chosen, may_kill)
    except RestrictionNotTakenError as error:
        chosen, found = replace(chosen, misread=(error.in_words,)), FoundConnections()
    parts, read = Parts(), processes.with_age()
    targets = [target.value for target in Target if may_kill and target.is_possible(server)]
    asked = AskedPage.read(request.GET)
    page = page_of(found.processes, asked)
    rows = found.read(page.rows, server, parts, may_kill)
    table = ConnectionTable(rows, selectable=bool(targets), order_by=chosen.sort)
    return {
        "chosen": chosen,
        "form": chosen.form(),
        "table": table,
        "page": page,
        "asked": asked,
        "server": server,
        "old": say_duration(read.age_s) if read.is_old else "",
        "age_s": round(read.age_s),
        "targets": targets,
        "kill_grant": server.kill_grant if may_kill and not targets else "",
        "parts": parts,
        "found": found,
        "confirm_url": reverse("connections:kill_confirm"),
        "export_url": reverse("connections:connection_export"),
        "completions_url": reverse("connections:connection_completions"),
    }


@require_safe
@permission_required(LOOK, raise_exception=True)
@looking()
def connection_completions(request: HttpRequest) -> HttpResponse:
    """Show what may follow in the box of the restriction, for who is writing in it."""
    asked = AskedCompletion.read(request.GET)
    chosen, place = _chosen(asked.query, request.user), place_in(asked.text, asked.at, CONNECTIONS)
    return completions(request, chosen, place, lambda column: KnownValues(known_values(column.name)))


@require_GET
@permission_required(LOOK, raise_exception=True)
def connection_export(request: HttpRequest) -> HttpResponseBase:
    """Send the connections that match the filter of the URL as a file."""
    asked = AskedExport.read(request.GET)
    chosen = _chosen(asked.query, request.user)
    if chosen.problems:
        raise BadRequest(" ".join(chosen.problems))
    may_kill = request.user.has_perm(KILL)
    try:
        return export_response(request, asked.form, lambda: export_connections(chosen, may_kill))
    except RestrictionNotTakenError as error:
        raise BadRequest(error.in_words) from error


@require_POST
@permission_required(KILL, raise_exception=True)
def statement(request: HttpRequest) -> HttpResponse:
    """Show the statement of one connection with all that is in it; the record says first who looks."""
    seen = _selection(request.POST, "shown").snapshots
    row = next(iter(read_again(seen, ask_server())), None) if len(seen) == 1 else None
    if row is None:
        messages.warning(request, "This connection is gone, or somebody else’s by now.")
        return _to_list(request)
    try:
        record_look(request.user.get_username(), SHOW_STATEMENT, f"Of {row}.")
    except RecordError as error:
        messages.warning(request, str(error))
        return _to_list(request)
    context = {"row": row, "statement": row.info, "filter": request.POST.get("filter", "")}
    response = page_or_fragment(request, "connections/statement.html", "connections/statement.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@permission_required(KILL, raise_exception=True)
def kill_confirm(request: HttpRequest) -> HttpResponse:
    """Read the selected connections again and say what killing them would do; changes nothing."""
    if _selection(request.POST).is_empty:
        messages.warning(request, "No connection was selected: select the connections to kill.")
        return _to_list(request)
    selection = _selection(request.POST, matching=_matching(request.POST, request.user))
    return _confirm(request, review_kill(selection, ask_server()), refusal="")


@require_POST
@permission_required(KILL, raise_exception=True)
def kill(request: HttpRequest) -> HttpResponse:
    """Send the kills that were confirmed, and lead to the page that follows them."""
    selection = _selection(request.POST, matching=_matching(request.POST, request.user))
    confirmation = _confirmation(request.POST)
    try:
        summary = killing.kill(selection, confirmation, request.user)
    except NotConfirmedError as refused:
        return _confirm(request, refused.review, refusal=str(refused))
    except FormUsedError as used:
        messages.info(request, str(used))
        return _to_result(request, used.act.pk) if used.act.verb in TARGETS else _to_list(request)
    for problem in summary.problems:
        messages.warning(request, problem)
    if summary.act is None:
        return _to_list(request)
    return _to_result(request, summary.act)


@require_safe
@permission_required(LOOK, raise_exception=True)
def kill_result(request: HttpRequest) -> HttpResponse:
    """Follow the connections a kill was sent to until they are gone."""
    recorded = recorded_kill(request.GET.get("act", ""))
    if recorded is None:
        raise Http404
    parts = Parts()
    kills = parts.read(NOW_SEEN, lambda: killing.follow(recorded.sent, shared_reads.server()), None)
    context = {
        "heading": recorded.heading,
        "kills": kills or [],
        "parts": parts,
        "unknown": [KillOutcome(seen, KillResult.UNKNOWN) for seen in recorded.unknown],
        "waiting": kills is None or any(one.is_awaited for one in kills),
        "filter": request.GET.get("filter", ""),
        "address": request.get_full_path(),
    }
    return page_or_fragment(request, "connections/kill_result.html", "connections/_kill_result.html", context)


def _to_result(request: HttpRequest, act: int) -> HttpResponse:
    # By its number: the names of some forty connections make an address that is longer than gunicorn takes.
    query = urlencode({"act": str(act), "filter": request.POST.get("filter", "")})
    return HttpResponseRedirect(f"{reverse('connections:kill_result')}?{query}")


def _to_list(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('connections:connection_list')}?{request.POST.get('filter', '')}")


def _confirm(request: HttpRequest, review: KillReview, refusal: str) -> HttpResponse:
    annotate_statements([one.connection for one in review.connections], may_kill=True)
    template, status = "connections/kill_confirm.html", NOT_DONE if refusal else 200
    filtered = request.POST.get("filter", "")
    context = {"review": review, "refusal": refusal, "filter": filtered, "form_number": new_form()}
    return page_or_fragment(request, template, template, context, status=status)


def _selection(form: QueryDict, name: str = "connection", matching: Matching | None = None) -> SelectedConnections:
    try:
        return SelectedConnections.read(form.getlist(name), form.get("target", Target.CONNECTION.value), matching)
    except ValueError as error:
        raise BadRequest(str(error)) from error


def _matching(form: QueryDict, user: User) -> Matching | None:
    """Return what asks again which connections the list would show; None for a list of all."""
    chosen = _chosen(QueryDict(form.get("filter", "")), user)
    if chosen.problems:
        raise BadRequest(" ".join(chosen.problems))

    def matching(server: Server) -> AbstractSet[int]:
        try:
            return matching_now(chosen, server)
        except RestrictionNotTakenError as error:
            raise BadRequest(error.in_words) from error

    return matching if chosen.is_narrowed else None


def _confirmation(form: QueryDict) -> Confirmation:
    harmless = _selection(form, "harmless").snapshots
    try:
        number = read_form_number(form.get("form", ""))
    except ValueError as error:
        raise BadRequest(NO_FORM_OF_OURS) from error
    return Confirmation(form.get("typed", ""), bool(form.get("needs_number")), harmless, number)
