"""Which jobs tables exist on this server, and can they be read?

Looks in information_schema only: opening `schema.jobs` through DataJoint would CREATE the table.
"""

from collections import defaultdict
from dataclasses import dataclass

from django.db import DatabaseError, connections

from jobs.models import JOBS_TABLE
from jobsite.columns import identifier
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


# CAST: MySQL gives these columns as blobs or in upper-case collations of its own.
COLUMNS_SQL = """
SELECT c.table_schema, c.column_name, c.data_type, c.privileges, c.column_key, t.table_type
  FROM information_schema.columns c
  JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
 WHERE c.table_name = %s AND t.table_name = %s
"""


def find_layouts() -> Layouts:
    """Return every schema-wide jobs table the site's account can see, in one query."""
    found: dict[str, dict[str, Column]] = defaultdict(dict)
    kinds: dict[str, str] = {}
    with connections["lab"].cursor() as cursor:
        cursor.execute(COLUMNS_SQL, [JOBS_TABLE, JOBS_TABLE])
        for schema, column, data_type, privileges, key, kind in cursor.fetchall():
            found[schema][column.lower()] = Column(*(_text(value).lower() for value in (data_type, privileges, key)))
            kinds[schema] = kind
    problems = {schema: _problem(kinds[schema], columns) for schema, columns in found.items()}
    return Layouts(
        schemas=tuple(sorted(schema for schema, why in problems.items() if not why)),
        unreadable=tuple(Unreadable(schema, why) for schema, why in sorted(problems.items()) if why),
    )


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
    if kind != "BASE TABLE":
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
