"""The places of all jobs that match a filter, in its order, however many they are.

The server would have to sort all rows for each page of them, and a row whose value changes meanwhile would be met twice
or never. So each jobs table is walked once along its primary key, and what is found is sorted on the site's own disk.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from jobs.layouts.branches import Branch, as_text, bare
from jobs.layouts.windows import windows_of
from jobs.listing.order import KEY, NUMBER, SCHEMA, TIME, Order, Place
from jobsite.exporting.sorting import sorted_on_disk
from jobsite.lab.sql import lab_cursor

WINDOW = 5_000
"""Rows of a jobs table that one statement looks at."""
FOUND = "SELECT {value}, {branch}, {tie}, {hash}, {name} FROM {rows}"
COLUMNS, SORTED_BY = 5, 4
WEIGHT = "WEIGHT_STRING({})"
"""What the server compares of a text (MySQL manual, "String Functions and Operators")."""
CHECKSUM = "CRC32("


def sorted_places(branches: Sequence[Branch], order: Order, table_name: str = "") -> Iterator[Place]:
    """Yield the place of each row of the branches once, in order, without its value.

    `table_name` is the only table whose jobs they are, '' where they may be of any. Raises DatabaseError, and
    sqlite3.Error where this machine's disk is full.
    """
    branches = sorted(branches, key=lambda branch: branch.table)
    found = _found(branches, order, table_name)
    for _, number, _, key_hash, name in sorted_on_disk(found, COLUMNS, by=SORTED_BY, down=order.down):
        yield Place(branches[int(str(number))].table, (str(name), str(key_hash)))


def _found(branches: Sequence[Branch], order: Order, table_name: str) -> Iterator[tuple[Any, ...]]:
    """Yield what each row is sorted by, and the name of its table."""
    value = order.value([branch.layout for branch in branches]) if branches else ""
    for number, branch in enumerate(branches):
        for rows in windows_of(branch, table_name, WINDOW):
            with lab_cursor() as cursor:
                cursor.execute(_sql(number, rows, order, value), rows.parameters)
                yield from cursor.fetchall()


def _sql(number: int, rows: Branch, order: Order, value: str) -> str:
    name, key_hash = (as_text(bare(rows.layout, column), column) for column in KEY)
    tie = order.ties(rows.layout)[0].sql
    return FOUND.format(
        value=_sorted_by(value, order),
        branch=number,
        tie=tie if tie.startswith(CHECKSUM) else WEIGHT.format(tie),
        hash=key_hash,
        name=name,
        rows=rows.sql,
    )


def _sorted_by(value: str, order: Order) -> str:
    """Return an expression whose values are sorted elsewhere as the server sorts those of `value`."""
    if order.column == TIME:
        return f"CAST({value} AS CHAR)"
    return value if order.column in (NUMBER, SCHEMA) else WEIGHT.format(value)
