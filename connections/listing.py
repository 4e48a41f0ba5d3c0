"""Filter -> connections of the lab's server, with what a page says of each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from connections.filters import ConnectionFilter
from connections.jobs_of_connections import annotate_jobs
from connections.models import Connection
from connections.processes import Process, process_list, processes, read_processes
from connections.protected import refusal_reason
from connections.restricted import shown_ids
from connections.snapshots import ConnectionSnapshot
from connections.statements import annotate_statements, as_shown
from jobsite.lab import shared_reads
from jobsite.lab.columns import sort_key
from jobsite.lab.parts import Parts
from jobsite.lab.server import ConnectedThreads, Server
from jobsite.lab.transactions import Transaction, open_transactions

TRANSACTIONS = "Which transactions are open"
NONE_SEEN: Mapping[int, Transaction] = {}


@dataclass
class FoundConnections:
    """The connections that match a filter, in its order; only those of a page are looked at more closely."""

    processes: Sequence[Process] = ()
    unread: Sequence[str] = ()
    """Why jobs of those that were read could not be looked at, in sentences."""

    @property
    def in_words(self) -> str:
        """How many there are, in a sentence."""
        return f"{len(self.processes):,} found."

    def read(self, some: Sequence[Process], server: Server, parts: Parts, may_kill: bool) -> Sequence[Connection]:
        """Return some of them with all that a page says of each, as the person may read their statements."""
        rows = [process.as_connection() for process in some]
        if rows:
            self.unread = annotate(rows, server, parts)
        return annotate_statements(rows, may_kill)


def list_connections(chosen: ConnectionFilter, may_kill: bool) -> FoundConnections:
    """Return the connections that match the filter, in its order.

    Statements are searched and sorted as the person may read them: that must not tell what is hidden. Only then are
    they all masked, because it takes time. Raises DatabaseError.
    """
    found = _matching(chosen, processes(), shared_reads.server(), may_kill)
    column, is_descending = chosen.order
    if column == "info":
        return FoundConnections(_in_order(found, lambda row: as_shown(row.info, may_kill) or None, is_descending))
    return FoundConnections(_in_order(found, lambda row: _order_of(getattr(row, column)), is_descending))


def matching_now(chosen: ConnectionFilter, server: Server) -> AbstractSet[int]:
    """Return the ids of the connections that match the filter now, as the list shows them to a person who may kill.

    For who acts: nothing is used that was read before. Raises DatabaseError.
    """
    return {row.id for row in _matching(chosen, read_processes(server), server, may_kill=True)}


def _matching(
    chosen: ConnectionFilter, everybody: Sequence[Process], server: Server, may_kill: bool
) -> Sequence[Process]:
    found = [*filter(chosen.picks, everybody)]
    if chosen.restriction is not None:
        selected = shown_ids(chosen.restriction, server, may_kill)
        found = [row for row in found if row.id in selected]
    if chosen.statement:
        found = [row for row in found if chosen.statement.lower() in as_shown(row.info, may_kill).lower()]
    return found


def _in_order(rows: Sequence[Process], value: Callable[[Process], Any], is_descending: bool) -> Sequence[Process]:
    """Return the rows in the order of a value; those that are the same by id, and without one last."""
    values = {row.id: value(row) for row in rows}
    known = [row for row in rows if values[row.id] is not None]
    known.sort(key=lambda row: values[row.id], reverse=is_descending)
    return [*known, *(row for row in rows if values[row.id] is None)]


def _order_of(value: str | int | None) -> str | int | None:
    return sort_key(value) if isinstance(value, str) else value


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
