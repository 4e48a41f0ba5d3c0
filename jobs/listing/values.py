"""Which values does a column have among the jobs of a list? For a person who is writing a restriction.

Each jobs table is looked at for so many rows and no more, wherever they stand.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from jobs.layouts.base import Layout
from jobs.layouts.branches import Branch, Select, as_text, bare, union_all
from jobs.layouts.reading import Reading
from jobs.listing.filters import JobFilter
from jobs.listing.rows import branches_matching
from jobsite.lab.shared_reads import shared
from jobsite.lab.sql import lab_cursor

COLUMNS = frozenset({"table_name", "status", "user", "host", "pid", "connection_id"})
"""Those whose values are told: of the others, no two jobs may have the same, or something in them is masked."""
MOST_ROWS = 100_000
"""Rows that are looked at, in all tables together."""
LEAST_ROWS = 200
"""Rows that are looked at in each table, however many tables there are."""
MOST_VALUES = 100
VALUES = (
    "SELECT {}, number FROM (SELECT value, COUNT(*) AS number FROM (SELECT {} AS value FROM {} LIMIT {rows}) AS some"
    " WHERE value IS NOT NULL GROUP BY value ORDER BY number DESC LIMIT {values}) AS counted"
)


def known_values(chosen: JobFilter, reading: Reading, now: datetime, column: str) -> Sequence[tuple[Any, int]]:
    """Return the values of one of COLUMNS and how many of the jobs have each, the most frequent first.

    There are none of another column. The jobs are those of the filter without its restriction, which is being written,
    and for the status without its tab. Raises DatabaseError.
    """
    if column not in COLUMNS:
        return ()
    without = {"restriction", "sort", "status" if column == "status" else ""}
    jobs = replace(chosen, texts={name: text for name, text in chosen.texts.items() if name not in without})
    if jobs.problems:
        return ()
    asked = (column, sorted(jobs.texts.items()), jobs.reads_stored)
    return shared(f"values of jobs {asked!r}", lambda: _values(jobs, reading, now, column)).answer


def _values(chosen: JobFilter, reading: Reading, now: datetime, column: str) -> Sequence[tuple[Any, int]]:
    def rows_of(layouts: Sequence[Layout]) -> list[tuple[Any, int]]:
        branches = branches_matching(chosen, layouts, now, along_index=False)
        selects = [_select(branch, column, len(branches)) for branch in branches]
        if not selects:
            return []
        with lab_cursor() as cursor:
            cursor.execute(*union_all(selects))
            return list(cursor.fetchall())

    found: Counter[Any] = Counter()
    for value, number in reading.ask(rows_of, reading.layouts_in(chosen.schema)):
        found[value] += number
    return found.most_common(MOST_VALUES)


def _select(rows: Branch, column: str, tables: int) -> Select:
    most = max(LEAST_ROWS, MOST_ROWS // tables)
    text = as_text("value", column)
    return VALUES.format(text, bare(rows.layout, column), rows.sql, rows=most, values=MOST_VALUES), rows.parameters
