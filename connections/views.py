"""The pages of connections: the list, and killing. Here, and only here, connections meet the jobs they hold."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from connections.filters import ConnectionFilter
from connections.killing import KILL, Fate, SeenConnection, Target, why_not
from connections.killing import kill as kill_seen
from connections.listing import list_connections, read_again
from connections.models import Connection
from connections.tables import ConnectionTable
from jobs.layouts.reading import Reading
from jobs.listing.marking import mark
from jobs.listing.reserved import MOST_READ, Reserved, held_by, reserved_by
from jobs.liveness import Sign, may_be
from jobs.models import Job
from jobsite.lab.explanations import explain
from jobsite.lab.server import ConnectedThreads, Server, ask_server, connected_threads
from jobsite.lab.transactions import open_transactions
from jobsite.pages.http import page_or_fragment
from jobsite.pages.tables import ListingData

LOOK = "connections.view_connection"
NOT_DONE = 409


@require_GET
@permission_required(LOOK, raise_exception=True)
def connection_list(request: HttpRequest) -> HttpResponse:
    """Show the connections that match the filter of the URL, and the jobs they hold."""
    chosen, server = ConnectionFilter.read(request.GET), ask_server()
    rows, unread = ([], []) if chosen.problems else described(list_connections(chosen, server), server)
    may_kill = request.user.has_perm(KILL)
    data = ListingData(len(rows), lambda start, stop: rows[start:stop])
    table = ConnectionTable(data, may_kill=may_kill, order_by=chosen.sort)
    table.at_page(request.GET.get("page", 1))
    context = {"chosen": chosen, "server": server, "table": table, "may_kill": may_kill, "unread": unread}
    return page_or_fragment(request, "connections/connection_list.html", "connections/_connection_list.html", context)


@require_POST
@permission_required(KILL, raise_exception=True)
def kill_confirm(request: HttpRequest) -> HttpResponse:
    """Read the chosen connections again and say what killing them would do; changes nothing."""
    seen, server = _seen(request.POST.getlist("connection")), ask_server()
    if not seen:
        messages.warning(request, "Nothing was ticked: tick the connections to end.")
        return HttpResponseRedirect(f"{reverse('connections:connection_list')}?{request.POST.get('filter', '')}")
    return _confirm(request, _consequences(request, seen, server), refusal="")


@require_POST
@permission_required(KILL, raise_exception=True)
def kill(request: HttpRequest) -> HttpResponse:
    """Send the kills that were confirmed, and lead to the page that follows them.

    What they would lose is looked at once more: where it cannot be known, the number has to be typed.
    """
    seen, typed = _seen(request.POST.getlist("connection")), request.POST.get("typed", "").strip()
    if typed != str(len(seen)):
        found = _consequences(request, seen, ask_server())
        if found["rows"] and (found["needs_number"] or request.POST.get("needs_number")):
            return _confirm(request, found, f"No kill was sent: type {len(found['rows'])} to confirm.")
    outcomes = kill_seen(seen, _target(request), request.user)
    for outcome in outcomes:
        if outcome.fate is not Fate.SENT:
            said = f": {outcome.why}" if outcome.why else ""
            who = f"{outcome.seen.id} {outcome.seen.user}@{outcome.seen.host}"
            end = "" if said.endswith(";") else "."  # a GRANT ends by itself
            messages.warning(request, f"{who} was left alone, {outcome.fate.value}{said}{end}")
    sent = [outcome.seen.token for outcome in outcomes if outcome.fate is Fate.SENT]
    query = urlencode(
        {"target": _target(request).value, "filter": request.POST.get("filter", ""), "connection": sent}, doseq=True
    )
    return HttpResponseRedirect(f"{reverse('connections:kill_result')}?{query}")


@require_GET
@permission_required(LOOK, raise_exception=True)
def kill_result(request: HttpRequest) -> HttpResponse:
    """Follow the connections a kill was sent to until they are gone."""
    seen, server = _seen(request.GET.getlist("connection")), ask_server()
    there = {row.id: row for row in read_again(seen, server)}
    context = {
        "rows": [(one, there.get(one.id)) for one in seen],
        "waiting": bool(there) and _target(request) is Target.CONNECTION,
        "target": _target(request),
        "filter": request.GET.get("filter", ""),
        "address": request.get_full_path(),
    }
    return page_or_fragment(request, "connections/kill_result.html", "connections/_kill_result.html", context)


def _consequences(request: HttpRequest, seen: Sequence[SeenConnection], server: Server) -> dict[str, Any]:
    """Return what a kill of the seen connections would do now, and whether it can be known."""
    target = _target(request)
    found, unread = described(read_again(seen, server), server)
    unread += [sentence for sentence in _see_what_may_be_held(found, server) if sentence not in unread]
    rows = [row for row in found if not row.refusal]
    unsure = bool(unread) or not server.sees_all or any(row.perhaps for row in rows)
    return {
        "rows": rows,
        "refused": [row for row in found if row.refusal],
        "gone": len(seen) - len(found),
        "unread": unread,
        # Where no statement runs, there is none to end.
        "needs_number": unsure and any(target is Target.CONNECTION or row.info for row in rows),
        "target": target,
        "server": server,
        "filter": request.POST.get("filter", ""),
    }


def _confirm(request: HttpRequest, consequences: dict[str, Any], refusal: str) -> HttpResponse:
    template, status = "connections/kill_confirm.html", NOT_DONE if refusal else 200
    return page_or_fragment(request, template, template, {**consequences, "refusal": refusal}, status=status)


def described(rows: Sequence[Connection], server: Server) -> tuple[list[Connection], list[str]]:
    """Return the connections with what a page says of them: token, refusal, open transaction, jobs they hold.

    And why jobs could not be looked at, in sentences: a connection may hold some there that nobody sees.
    """
    transactions, (held, unread) = open_transactions(server), _held(rows, server)
    for row in rows:
        row.token = SeenConnection.of(row, server).token
        row.refusal = why_not(row, server)
        row.transaction = transactions.get(row.id)
        row.jobs = held[row.id]
    return list(rows), unread


def _held(rows: Sequence[Connection], server: Server) -> tuple[dict[int, list[Job]], list[str]]:
    """Return connection id -> reserved jobs that it really holds: same user and client, reserved since the start."""
    presence = ConnectedThreads(server, {row.id: row.account for row in rows})
    held: dict[int, list[Job]] = defaultdict(list)
    try:
        reading = Reading.begin()
        found = held_by(presence.threads, server.started, reading)
    except DatabaseError as error:  # whoever makes jobs slow to read is to be found and ended on this very page
        return held, [_sentence(error)]
    for job in mark(found.jobs, presence):
        if job.sign is Sign.RUNNING and job.connection_id:
            held[job.connection_id].append(job)
    unread = [f"Jobs of {table.schema}: {table.in_words}." for table in reading.unreadable if table.has_jobs]
    unread += [f"Jobs of {schema}: its jobs table does not say which connection." for schema in found.unnamed]
    return held, unread + _not_all(found)


def _see_what_may_be_held(rows: Sequence[Connection], server: Server) -> list[str]:
    """Give each connection the jobs that may be its own, as far as can be told; return why some were not seen.

    Such are of the same user, over a connection that is gone or cannot be told: a pool's child's, or behind a proxy.
    """
    found = Reserved(())
    for row in rows:
        row.perhaps = []
    try:
        presence = connected_threads(server)
        found = reserved_by({row.id: row.account for row in rows}, server.started, Reading.begin())
    except DatabaseError as error:
        return [_sentence(error)]
    unsure = [job for job in mark(found.jobs, presence) if job.sign in (Sign.UNCERTAIN, Sign.CANNOT_TELL)]
    for row in rows:
        row.perhaps = [job for job in unsure if _may_hold(row, job)]
    return _not_all(found)


def _may_hold(row: Connection, job: Job) -> bool:
    return may_be(row.account, job.account) or (job.connection_id, job.account[0]) == (row.id, row.user)


def _not_all(found: Reserved) -> list[str]:
    most = f"More than {MOST_READ} reserved jobs name them or their users, and not all were read."
    return [] if found.is_whole else [most]


def _sentence(error: DatabaseError) -> str:
    sentence = explain(error)
    if not sentence:
        raise error
    return sentence


def _seen(tokens: Sequence[str]) -> list[SeenConnection]:
    try:
        return [SeenConnection.read(token) for token in tokens]
    except ValueError as error:
        raise BadRequest("This form is not one that a connections page made: go back and choose again.") from error


def _target(request: HttpRequest) -> Target:
    asked: QueryDict = request.POST if request.method == "POST" else request.GET
    try:
        return Target(asked.get("target", Target.CONNECTION.value))
    except ValueError as error:
        raise BadRequest("Choose what to end: the connection or only its statement.") from error
