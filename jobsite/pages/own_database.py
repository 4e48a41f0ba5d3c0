"""The site's own database: which tables it lacks, and how what may be left out waits for nobody there."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BRIEFLY_MS = 200
"""How long a page waits to write what it can do without."""


def not_migrated() -> set[str]:
    """Return the apps whose tables are not there as this version of them needs it. Raises django.db.Error."""
    executor = MigrationExecutor(connection)
    return {migration.app_label for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())}


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
