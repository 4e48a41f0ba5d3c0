"""The pages of connections: the list, and killing."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from connections import killing
from connections.consequences import KillReview, review_kill
from connections.filters import ConnectionFilter
from connections.killing import KILL, Confirmation, NotConfirmedError
from connections.listing import annotate, list_connections
from connections.outcomes import KillOutcome, KillResult, sent_in_words
from connections.recorded import recorded_kill
from connections.snapshots import SelectedConnections, Target
from connections.tables import ConnectionTable
from jobsite.lab import shared_reads
from jobsite.pages.http import page_or_fragment
from jobsite.pages.tables import ListingData

LOOK = "connections.view_connection"
NOT_DONE = 409


@require_safe
@permission_required(LOOK, raise_exception=True)
def connection_list(request: HttpRequest) -> HttpResponse:
    """Show the connections that match the filter of the URL, and the jobs they hold."""
    chosen, server = ConnectionFilter.read(request.GET), shared_reads.server()
    rows = [] if chosen.problems else list_connections(chosen, server)
    unread = [] if chosen.problems else annotate(rows, server)
    may_kill = request.user.has_perm(KILL)
    data = ListingData(len(rows), lambda start, stop: rows[start:stop])
    table = ConnectionTable(data, selectable=may_kill, order_by=chosen.sort)
    table.at_page(request.GET.get("page", 1))
    context = {"chosen": chosen, "form": chosen.form(), "table": table, "server": server, "may_kill": may_kill}
    context |= {"unread": unread, "confirm_url": reverse("connections:kill_confirm")}
    return page_or_fragment(request, "connections/connection_list.html", "connections/_connection_list.html", context)


@require_POST
@permission_required(KILL, raise_exception=True)
def kill_confirm(request: HttpRequest) -> HttpResponse:
    """Read the selected connections again and say what killing them would do; changes nothing."""
    selection = _selection(request.POST)
    if selection.is_empty:
        messages.warning(request, "No connection was selected: select the connections to kill.")
        return _to_list(request)
    return _confirm(request, review_kill(selection, shared_reads.server()), refusal="")


@require_POST
@permission_required(KILL, raise_exception=True)
def kill(request: HttpRequest) -> HttpResponse:
    """Send the kills that were confirmed, and lead to the page that follows them."""
    selection = _selection(request.POST)
    confirmation = _confirmation(request.POST)
    try:
        summary = killing.kill(selection, confirmation, request.user)
    except NotConfirmedError as refused:
        return _confirm(request, refused.review, refusal=str(refused))
    for problem in summary.problems:
        messages.warning(request, problem)
    if summary.act is None:
        return _to_list(request)
    # By its number: the names of some forty connections make an address that is longer than gunicorn takes.
    query = urlencode({"act": str(summary.act), "filter": request.POST.get("filter", "")})
    return HttpResponseRedirect(f"{reverse('connections:kill_result')}?{query}")


@require_safe
@permission_required(LOOK, raise_exception=True)
def kill_result(request: HttpRequest) -> HttpResponse:
    """Follow the connections a kill was sent to until they are gone."""
    recorded = recorded_kill(request.GET.get("act", ""))
    if recorded is None:
        raise Http404
    kills = killing.follow(recorded.sent, shared_reads.server())
    context = {
        "heading": sent_in_words(recorded.sent),
        "kills": kills,
        "unknown": [KillOutcome(seen, KillResult.UNKNOWN) for seen in recorded.unknown],
        "waiting": recorded.sent.target is Target.CONNECTION and any(one.connection for one in kills),
        "filter": request.GET.get("filter", ""),
        "address": request.get_full_path(),
    }
    return page_or_fragment(request, "connections/kill_result.html", "connections/_kill_result.html", context)


def _to_list(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('connections:connection_list')}?{request.POST.get('filter', '')}")


def _confirm(request: HttpRequest, review: KillReview, refusal: str) -> HttpResponse:
    template, status = "connections/kill_confirm.html", NOT_DONE if refusal else 200
    context = {"review": review, "refusal": refusal, "filter": request.POST.get("filter", "")}
    return page_or_fragment(request, template, template, context, status=status)


def _selection(form: QueryDict, name: str = "connection") -> SelectedConnections:
    try:
        return SelectedConnections.read(form.getlist(name), form.get("target", Target.CONNECTION.value))
    except ValueError as error:
        raise BadRequest(str(error)) from error


def _confirmation(form: QueryDict) -> Confirmation:
    harmless = _selection(form, "harmless").snapshots
    return Confirmation(form.get("typed", ""), bool(form.get("needs_number")), harmless)
