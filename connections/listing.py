"""Filter -> connections of the lab's server, with what a page says of each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F, OrderBy

from connections.filters import SORTS, ConnectionFilter
from connections.jobs_of_connections import annotate_jobs
from connections.models import Connection
from connections.processes import process_list
from connections.protected import refusal_reason
from connections.snapshots import ConnectionSnapshot
from connections.statements import annotate_statements
from jobsite.lab.parts import Parts
from jobsite.lab.server import ConnectedThreads, Server
from jobsite.lab.transactions import Transaction, open_transactions

TRANSACTIONS = "Which transactions are open"
NONE_SEEN: Mapping[int, Transaction] = {}
ROWS_READ = 5000
"""Connections that are read at most; a server is seldom set to allow more."""


@dataclass(frozen=True)
class FoundConnections:
    """The connections that match a filter; not all of them when `is_whole` is False."""

    rows: Sequence[Connection]
    is_whole: bool = True

    @property
    def in_words(self) -> str:
        """How many there are, and how to find those that are not listed, in sentences."""
        if self.is_whole:
            return f"{len(self.rows)} found."
        read = f"More than {ROWS_READ:,} match, and only the first {ROWS_READ:,} in this order were read"
        return f"{read}: {len(self.rows):,} found. Narrow the filter, by user, host or id, to find the others."


def list_connections(chosen: ConnectionFilter, server: Server, may_kill: bool) -> FoundConnections:
    """Return the connections that match the filter, in its order, as the person may read their statements.

    Only where the filter or the order needs them all are the statements read already: it takes time.
    """
    matching = process_list(server).filter(chosen.condition(server.now))
    if chosen.statement:
        matching = matching.filter(info__isnull=False)
    rows = list(matching.order_by(*_order(chosen.sort))[: ROWS_READ + 1])
    is_whole = len(rows) <= ROWS_READ
    found = rows[:ROWS_READ]
    if chosen.statement or chosen.sort.endswith("statement"):  # by what is shown: that must not tell what is hidden
        annotate_statements(found, may_kill)
    if wanted := chosen.statement.lower():
        found = [row for row in found if wanted in row.statement.lower()]
    if chosen.sort.endswith("statement"):
        found.sort(key=lambda row: row.statement, reverse=chosen.sort.startswith("-"))
        found.sort(key=lambda row: not row.statement)
    return FoundConnections(found, is_whole)


def _order(sort: str) -> tuple[OrderBy | str, ...]:
    column = SORTS[sort.removeprefix("-")]
    if column == "info":
        return ("id",)
    return F(column).desc(nulls_last=True) if sort.startswith("-") else F(column).asc(nulls_last=True), "id"


def read_again(snapshots: Iterable[ConnectionSnapshot], server: Server) -> list[Connection]:
    """Return the connections that are still the ones of these snapshots."""
    wanted = {one.id: one for one in snapshots}
    rows = process_list(server).filter(id__in=list(wanted)).order_by("id")
    return [row for row in rows if wanted[row.id].is_still(row, server)]


def annotate(
    rows: Sequence[Connection], server: Server, parts: Parts, everybody: ConnectedThreads | None = None
) -> list[str]:
    """Give the connections what a page says of them: token, refusal, open transaction, jobs they hold.

    With `everybody` who is connected, give them the jobs that they may hold, too. Return why jobs could not be looked
    at, in sentences: a connection may hold some there that nobody sees.
    """
    transactions = parts.read(TRANSACTIONS, lambda: open_transactions(server), NONE_SEEN)
    for row in rows:
        row.token = ConnectionSnapshot.of(row, server).token
        row.refusal = refusal_reason(row, server)
        row.transaction = transactions.get(row.id)
    return annotate_jobs(rows, server, everybody)
