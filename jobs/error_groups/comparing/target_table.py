"""The table that a failed job is of: the columns of its primary key, and the keys that have passed, which are its rows.

Whether some keys have a row by now is looked up along the primary key, and only where that is no long way.

No more than some rows are kept, such as chance chooses from the whole table: the first ones would be those of the first
subjects. The server goes through the primary key once and sends a part, which takes it half a second for a million
rows; where it takes longer, it is done behind the page (jobsite.lab.slow_answers).
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobs.error_groups.comparing.key_values import in_column
from jobs.error_groups.sharing.finding import MOST_OTHERS, sample
from jobs.error_groups.sharing.values import comparable
from jobs.layouts.branches import union_all
from jobsite.lab.identifiers import quoted
from jobsite.lab.session import without_waiting
from jobsite.lab.sql import lab_cursor

COUNTED = 20_000
"""Rows of a table that are counted, which takes the server some milliseconds; of more it says roughly how many."""
MOST_SENT = 4 * MOST_OTHERS
"""Rows that are sent at most: what the server believes of the size of a table may be wrong."""
TRIES = 5
"""With so many parts, each a quarter of the one before, a table may be a thousand times as large as believed."""

# information_schema names only columns on which the account has a privilege (MySQL manual, "INFORMATION_SCHEMA").
KEY_COLUMNS = (
    "SELECT CONVERT(column_name USING utf8mb4), LOWER(CONVERT(data_type USING utf8mb4)),"
    " CONVERT(column_comment USING utf8mb4) FROM information_schema.columns"
    " WHERE table_schema = %s AND table_name = %s AND column_key = 'PRI' ORDER BY ordinal_position"
)
ROUGHLY = "SELECT table_rows FROM information_schema.tables WHERE table_schema = %s AND table_name = %s"
UP_TO = "SELECT COUNT(*) FROM (SELECT 1 FROM {table} LIMIT {most}) AS some"
# The same numbers come each time, so that a page that is loaded again says the same.
SOME = "SELECT {columns} FROM {rows} WHERE RAND(1) < %s LIMIT {most}"
EACH_KEY = "(SELECT DISTINCT {columns} FROM {table}) AS each_key"
FIRST_OF_KEY = (
    "SELECT CONVERT(column_name USING utf8mb4) FROM information_schema.statistics"
    " WHERE table_schema = %s AND table_name = %s AND index_name = 'PRIMARY' AND seq_in_index <= %s"
)
ONE_ROW = "SELECT {number} AS number, {columns} FROM {table} WHERE {condition} LIMIT 1"

UUID_COMMENT = ":uuid"
"""How the comment of a column begins in which DataJoint keeps a UUID (DataJoint 0.14.10, declare.py)."""
IN_SESSIONS_ZONE = "timestamp"
"""The type whose values each session reads in a zone of its own: those of a job and ours cannot be compared."""

Key = Mapping[str, object]


@dataclass(frozen=True)
class KeyColumn:
    """A column of a primary key."""

    name: str
    data_type: str
    is_uuid: bool

    @property
    def is_comparable(self) -> bool:
        """Say whether a value in a job means the same as one that is read here."""
        return self.data_type != IN_SESSIONS_ZONE

    def value(self, read: Any) -> object:
        """Return a value as DataJoint has it in a key."""
        return uuid.UUID(bytes=bytes(read)) if self.is_uuid and read is not None else read


@dataclass(frozen=True)
class TargetTable:
    """A table that populate computes."""

    schema: str
    name: str
    columns: tuple[KeyColumn, ...]

    @classmethod
    def read(cls, schema: str, name: str) -> "TargetTable":
        """Return it; without columns where there is none, or none that the account may read. Raises DatabaseError."""
        with lab_cursor() as cursor:
            cursor.execute(without_waiting(KEY_COLUMNS), [schema, name])
            found = cursor.fetchall()
        return cls(
            schema, name, tuple(KeyColumn(name, kind, said.startswith(UUID_COMMENT)) for name, kind, said in found)
        )

    def keys(self, attributes: Sequence[str]) -> list[Key]:
        """Return keys that have a row, each once, of these attributes of the primary key. Raises DatabaseError.

        A key of fewer attributes than the table's may have many rows, and counts once all the same.
        """
        columns = [column for column in self.columns if column.name in attributes]
        if not columns:
            return []
        names = ", ".join(quoted(column.name) for column in columns)
        rows = quoted(self.schema, self.name)
        if len(columns) < len(self.columns):
            rows = EACH_KEY.format(columns=names, table=rows)
        found = _some(SOME.format(columns=names, rows=rows, most=MOST_SENT), MOST_OTHERS / max(1, self._number()))
        return [
            {column.name: column.value(value) for column, value in zip(columns, row, strict=True)}
            for row in sample(found, MOST_OTHERS)
        ]

    def have_rows(self, keys: Sequence[Key]) -> list[bool]:
        """Say of each of some keys whether it surely has a row, looked up along the primary key. Raises DatabaseError.

        A key of fewer attributes than the table's has one where they are the first of its primary key. Of a key that
        cannot be looked up so, nothing is known.
        """
        sought = list(map(self._sought, keys))
        found = [False] * len(keys)
        for names in {tuple(values) for values in sought if values}:
            numbers = [number for number, values in enumerate(sought) if tuple(values) == names]
            if self._begins_with(names):
                for number, *row in self._rows(names, {number: list(sought[number].values()) for number in numbers}):
                    # What the server takes for equal may be another value: a name in other letters, or with spaces.
                    found[number] = list(map(comparable, row)) == list(map(comparable, sought[number].values()))
        return found

    def _sought(self, key: Key) -> Mapping[str, object]:
        """Return a key as the server is asked for it; {} where a value cannot be one of its column."""
        values = {one.name: in_column(key[one.name], one.data_type) for one in self.columns if one.name in key}
        is_whole = len(values) == len(key) and all(value is not None for value in values.values())
        return values if is_whole else {}

    def _begins_with(self, names: Sequence[str]) -> bool:
        """Say whether the primary key is of these attributes, or begins with them, so that no lookup reads far."""
        if len(names) == len(self.columns):
            return True
        with lab_cursor() as cursor:
            cursor.execute(without_waiting(FIRST_OF_KEY), [self.schema, self.name, len(names)])
            return set(names) == {name for (name,) in cursor.fetchall()}

    def _rows(self, names: Sequence[str], sought: Mapping[int, Sequence[object]]) -> Sequence[Any]:
        """Return a row of each key that has one: the key's number, and the row's values."""
        columns = list(map(quoted, names))
        condition = " AND ".join(f"{column} = %s" for column in columns)
        table = quoted(self.schema, self.name)
        selects = [
            (ONE_ROW.format(number=number, columns=", ".join(columns), table=table, condition=condition), tuple(values))
            for number, values in sought.items()
        ]
        with lab_cursor() as cursor:
            cursor.execute(*union_all(selects))
            return list(cursor.fetchall())

    def _number(self) -> int:
        """Return how many rows it has: exactly where they are few, roughly where they are many."""
        with lab_cursor() as cursor:
            cursor.execute(UP_TO.format(table=quoted(self.schema, self.name), most=COUNTED + 1), ())
            (number,) = cursor.fetchone()
            if number <= COUNTED:
                return int(number)
            cursor.execute(without_waiting(ROUGHLY), [self.schema, self.name])
            (roughly,) = cursor.fetchone() or (0,)
        return max(int(roughly or 0), COUNTED + 1)


def _some(sql: str, part: float) -> Sequence[Any]:
    """Return a part of the rows; a smaller one where more than MOST_SENT would come, as the first are no sample.

    Nothing where even the smallest part is too large.
    """
    for _ in range(TRIES):
        with lab_cursor() as cursor:
            cursor.execute(sql, [min(1.0, part)])
            found = list(cursor.fetchall())
        if len(found) < MOST_SENT:
            return found
        part = min(1.0, part) / 4
    return []
