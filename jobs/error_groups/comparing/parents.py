"""What is known of a key in the tables that it refers to: the columns of a parameter set, of a subject, of a session.

One step up, and only where the account may read the table and it is small. What a column says of failed keys it says of
those that passed as well, by the same rows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError

from jobs.error_groups.sharing.values import Comparable, comparable
from jobs.formats.table_name import class_name
from jobsite.lab.errors import is_away
from jobsite.lab.identifiers import quoted
from jobsite.lab.session import without_waiting
from jobsite.lab.sql import lab_cursor

MOST_PARENTS = 4
MOST_COLUMNS = 6
"""Columns of one table: each one that is looked at makes all claims a little harder."""
MOST_ROWS = 5_000
"""A larger table is not read."""
SHORT = frozenset(
    {
        *("tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "float", "double", "year"),
        *("char", "varchar", "enum", "date", "datetime", "time"),
    }
)
"""Types whose values a person compares."""

FOREIGN_KEYS = (
    "SELECT CONVERT(constraint_name USING utf8mb4), CONVERT(column_name USING utf8mb4),"
    " CONVERT(referenced_table_schema USING utf8mb4), CONVERT(referenced_table_name USING utf8mb4),"
    " CONVERT(referenced_column_name USING utf8mb4) FROM information_schema.key_column_usage"
    " WHERE table_schema = %s AND table_name = %s AND referenced_table_name IS NOT NULL"
    " ORDER BY 1, ordinal_position"
)
OTHER_COLUMNS = (
    "SELECT CONVERT(column_name USING utf8mb4), LOWER(CONVERT(data_type USING utf8mb4))"
    " FROM information_schema.columns WHERE table_schema = %s AND table_name = %s AND column_key <> 'PRI'"
    " ORDER BY ordinal_position"
)
ROWS = "SELECT {columns} FROM {table} LIMIT {most}"


@dataclass(frozen=True)
class Parent:
    """A table that a key refers to, by some of its attributes."""

    attributes: tuple[str, ...]
    """Those of the key that name a row."""
    names: tuple[str, ...]
    """What its other columns are called: `SortingParams.method`."""
    rows: Mapping[tuple[Comparable, ...], tuple[object, ...]]
    """The values of the other columns, by those of the attributes."""

    def of(self, key: Mapping[str, object]) -> Mapping[str, object]:
        """Return what it says of a key; nothing where it has no row of it."""
        found = self.rows.get(tuple(comparable(key.get(name)) for name in self.attributes))
        return dict(zip(self.names, found, strict=True)) if found else {}


@dataclass(frozen=True)
class _Reference:
    """A foreign key: the attributes of a key, and what they are called in the table that they refer to."""

    schema: str
    name: str
    attributes: tuple[str, ...]
    columns: tuple[str, ...]


def parents_of(schema: str, name: str, attributes: Sequence[str]) -> list[Parent]:
    """Return the tables that keys of a table refer to, by these attributes alone, as far as they are small.

    Raises DatabaseError where the server gives no answer, or none in time.
    """
    found = [one for one in _references(schema, name) if set(one.attributes) <= set(attributes)]
    return [parent for one in found[:MOST_PARENTS] if (parent := _read(one))]


def with_parents(key: Mapping[str, object], parents: Sequence[Parent]) -> Mapping[str, object]:
    """Return a key with what the tables say of it that it refers to."""
    return {**key, **{name: value for parent in parents for name, value in parent.of(key).items()}}


def _references(schema: str, name: str) -> Iterator[_Reference]:
    with lab_cursor() as cursor:
        cursor.execute(without_waiting(FOREIGN_KEYS), [schema, name])
        rows = cursor.fetchall()
    for constraint in dict.fromkeys(row[0] for row in rows):
        of_it = [row for row in rows if row[0] == constraint]
        yield _Reference(of_it[0][2], of_it[0][3], tuple(row[1] for row in of_it), tuple(row[4] for row in of_it))


def _read(one: _Reference) -> Parent | None:
    """Return a table with its rows; None where it has nothing to compare, is too large or cannot be read."""
    try:
        columns = _columns(one)
        rows = _rows(one, columns) if columns else []
    except DatabaseError as error:
        if is_away(error):
            raise
        return None
    if not rows or len(rows) > MOST_ROWS:
        return None
    shown, number = class_name(one.name), len(one.columns)
    by_key = {tuple(map(comparable, row[:number])): tuple(row[number:]) for row in rows}
    return Parent(one.attributes, tuple(f"{shown}.{column}" for column in columns), by_key)


def _columns(one: _Reference) -> list[str]:
    with lab_cursor() as cursor:
        cursor.execute(without_waiting(OTHER_COLUMNS), [one.schema, one.name])
        return [name for name, data_type in cursor.fetchall() if data_type in SHORT][:MOST_COLUMNS]


def _rows(one: _Reference, columns: Sequence[str]) -> Sequence[Any]:
    names = ", ".join(map(quoted, (*one.columns, *columns)))
    with lab_cursor() as cursor:
        cursor.execute(ROWS.format(columns=names, table=quoted(one.schema, one.name), most=MOST_ROWS + 1), ())
        return list(cursor.fetchall())
