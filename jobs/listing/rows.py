"""Filter -> rows and counts of jobs, across all jobs tables that can be read.

Every question is a UNION ALL with one branch a jobs table; rows are sorted and cut in each branch first, so that the
server never gathers what no page shows, and counted over bare columns, which are made safe to show outside. No query
here reads `error_stack`, but `read_job`, which is asked for one row.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, F, Q
from django.db.models.lookups import Exact

from jobs.layouts.base import Layout
from jobs.layouts.branches import Branch, Select, as_text, branches_of, union_all
from jobs.layouts.reading import Reading
from jobs.listing.filters import JobFilter
from jobs.listing.order import Order
from jobs.listing.page import read_jobs, read_page, read_places
from jobs.listing.page_start import FIRST, Start
from jobs.models import Job, QualifiedName
from jobs.snapshots import JobSnapshot
from jobs.statuses import ERROR
from jobsite.lab.columns import OffIndex
from jobsite.lab.sql import lab_cursor
from jobsite.pages.paging import Page

BY_STATUS = (
    "SELECT {} AS branch, {}, number FROM (SELECT status, COUNT(*) AS number FROM {} GROUP BY status) AS counted"
)
UP_TO = "SELECT {} AS branch, %s AS status, COUNT(*) AS number FROM (SELECT 1 FROM {} LIMIT {}) AS counted"
TABLES = "SELECT {} AS branch, {} FROM (SELECT DISTINCT table_name FROM {}) AS named"


def count_by_status(chosen: JobFilter, reading: Reading, now: datetime, most: int = 0) -> Counter[str]:
    """Return how many jobs match the filter by status, its own left aside: the numbers on the tabs.

    With `most`, a number that is greater than it may be too small: where an index has the rows by status, a table is
    counted no further. Elsewhere it would save nothing, because each row is met anyway.
    """
    any_status = chosen.with_status("")
    stops = most if not chosen.looks_into_rows else 0

    def rows_of(layouts: Sequence[Layout]) -> list[Any]:
        branches = _branches(any_status, layouts, partial(_matching, any_status, now))
        selects = [select for number, branch in enumerate(branches) for select in _counted(number, branch, stops)]
        return _ask(selects, branches)

    found: Counter[str] = Counter()
    for _, (status, number) in reading.ask(rows_of, reading.layouts_in(chosen.schema)):
        found[status] += number
    return found


def tables_with_jobs(reading: Reading, schema: str = "") -> list[tuple[str, str]]:
    """Return the schema and the name of each table that has jobs, whatever their status, in order.

    The server skips from name to name along the primary key.
    """

    def rows_of(layouts: Sequence[Layout]) -> list[Any]:
        branches = branches_of(layouts, lambda schema: Q())
        return _ask([_tables_in(number, branch) for number, branch in enumerate(branches)], branches)

    return sorted((branch.table.schema, name) for branch, (name,) in reading.ask(rows_of, reading.layouts_in(schema)))


def list_jobs(chosen: JobFilter, reading: Reading, now: datetime, start: Start = FIRST) -> Page[Job]:
    """Return a page of the jobs that match, in the filter's order, without their stacks.

    Where no job is left after the start, it is the last page; where none is left before it, the first.
    """
    order, layouts = Order.of(chosen.sort, chosen.status), reading.layouts_in(chosen.schema)
    wanted = partial(_matching, chosen, now, along_index=order.is_along_index)

    def rows_of(layouts: Sequence[Layout]) -> Page[Job]:
        branches = _branches(chosen, layouts, wanted)
        return read_page(branches, order, start) if branches else Page()

    return Page() if chosen.problems else reading.ask(rows_of, layouts)


def read_job(reading: Reading, schema: str, table_name: str, key_hash: str) -> Job | None:
    """Return one job with its packed stack, or None when its row is gone or cannot be read: `reading` says which."""

    def row_of(layouts: Sequence[Layout]) -> Job | None:
        branches = [layout.jobs().filter(table_name=table_name, key_hash=key_hash).order_by() for layout in layouts]
        return next(iter(union_of(branches)[:1]), None) if branches else None

    return reading.ask(row_of, reading.layouts_in(schema)) if schema else None


def read_again(snapshots: Iterable[JobSnapshot], reading: Reading) -> list[Job]:
    """Return the rows that stand now under the primary keys of what was seen."""
    wanted = by_table(snapshots)

    def rows_of(layouts: Sequence[Layout]) -> list[Job]:
        branches = [
            layout.jobs().filter(layout.keys(wanted[layout.table])).defer("error_stack").order_by()
            for layout in layouts
        ]
        return list(union_of(branches)) if branches else []

    return reading.ask(rows_of, [layout for layout in reading.layouts if layout.table in wanted])


def read_one_of_each(reading: Reading, schema: str = "", wanted: Q = Q()) -> None:  # noqa: B008  nothing changes it
    """Read a row of each jobs table, of one schema or of all, so that `reading` knows which cannot be read.

    With `wanted`, also whether it matches: some tables cannot be compared so, as one of another character set.
    """
    compared = {"matches": ExpressionWrapper(wanted, output_field=BooleanField())} if wanted else {}

    def rows_of(layouts: Sequence[Layout]) -> list[Job]:
        branches = [layout.jobs().defer("error_stack").annotate(**compared).order_by()[:1] for layout in layouts]
        return list(union_of(branches)) if branches else []

    reading.ask(rows_of, reading.layouts_in(schema))


def matching_before(chosen: JobFilter, before: datetime, schema: str) -> Q:
    """Return the condition to match the filter, and to have stood there before a second of the server's clock."""
    return _matching(chosen, before, schema) & _stood_before(before)


def branches_matching(
    chosen: JobFilter, layouts: Sequence[Layout], now: datetime, *, along_index: bool
) -> list[Branch]:
    """Return the jobs that match the filter in each table; `along_index` when an index may have them in their order."""
    return _branches(chosen, layouts, partial(_matching, chosen, now, along_index=along_index))


def list_jobs_before(chosen: JobFilter, reading: Reading, before: datetime, most: int) -> list[Job]:
    """Return the first `most` jobs that matched the filter at a second of the server's clock, and stood before it."""
    order = Order.of(chosen.sort, chosen.status)

    def rows_of(layouts: Sequence[Layout]) -> list[Job]:
        branches = _branches(chosen, layouts, partial(matching_before, chosen, before))
        return read_jobs(branches, read_places(branches, order, FIRST, most)) if branches else []

    # Of no rows there would be nothing to sort.
    return reading.ask(rows_of, reading.layouts_in(chosen.schema)) if most else []


def count_jobs_before(chosen: JobFilter, reading: Reading, before: datetime) -> tuple[Counter[str], int]:
    """Return how many jobs match the filter by status, of those that stood there before; and how many came later.

    Ages count from `before`: otherwise jobs that have grown older than a filter's bound since would join.
    """
    early = {"early": ExpressionWrapper(_stood_before(before), output_field=BooleanField())}

    def rows_of(layouts: Sequence[Layout]) -> list[Any]:
        branches = [
            layout.jobs()
            .filter(_matching(chosen, before, layout.schema))
            .order_by()
            .values("status", **early)
            .annotate(n=Count("*"))
            for layout in layouts
        ]
        return list(union_of(branches).values_list("status", "early", "n")) if branches else []

    by_status: Counter[str] = Counter()
    later = 0
    for status, was_there, number in reading.ask(rows_of, reading.layouts_in(chosen.schema)):
        if was_there:
            by_status[status] += number
        else:
            later += number
    return by_status, later


def by_table(snapshots: Iterable[JobSnapshot]) -> dict[QualifiedName, list[JobSnapshot]]:
    """Return the snapshots jobs table by jobs table, each once."""
    found: dict[QualifiedName, list[JobSnapshot]] = {}
    for snapshot in dict.fromkeys(snapshots):
        found.setdefault(snapshot.stored_in, []).append(snapshot)
    return dict(sorted(found.items()))


def _branches(chosen: JobFilter, layouts: Sequence[Layout], wanted: Callable[[str], Q]) -> list[Branch]:
    if chosen.differs_by_schema:  # no other schema has one
        layouts = [layout for layout in layouts if layout.schema in chosen.schemas_found]
    return branches_of(layouts, wanted, status=chosen.status, depends_on=chosen.named_in)


def _counted(number: int, branch: Branch, most: int) -> Iterator[Select]:
    """Yield what counts a branch by status: each status by itself where that can stop early."""
    if not most or not branch.statuses:
        yield BY_STATUS.format(number, as_text("status", "status"), branch.sql), branch.parameters
        return
    for status in branch.statuses:
        one = branch.beside("status = %s", status)
        yield UP_TO.format(number, one.sql, most + 1), (status, *one.parameters)


def _tables_in(number: int, branch: Branch) -> Select:
    return TABLES.format(number, as_text("table_name", "table_name"), branch.sql), branch.parameters


def _ask(selects: Sequence[Select], branches: Sequence[Branch]) -> list[tuple[Branch, tuple[Any, ...]]]:
    """Return the rows of all SELECTs, the number of a branch in the first column of each taken for the branch."""
    if not selects:
        return []
    with lab_cursor() as cursor:
        cursor.execute(*union_all(selects))
        return [(branches[number], tuple(rest)) for number, *rest in cursor.fetchall()]


def _stood_before(before: datetime) -> Q:
    return Q(timestamp__lt=before) | Q(timestamp=None)


def union_of(branches: Sequence[Any]) -> Any:
    """Return one queryset of all the branches, of which there is at least one."""
    return branches[0].union(*branches[1:], all=True) if len(branches) > 1 else branches[0]


def _matching(chosen: JobFilter, now: datetime, schema: str, *, along_index: bool = True) -> Q:
    wanted = chosen.condition_in(schema, now) & chosen.of_table
    if chosen.status == ERROR and not along_index:  # most jobs are errors
        return wanted & Q(Exact(OffIndex(F("status")), ERROR))
    return wanted & Q(status=chosen.status) if chosen.status else wanted
