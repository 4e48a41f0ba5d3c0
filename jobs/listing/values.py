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
from jobsite.lab.columns import UserOfAccount
from jobsite.lab.shared_reads import shared
from jobsite.lab.sql import lab_cursor
from jobsite.pages.completing import NONE_KNOWN, KnownValues

COLUMNS = frozenset({"table_name", "status", "user", "host", "pid", "connection_id"})
"""Those whose values are told: of the others, no two jobs may have the same, or something in them is masked."""
MOST_ROWS = 20_000
"""Rows that are looked at, in all tables together."""
LEAST_ROWS = 200
"""Rows that are looked at in each table, however many tables there are."""
MOST_VALUES = 100
USER = UserOfAccount.template.replace("%(expressions)s", "{}")
VALUES = (
    "SELECT {}, number, looked_at FROM (SELECT value, COUNT(*) AS number, SUM(COUNT(*)) OVER () AS looked_at"
    " FROM (SELECT {} AS value FROM {} LIMIT {rows}) AS some GROUP BY value ORDER BY number DESC LIMIT {values})"
    " AS counted"
)


def known_values(chosen: JobFilter, reading: Reading, now: datetime, column: str) -> KnownValues:
    """Return the values of one of COLUMNS and how many of the jobs have each, the most frequent first.

    There are none of another column. The jobs are those of the filter without its restriction, which is being written,
    and for the status without its tab. Raises DatabaseError.
    """
    if column not in COLUMNS:
        return NONE_KNOWN
    without = {"restriction", "sort", "status" if column == "status" else ""}
    jobs = replace(chosen, texts={name: text for name, text in chosen.texts.items() if name not in without})
    if jobs.problems:
        return NONE_KNOWN
    asked = (column, sorted(jobs.texts.items()), jobs.reads_stored, jobs.own_users)
    return shared(f"values of jobs {asked!r}", lambda: _values(jobs, reading, now, column)).answer


def known_users(reading: Reading, now: datetime) -> KnownValues:
    """Return the database users of jobs, from whichever machine, as known_values does. Raises DatabaseError."""
    return shared("users of jobs", lambda: _values(JobFilter(), reading, now, "user", USER)).answer


def _values(chosen: JobFilter, reading: Reading, now: datetime, column: str, shape: str = "{}") -> KnownValues:
    """`shape` is the expression of SQL of which a value is what comes, with {} for the column."""
    most = MOST_ROWS

    def rows_of(layouts: Sequence[Layout]) -> list[tuple[Any, int, int]]:
        nonlocal most
        branches = branches_matching(chosen, layouts, now, along_index=False)
        most = max(LEAST_ROWS, MOST_ROWS // max(1, len(branches)))
        selects = [_select(branch, column, shape, most) for branch in branches]
        if not selects:
            return []
        with lab_cursor() as cursor:
            cursor.execute(*union_all(selects))
            return list(cursor.fetchall())

    found: Counter[Any] = Counter()
    rows = reading.ask(rows_of, reading.layouts_in(chosen.schema))
    for value, number, _ in rows:
        found[value] += number if value is not None else 0
    is_all = all(looked_at < most for *_, looked_at in rows)
    in_order = sorted(found.items(), key=lambda one: (-one[1], str(one[0])))
    return KnownValues([(value, number) for value, number in in_order[:MOST_VALUES] if number], is_all)


def _select(rows: Branch, column: str, shape: str, most: int) -> Select:
    text, value = as_text("value", column), shape.replace("{}", bare(rows.layout, column))
    return VALUES.format(text, value, rows.sql, rows=most, values=MOST_VALUES), rows.parameters
