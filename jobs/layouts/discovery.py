"""Which jobs tables exist on this server, and can they be read?

Looks in information_schema only: opening `schema.jobs` through DataJoint would CREATE the table.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError

from jobs.formats.jobs_columns import COLUMNS, PRIMARY_KEY, REQUIRED, called
from jobs.models import JOBS_TABLE
from jobsite.lab.errors import lacks_privilege
from jobsite.lab.identifiers import identifier
from jobsite.lab.session import at_once
from jobsite.lab.sql import lab_cursor

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
    older: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """For those whose table lacks columns of today: each column, and what it is called there, '' when it is missing."""


# MariaDB opens each table to tell its columns, and waits for a lock; what it could not open has no engine (MariaDB
# Knowledge Base, "Information Schema TABLES Table"). MySQL's dictionary waits for nobody. Asked apart: MariaDB compares
# every row of one table with every row of the other in a join.
TABLES_SQL = "SELECT table_schema, table_type, engine FROM information_schema.tables WHERE table_name = %s"
COLUMNS_SQL = """
SELECT table_schema, column_name, data_type, privileges, column_key
  FROM information_schema.columns WHERE table_name = %s
"""
OPEN_LIMIT_MS = 50
"""How long MySQL waits for a table that is only opened."""
# No row is read. MAX_EXECUTION_TIME: MySQL cannot be told not to wait for a lock.
ALL_COLUMNS_SQL = "SELECT /*+ MAX_EXECUTION_TIME({limit_ms}) */ * FROM {table} LIMIT 0"


def find_layouts() -> Layouts:
    """Return every schema-wide jobs table the site's account can see, in two short questions that wait for no lock."""
    with lab_cursor() as cursor:
        cursor.execute(at_once(TABLES_SQL), [JOBS_TABLE])
        kinds = {schema: (kind, engine is not None) for schema, kind, engine in cursor.fetchall()}
        cursor.execute(at_once(COLUMNS_SQL), [JOBS_TABLE])
        found = _by_schema(cursor.fetchall())
    unopened = {
        schema for schema, (kind, opened) in kinds.items() if kind == BASE_TABLE and not (opened and schema in found)
    }
    opened = [schema for schema in kinds if schema not in unopened]
    problems = {schema: _problem(schema, kinds[schema][0], found[schema]) for schema in opened}
    names = {schema: {name: called(name, found[schema]) for name in COLUMNS} for schema in opened}
    return Layouts(
        schemas=tuple(sorted(schema for schema, why in problems.items() if not why)),
        unreadable=tuple(Unreadable(schema, why) for schema, why in sorted(problems.items()) if why),
        unopened=tuple(sorted(unopened)),
        older={schema: there for schema, there in names.items() if any(name != there[name] for name in there)},
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
    with lab_cursor() as cursor:
        try:
            cursor.execute(f"EXPLAIN DELETE FROM {identifier(schema, JOBS_TABLE)} WHERE FALSE")  # noqa: S608  a name found by discovery
        except DatabaseError as error:
            if not lacks_privilege(error):
                raise
            return False
    return True


def _problem(schema: str, kind: str, columns: Mapping[str, Column]) -> str:
    """Return '' for a table that can be read. Anybody may create a `~jobs` of any shape; it must not break the list."""
    if kind != BASE_TABLE:
        return f"it is a {kind.lower()}, not a table"
    there = {name: called(name, columns) for name in COLUMNS}
    if not all(there.values()) and _hides_columns(schema):
        return "SELECT is granted on some of its columns only"
    lacking = [name for name in REQUIRED if not there[name]]
    if lacking:
        return f"it has no column {lacking[0]}"
    for name in filter(None, there.values()):
        problem = _problem_of(name, columns[name])
        if problem:
            return problem
    # The guard of a delete names one row by these two.
    if {name for name, column in columns.items() if column.key == "pri"} != PRIMARY_KEY:
        return "its primary key is not table_name and key_hash"
    return ""


def _problem_of(name: str, column: Column) -> str:
    types = next(types for today, types in COLUMNS.items() if called(today, [name]))
    if column.data_type not in types:
        return f"its column {name} is a {column.data_type}"
    return "" if "select" in column.privileges else f"SELECT on its column {name} is not granted"


def _hides_columns(schema: str) -> bool:
    """Say whether a table may have more columns than the site's account can see.

    information_schema names only columns on which the account has a privilege (MySQL manual, "INFORMATION_SCHEMA"): one
    that it does not name may be there all the same. To select all columns takes the privilege on the whole table.
    """
    table = identifier(schema, JOBS_TABLE)
    with lab_cursor() as cursor:
        try:
            cursor.execute(at_once(ALL_COLUMNS_SQL.format(limit_ms=OPEN_LIMIT_MS, table=table)))
        except DatabaseError as error:  # a lock, or a broken table, shows when it is read
            return lacks_privilege(error)
    return False


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
