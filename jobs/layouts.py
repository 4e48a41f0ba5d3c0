"""Which jobs tables exist on this server, and can they be read?

Looks in information_schema only: opening `schema.jobs` through DataJoint would CREATE the table.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connections

from jobs.models import JOBS_TABLE
from jobsite.columns import identifier
from jobsite.lab import at_once
from jobsite.refusals import lacks_privilege

# No type of more than 64 KiB but for the stack, which no list reads: sorting such rows fails on MySQL (error 1038).
TEXT = {"varchar", "char", "text", "tinytext", "enum"}
KEY = {"blob", "tinyblob"}
STACK = {*KEY, "mediumblob", "longblob"}
NUMBER = {"int", "bigint", "smallint", "mediumint", "tinyint"}
COLUMNS = {
    "table_name": TEXT,
    "key_hash": TEXT,
    "status": TEXT,
    "key": KEY,
    "error_message": TEXT,
    "error_stack": STACK,
    "user": TEXT,
    "host": TEXT,
    "pid": NUMBER,
    "connection_id": NUMBER,
    "timestamp": {"timestamp", "datetime"},
}
"""The columns of a schema-wide jobs table and the types each may have (DataJoint 0.14.10, jobs.py)."""


PRIMARY_KEY = {"table_name", "key_hash"}
BASE_TABLE = "BASE TABLE"


@dataclass(frozen=True)
class Column:
    """What information_schema says of a column, in lower case."""

    data_type: str
    privileges: str
    key: str


@dataclass(frozen=True)
class Unreadable:
    """A table called `~jobs` that is left out, and why, in words that end a sentence."""

    schema: str
    why: str


@dataclass(frozen=True)
class Layouts:
    """The schemas with a readable jobs table, by name, and those that had to be left out."""

    schemas: tuple[str, ...]
    unreadable: tuple[Unreadable, ...]
    unopened: tuple[str, ...] = ()
    """Those whose table the server itself could not open when it was asked for its columns."""


# MariaDB opens each table to tell its columns, and waits for a lock; what it could not open has no engine (MariaDB
# Knowledge Base, "Information Schema TABLES Table"). MySQL's dictionary waits for nobody. Asked apart: MariaDB compares
# every row of one table with every row of the other in a join.
TABLES_SQL = "SELECT table_schema, table_type, engine FROM information_schema.tables WHERE table_name = %s"
COLUMNS_SQL = """
SELECT table_schema, column_name, data_type, privileges, column_key
  FROM information_schema.columns WHERE table_name = %s
"""


def find_layouts() -> Layouts:
    """Return every schema-wide jobs table the site's account can see, in two short questions that wait for no lock."""
    with connections["lab"].cursor() as cursor:
        cursor.execute(at_once(TABLES_SQL), [JOBS_TABLE])
        kinds = {schema: (kind, engine is not None) for schema, kind, engine in cursor.fetchall()}
        cursor.execute(at_once(COLUMNS_SQL), [JOBS_TABLE])
        found = _by_schema(cursor.fetchall())
    unopened = {
        schema for schema, (kind, opened) in kinds.items() if kind == BASE_TABLE and not (opened and schema in found)
    }
    problems = {schema: _problem(kinds[schema][0], found[schema]) for schema in kinds if schema not in unopened}
    return Layouts(
        schemas=tuple(sorted(schema for schema, why in problems.items() if not why)),
        unreadable=tuple(Unreadable(schema, why) for schema, why in sorted(problems.items()) if why),
        unopened=tuple(sorted(unopened)),
    )


def _by_schema(rows: Iterable[Sequence[Any]]) -> dict[str, dict[str, Column]]:
    found: dict[str, dict[str, Column]] = defaultdict(dict)
    for schema, column, *told in rows:
        # MySQL gives some of these as bytes, or in upper-case collations of its own.
        found[schema][column.lower()] = Column(*(_text(value).lower() for value in told))
    return found


def may_delete(schema: str) -> bool:
    """Say whether the site's account may delete from a schema's jobs.

    Explaining a statement takes the privileges of running it (MySQL manual, "EXPLAIN Statement"), and runs nothing.
    """
    with connections["lab"].cursor() as cursor:
        try:
            cursor.execute(f"EXPLAIN DELETE FROM {identifier(schema, JOBS_TABLE)} WHERE FALSE")  # noqa: S608  a name found by discovery
        except DatabaseError as error:
            if not lacks_privilege(error):
                raise
            return False
    return True


def _problem(kind: str, columns: dict[str, Column]) -> str:
    """Return '' for a table that can be read. Anybody may create a `~jobs` of any shape; it must not break the list."""
    if kind != BASE_TABLE:
        return f"it is a {kind.lower()}, not a table"
    for name, types in COLUMNS.items():
        column = columns.get(name)
        if column is None:
            return f"it has no column {name} that this account can see"
        if column.data_type not in types:
            return f"its column {name} is a {column.data_type}"
        if "select" not in column.privileges:
            return f"SELECT on its column {name} is not granted"
    # The guard of a delete names one row by these two.
    if {name for name, column in columns.items() if column.key == "pri"} != PRIMARY_KEY:
        return "its primary key is not table_name and key_hash"
    return ""


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
