"""Which connections does the terminal list, and what is said of each? What the page says, in dj.kill's order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connections.jobs_of_connections import JOBS_NAMED
from connections.listing import annotate
from connections.models import Connection
from connections.process_order import ProcessOrder
from connections.processes import read_processes
from connections.restricted import matching_ids
from connections.statements import annotate_statements
from jobsite.durations import say_duration
from jobsite.lab.parts import Parts
from jobsite.lab.server import Server, ask_server
from jobsite.restrictions.reading import Restriction

OWN_ALONE = (
    "The account {account} may not see the connections of other people, and only its own are listed. "
    "Ask an administrator of the server to run: {grant}"
)
MORE_JOBS = "A connection may hold more jobs than are named here."


@dataclass(frozen=True)
class Listing:
    """The connections that a restriction selects but the one that asks, as they were at one moment."""

    server: Server
    rows: Sequence[Connection] = ()
    notices: Sequence[str] = ()
    """What could not be seen, in sentences."""

    @classmethod
    def read(cls, restriction: Restriction | None, order: ProcessOrder) -> "Listing":
        """Ask the server. Raises DatabaseError."""
        server = ask_server()
        ids = matching_ids(restriction, order, server)
        everybody = {process.id: process for process in read_processes(server)}
        ids = [thread for thread in ids if thread in everybody and thread != server.own_id]
        rows = [everybody[thread].as_connection() for thread in ids]
        notices = [] if server.sees_all else [OWN_ALONE.format(account=server.account, grant=server.process_grant)]
        if rows:
            annotate_statements(rows, may_kill=True)
            notices += [f"{MORE_JOBS} {sentence}" for sentence in annotate(rows, server, Parts())]
        return cls(server, rows, notices)


def holdings(row: Connection) -> Iterator[str]:
    """Yield what a connection holds, in a few words each."""
    for job in row.jobs[:JOBS_NAMED]:
        yield f"holds {job}"
    if len(row.jobs) > JOBS_NAMED:
        yield f"holds {len(row.jobs) - JOBS_NAMED:,} more jobs"
    if row.transaction is not None:
        rows = row.transaction.rows_written
        written = f", {rows:,} row{'s' * (rows != 1)} written" if rows else ""
        yield f"transaction {say_duration(row.transaction.age_s)}{written}"
