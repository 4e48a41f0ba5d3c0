"""Filter -> rows and counts of jobs, across all jobs tables that can be read, in one query each.

Every query is a UNION ALL with one branch a jobs table; rows are sorted and cut in each branch first, so that the
server never gathers what no page shows. No query here reads `error_stack`, but `read_job`, which is asked for one row.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, F, Q
from django.db.models.lookups import Exact

from jobs.layouts.base import Layout
from jobs.layouts.reading import Reading
from jobs.listing.filters import SORTS, JobFilter
from jobs.models import Job, QualifiedName
from jobs.snapshots import JobSnapshot
from jobsite.lab.columns import AsBytes

GROUP = ("schema", "table_name", "status")
TIE_BREAKERS = ("schema", "table_name", "key_hash")


@dataclass(frozen=True)
class Counts:
    """How many jobs there are by schema, table and status, before the filter's own schema, table and status."""

    groups: Mapping[tuple[str, str, str], int]

    def matching(self, chosen: JobFilter) -> int:
        """Return how many jobs the filter, status and all, lists."""
        by_status = self.by_status(chosen)
        return by_status[chosen.status] if chosen.status else by_status.total()

    def by_status(self, chosen: JobFilter) -> Counter[str]:
        """Return the numbers on the status tabs."""
        found: Counter[str] = Counter()
        for (schema, table, status), number in self.groups.items():
            if chosen.schema in ("", schema) and chosen.table in ("", table):
                found[status] += number
        return found

    @property
    def schemas(self) -> list[str]:
        """The schemas that have jobs."""
        return sorted({schema for schema, _, _ in self.groups})

    def tables(self, schema: str) -> list[str]:
        """The tables that have jobs, in `schema` or, for '', anywhere."""
        return sorted({table for of, table, _ in self.groups if schema in ("", of)})


def count_jobs(chosen: JobFilter, reading: Reading, now: datetime) -> Counts:
    """Return the numbers of jobs under the filter's user, host, message and age."""

    def rows_of(layouts: Sequence[Layout]) -> list[Any]:
        branches = [
            layout.jobs()
            .filter(chosen.condition_in(layout.schema, now))
            .order_by()
            .values(*GROUP)
            .annotate(n=Count("*"))
            for layout in layouts
        ]
        return list(union_all(branches).values_list(*GROUP, "n")) if branches else []

    groups: Counter[tuple[str, str, str]] = Counter()
    for schema, table, status, number in reading.ask(rows_of):
        groups[schema, table, status] += number
    return Counts(groups)


def list_jobs(chosen: JobFilter, reading: Reading, now: datetime, start: int, stop: int) -> list[Job]:
    """Return the jobs from `start` to before `stop` in the filter's order, without their stacks."""
    return _sorted_union(chosen, reading, partial(_matching, chosen, now), start, stop)


def read_job(reading: Reading, schema: str, table_name: str, key_hash: str) -> Job | None:
    """Return one job with its packed stack, or None when its row is gone or cannot be read: `reading` says which."""

    def row_of(layouts: Sequence[Layout]) -> Job | None:
        branches = [layout.jobs().filter(table_name=table_name, key_hash=key_hash).order_by() for layout in layouts]
        return next(iter(union_all(branches)[:1]), None) if branches else None

    return reading.ask(row_of, reading.layouts_in(schema)) if schema else None


def read_again(snapshots: Iterable[JobSnapshot], reading: Reading) -> list[Job]:
    """Return the rows that stand now under the primary keys of what was seen."""
    wanted = by_table(snapshots)

    def rows_of(layouts: Sequence[Layout]) -> list[Job]:
        branches = [
            layout.jobs().filter(layout.keys(wanted[layout.table])).defer("error_stack").order_by()
            for layout in layouts
        ]
        return list(union_all(branches)) if branches else []

    return reading.ask(rows_of, [layout for layout in reading.layouts if layout.table in wanted])


def read_one_of_each(reading: Reading) -> None:
    """Read a row of each jobs table, so that `reading` knows which cannot be read."""

    def rows_of(layouts: Sequence[Layout]) -> list[Job]:
        branches = [layout.jobs().defer("error_stack").order_by()[:1] for layout in layouts]
        return list(union_all(branches)) if branches else []

    reading.ask(rows_of)


def matching_before(chosen: JobFilter, before: datetime, schema: str) -> Q:
    """Return the condition to match the filter, and to have stood there before a second of the server's clock."""
    return _matching(chosen, before, schema) & _stood_before(before)


def list_jobs_before(chosen: JobFilter, reading: Reading, before: datetime, most: int) -> list[Job]:
    """Return the first `most` jobs that matched the filter at a second of the server's clock, and stood before it."""
    return _sorted_union(chosen, reading, partial(matching_before, chosen, before), 0, most)


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
        return list(union_all(branches).values_list("status", "early", "n")) if branches else []

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


def _sorted_union(chosen: JobFilter, reading: Reading, wanted: Callable[[str], Q], start: int, stop: int) -> list[Job]:
    order = order_of(chosen.sort)

    def rows_of(layouts: Sequence[Layout]) -> list[Job]:
        branches = [
            layout.jobs().filter(wanted(layout.schema)).defer("error_stack").order_by(*order)[:stop]
            for layout in layouts
        ]
        if len(branches) < 2:
            return list(branches[0][start:]) if branches else []
        return list(union_all(branches).order_by(*order)[start:stop])

    # Of no rows Django would empty every branch, and then not sort what is left of the union.
    return reading.ask(rows_of, reading.layouts_in(chosen.schema)) if stop > start else []


def _stood_before(before: datetime) -> Q:
    return Q(timestamp__lt=before) | Q(timestamp=None)


def union_all(branches: Sequence[Any]) -> Any:
    """Return one queryset of all the branches, of which there is at least one."""
    return branches[0].union(*branches[1:], all=True) if len(branches) > 1 else branches[0]


def _matching(chosen: JobFilter, now: datetime, schema: str) -> Q:
    exact = {"status": chosen.status, "table_name": chosen.table}
    wanted = chosen.condition_in(schema, now) & Q(**{name: value for name, value in exact.items() if value})
    # `=` is along the index, but takes `A` for `a`, and one emoji for another.
    return wanted & Q(Exact(AsBytes(F("table_name")), chosen.table.encode())) if chosen.table else wanted


def order_of(sort: str) -> list[str]:
    """Return the columns to sort by for a word of the URL; rows that are the same there have an order, too."""
    column = SORTS[sort.removeprefix("-")]
    down = sort.startswith("-") != (column == "timestamp")  # a small age is a late timestamp
    return [f"-{column}" if down else column, *(name for name in TIE_BREAKERS if name != column)]
