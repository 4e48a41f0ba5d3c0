"""Which keys of a table are excluded, and who has them?

Read by plain SELECT: opening DataJoint's own jobs table would make it, and looking never writes.
"""

from dataclasses import dataclass

from jobs.worker.dj.compat import Untyped
from jobs.worker.dj.connection import ALL_ROWS
from jobs.worker.reservations.jobs_table import STATUSES, read_jobs_table
from jobsite.lab.identifiers import quoted


@dataclass(frozen=True)
class Holder:
    """Who holds a key, and for how many seconds, as far as its jobs table says; `message` is an error's."""

    status: str
    user: str | None
    host: str | None
    pid: int | None
    connection_id: int | None
    age_s: int | None
    message: str


def statuses_of(table: Untyped) -> dict[str, str]:
    """Return the status of each job of the table that a run leaves alone, by key hash."""
    return dict(_read(STATUSES.format(jobs=_name(table), all_rows=ALL_ROWS), table))


def holders_of(table: Untyped) -> dict[str, Holder]:
    """Return who holds each of them, by key hash."""
    jobs = read_jobs_table(table.connection, table.target.database)
    return {row[0]: Holder(*row[1:]) for row in _read(jobs.holders, table)}


def _name(table: Untyped) -> str:
    return quoted(table.target.database, "~jobs")


def _read(query: str, table: Untyped) -> list[tuple[Untyped, ...]]:
    from datajoint.errors import MissingTableError

    try:
        rows = table.connection.query(query, (table.target.table_name,))
    except MissingTableError:  # nobody has populated with reservation yet
        return []
    return list(rows)
