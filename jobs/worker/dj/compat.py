"""What does a worker use of DataJoint that DataJoint keeps private? Each name with an underscore, once (0.14.10).

Another version of DataJoint may call these things by other names: only here would that show.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

Untyped: TypeAlias = Any
"""What comes from DataJoint, which is published without types: a table, its jobs, a connection."""
IN_TRANSACTION = 1
NOT_CALLED = ("populate", "_populate1")
"""The methods of a table that a worker of ours stands in for (autopopulate.py)."""


def key_source_of(table: Untyped, restrictions: Sequence[str]) -> Untyped:
    """Return DataJoint's query for all keys that `restrictions` leave, computed or not; raises what key_source does."""
    return table._jobs_to_do(restrictions)


def job_key_of(table: Untyped, key: dict[str, Any]) -> Any:
    """Return what the table reserves for a key. A lab's own _job_key may ask the server, and fail."""
    return table._job_key(key)


def has_older_make(table: Untyped) -> bool:
    """Say whether the lab wrote `_make_tuples`, as make was called before."""
    return hasattr(table, "_make_tuples")


def make_of(table: Untyped) -> Untyped:
    """Return the method that computes a key: `_make_tuples`, or make."""
    return table._make_tuples if has_older_make(table) else table.make


@contextmanager
def inserts_allowed(table: Untyped) -> Iterator[None]:
    """Let the block insert into a computed table, which DataJoint refuses outside of its own populate."""
    table_class = type(table)
    table_class._allow_insert = True
    try:
        yield
    finally:
        table_class._allow_insert = False


def driver_of(connection: Untyped) -> Untyped:
    """Return PyMySQL's connection below DataJoint's: another one after DataJoint has connected again unasked."""
    return connection._conn


def is_transaction_begun(connection: Untyped) -> bool:
    """Say whether DataJoint has begun a transaction: its property `in_transaction` would ask the server first."""
    return bool(connection._in_transaction)


def set_transaction_begun(connection: Untyped, *, is_begun: bool) -> None:
    """Tell DataJoint that its transaction was ended or begun by a statement that it has not looked at."""
    connection._in_transaction = is_begun


def is_server_in_transaction(connection: Untyped) -> bool:
    """Say whether the server's last answer came from inside a transaction.

    The server says so with each answer that is no error (MySQL manual, "OK_Packet": SERVER_STATUS_IN_TRANS).
    """
    return bool(connection._conn.server_status & IN_TRANSACTION)
