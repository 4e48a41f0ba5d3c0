"""Which jobs tables exist on this server, and can they be read?

Looks in information_schema only: opening `schema.jobs` through DataJoint would CREATE the table.
"""

from collections import defaultdict
from dataclasses import dataclass

from django.db import connections

from jobs.models import JOBS_TABLE

TEXT = {"varchar", "char", "text", "tinytext", "mediumtext", "longtext", "enum"}
BLOB = {"blob", "tinyblob", "mediumblob", "longblob"}
NUMBER = {"int", "bigint", "smallint", "mediumint", "tinyint"}
COLUMNS = {
    "table_name": TEXT,
    "key_hash": TEXT,
    "status": TEXT,
    "key": BLOB,
    "error_message": TEXT,
    "error_stack": BLOB,
    "user": TEXT,
    "host": TEXT,
    "pid": NUMBER,
    "connection_id": NUMBER,
    "timestamp": {"timestamp", "datetime"},
}
"""The columns of a schema-wide jobs table and the types each may have (DataJoint 0.14.10, jobs.py)."""


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
SELECT c.table_schema, c.column_name, c.data_type, c.privileges, t.table_type
  FROM information_schema.columns c
  JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
 WHERE c.table_name = %s AND t.table_name = %s
"""


def find_layouts() -> Layouts:
    """Return every schema-wide jobs table the site's account can see, in one query."""
    found: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    kinds: dict[str, str] = {}
    with connections["lab"].cursor() as cursor:
        cursor.execute(COLUMNS_SQL, [JOBS_TABLE, JOBS_TABLE])
        for schema, column, data_type, privileges, kind in cursor.fetchall():
            found[schema][column.lower()] = (_text(data_type).lower(), _text(privileges).lower())
            kinds[schema] = kind
    problems = {schema: _problem(kinds[schema], columns) for schema, columns in found.items()}
    return Layouts(
        schemas=tuple(sorted(schema for schema, why in problems.items() if not why)),
        unreadable=tuple(Unreadable(schema, why) for schema, why in sorted(problems.items()) if why),
    )


def _problem(kind: str, columns: dict[str, tuple[str, str]]) -> str:
    """Return '' for a table that can be read. Anybody may create a `~jobs` of any shape; it must not break the list."""
    if kind != "BASE TABLE":
        return f"it is a {kind.lower()}, not a table"
    for name, types in COLUMNS.items():
        data_type, privileges = columns.get(name, ("", ""))
        if not data_type:
            return f"it has no column {name} that this account can see"
        if data_type not in types:
            return f"its column {name} is a {data_type}"
        if "select" not in privileges:
            return f"SELECT on its column {name} is not granted"
    return ""


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
