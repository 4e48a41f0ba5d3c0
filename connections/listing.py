"""Filter -> connections of the lab's server, with what a page says of each."""

from collections.abc import Iterable, Sequence

from django.db.models import F

from connections.filters import SORTS, ConnectionFilter
from connections.jobs_of_connections import annotate_jobs
from connections.models import Connection
from connections.processes import process_list
from connections.protected import refusal_reason
from connections.snapshots import ConnectionSnapshot
from connections.statements import annotate_statements
from jobsite.lab.server import ConnectedThreads, Server
from jobsite.lab.transactions import open_transactions

ROWS_READ = 5000
"""Connections that are read at most; a server is seldom set to allow more."""


def list_connections(chosen: ConnectionFilter, server: Server, may_kill: bool) -> list[Connection]:
    """Return the connections that match the filter, in its order, each with its statement as the person may read it."""
    column = SORTS[chosen.sort.removeprefix("-")]
    first = F(column).desc(nulls_last=True) if chosen.sort.startswith("-") else F(column).asc(nulls_last=True)
    rows = list(process_list(server).filter(chosen.condition(server.now)).order_by(first, "id")[:ROWS_READ])
    annotate_statements(rows, may_kill)
    return rows


def read_again(snapshots: Iterable[ConnectionSnapshot], server: Server) -> list[Connection]:
    """Return the connections that are still the ones of these snapshots."""
    wanted = {one.id: one for one in snapshots}
    rows = process_list(server).filter(id__in=list(wanted)).order_by("id")
    return [row for row in rows if wanted[row.id].is_still(row, server)]


def annotate(rows: Sequence[Connection], server: Server, everybody: ConnectedThreads | None = None) -> list[str]:
    """Give the connections what a page says of them: token, refusal, open transaction, jobs they hold.

    With `everybody` who is connected, give them the jobs that they may hold, too. Return why jobs could not be looked
    at, in sentences: a connection may hold some there that nobody sees.
    """
    transactions = open_transactions(server)
    for row in rows:
        row.token = ConnectionSnapshot.of(row, server).token
        row.refusal = refusal_reason(row, server)
        row.transaction = transactions.get(row.id)
    return annotate_jobs(rows, server, everybody)
