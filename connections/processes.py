"""The connections of the lab's server: as rows of the model, and all of them as plain values to be kept."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from connections.models import Connection, ConnectionQuerySet
from jobsite.lab import shared_reads
from jobsite.lab.server import Server, client_of
from jobsite.lab.shared_reads import SharedRead

TOLD = frozenset({"USER", "HOST", "DB", "COMMAND", "STATE"})
"""The columns whose values are offered to who writes a restriction."""


class Process(NamedTuple):
    """A row of the process list, as its columns are in connections.models."""

    id: int
    user: str
    host: str
    db: str | None
    command: str
    time_s: int | None
    state: str | None
    info: str | None

    @property
    def account(self) -> tuple[str, str]:
        """User and client, as of a Connection."""
        return self.user, client_of(self.host)

    def as_connection(self) -> Connection:
        """Return it as a row of the model."""
        return Connection.from_db("lab", self._fields, self)


def process_list(server: Server) -> ConnectionQuerySet:
    """Return the connections of the server as a queryset over the table it wants asked."""
    return Connection.objects.from_table(server.process_list)


def read_processes(server: Server) -> Sequence[Process]:
    """Return all connections of the server, by id.

    The server makes its whole list for each question, whatever the question asks for: to filter and sort 5,000 rows
    there costs as much as to send them all, and those serve every viewer, filter, sort and page.
    """
    return [Process(*row) for row in process_list(server).order_by("id").values_list(*Process._fields)]


processes = SharedRead[Sequence[Process]]("processes", lambda: read_processes(shared_reads.server()))
"""The same for a page that only looks; who acts reads anew."""


def known_values(column: str) -> Sequence[tuple[str | int, int]]:
    """Return the values of a column and how many connections have each, the most frequent first.

    There are none of ID and TIME, which differ, and of INFO: not everybody may read a statement as it is.
    """
    if column not in TOLD:
        return ()
    values = (getattr(process, column.lower()) for process in processes())
    return Counter(value for value in values if value).most_common()
