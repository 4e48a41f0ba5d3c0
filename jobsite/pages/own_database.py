"""The site's own database: what may be left out waits for nobody there."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

BRIEFLY_MS = 200
"""How long a page waits to write what it can do without."""


@contextmanager
def waiting_briefly() -> Iterator[None]:
    """Let what is written in the block wait for other writers of SQLite's file no longer than BRIEFLY_MS.

    The limit of the settings is for what a person asked for. Raises django.db.Error.
    """
    if connection.vendor != "sqlite":  # others lock a row, not all of the database
        yield
        return
    connection.ensure_connection()
    sqlite = connection.connection
    (usual_ms,) = sqlite.execute("PRAGMA busy_timeout").fetchone()
    sqlite.execute(f"PRAGMA busy_timeout = {BRIEFLY_MS}")
    try:
        yield
    finally:
        sqlite.execute(f"PRAGMA busy_timeout = {usual_ms}")
