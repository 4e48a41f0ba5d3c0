"""Which keys of a table are held back, and who has them?

Read by plain SELECT: opening DataJoint's own jobs table would make it, and looking never writes.
"""

from dataclasses import dataclass

from jobs.outcomes import Untyped
from jobsite.columns import quoted

STATUSES = "SELECT key_hash, status FROM {jobs} WHERE table_name = %s AND status IN ('error', 'ignore', 'reserved')"
HOLDINGS = """
    SELECT key_hash, status, user, host, pid, connection_id, TIMESTAMPDIFF(SECOND, timestamp, NOW()),
        COALESCE(error_message, '')
    FROM {jobs} WHERE table_name = %s AND status IN ('error', 'ignore', 'reserved')
"""


@dataclass(frozen=True)
class Holding:
    """Who holds a key, and for how many seconds; `message` is an error's."""

    status: str
    user: str
    host: str
    pid: int
    connection_id: int
    age_s: int
    message: str


def held_back(table: Untyped) -> dict[str, str]:
    """Return the status of each job of the table that a run leaves alone, by key hash."""
    return dict(_read(STATUSES, table))


def holdings(table: Untyped) -> dict[str, Holding]:
    """Return who holds each of them, by key hash."""
    return {row[0]: Holding(*row[1:]) for row in _read(HOLDINGS, table)}


def _read(query: str, table: Untyped) -> list[tuple[Untyped, ...]]:
    from datajoint.errors import MissingTableError

    target = table.target
    try:
        rows = table.connection.query(query.format(jobs=quoted(target.database, "~jobs")), (target.table_name,))
    except MissingTableError:  # nobody has populated with reservation yet
        return []
    return list(rows)
