"""The connections that match a filter as plain values, as a person may read them, with the jobs they hold."""

from collections.abc import Iterator, Mapping

from connections.filters import ConnectionFilter
from connections.listing import list_connections
from connections.models import Connection
from jobsite.exporting.documents import Listing
from jobsite.lab import shared_reads
from jobsite.lab.parts import Parts

COLUMNS = ("ID", "USER", "HOST", "DB", "COMMAND", "TIME", "STATE", "INFO", "JOBS")
"""The columns of the server's process list, and the jobs."""
AT_ONCE = 200
"""Connections whose jobs are looked for by one statement."""


def export_connections(chosen: ConnectionFilter, may_kill: bool) -> Listing:
    """Return the connections that match, in the filter's order, all of them read. Raises DatabaseError."""
    server, parts = shared_reads.server(), Parts()
    found = list_connections(chosen, may_kill)
    rows: list[Connection] = []
    unread: dict[str, None] = {}
    for start in range(0, len(found.processes), AT_ONCE):
        rows += found.read(found.processes[start : start + AT_ONCE], server, parts, may_kill)
        unread |= dict.fromkeys(found.unread)
    notices = [*parts.notices, *(f"A connection may hold more jobs than are named here. {one}" for one in unread)]
    if not server.sees_all:
        notices.append(f"Jobsite’s account may not see the connections of other people: these are of {server.account}.")
    about = {"filter": chosen.in_words, "read_at": server.now}
    return Listing("connections", COLUMNS, map(values_of, rows), about, notices)


def values_of(row: Connection) -> Mapping[str, object]:
    """Return an annotated connection as plain values by COLUMNS. JOBS is None where it is not known."""
    values = (row.id, row.user, row.host, row.db, row.command, row.time_s, row.state, row.statement or None)
    jobs = None if row.jobs_unknown else [*_names_of_jobs(row)]
    return dict(zip(COLUMNS, (*values, jobs), strict=True))


def _names_of_jobs(row: Connection) -> Iterator[Mapping[str, str]]:
    for job in row.jobs:
        yield {"schema": job.schema, "table_name": job.table_name, "key_hash": job.key_hash}
