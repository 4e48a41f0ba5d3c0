"""Filter -> rows and counts of jobs, across all schemas that can be read, in one query each.

Every query is a UNION ALL with one branch a schema; rows are sorted and cut in each branch first, so that the server
never gathers what no page shows. No query here reads `error_stack`, but `read_job`, which is asked for one row.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, CharField, Count, ExpressionWrapper, Q, Value

from jobs.layouts.reading import Reading
from jobs.listing.filters import SORTS, JobFilter
from jobs.models import Job, JobQuerySet
from jobs.snapshots import SeenJob
from jobsite.lab.columns import AsStored, InOneCollation

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

    def rows_of(schemas: Sequence[str]) -> list[Any]:
        branches = [
            branch(reading, schema).filter(chosen.condition(now)).order_by().values(*GROUP).annotate(n=Count("*"))
            for schema in schemas
        ]
        return list(union_all(branches).values_list(*GROUP, "n")) if branches else []

    groups: Counter[tuple[str, str, str]] = Counter()
    for schema, table, status, number in reading.ask(rows_of):
        groups[schema, table, status] += number
    return Counts(groups)


def list_jobs(chosen: JobFilter, reading: Reading, now: datetime, start: int, stop: int) -> list[Job]:
    """Return the jobs from `start` to before `stop` in the filter's order, without their stacks."""
    return _sorted_union(chosen, reading, _matching(chosen, now), start, stop)


def read_job(reading: Reading, schema: str, table_name: str, key_hash: str) -> Job | None:
    """Return one job with its packed stack, or None when its row is gone or cannot be read: `reading` says which."""

    def row_of(schemas: Sequence[str]) -> Job | None:
        return branch(reading, schema).filter(table_name=table_name, key_hash=key_hash).first() if schemas else None

    return reading.ask(row_of, [schema])


def read_again(seen: Iterable[SeenJob], reading: Reading) -> list[Job]:
    """Return the rows that stand now under the primary keys of what was seen."""
    wanted = by_schema(seen)

    def rows_of(schemas: Sequence[str]) -> list[Job]:
        branches = [
            branch(reading, schema).filter(_any_of(wanted[schema])).defer("error_stack").order_by()
            for schema in schemas
        ]
        return list(union_all(branches)) if branches else []

    return reading.ask(rows_of, wanted)


def read_one_of_each(reading: Reading) -> None:
    """Read a row of each schema's jobs, so that `reading` knows which cannot be read."""

    def rows_of(schemas: Sequence[str]) -> list[Job]:
        branches = [branch(reading, schema).defer("error_stack").order_by()[:1] for schema in schemas]
        return list(union_all(branches)) if branches else []

    reading.ask(rows_of)


def seen_before(chosen: JobFilter, reading: Reading, schema: str, before: datetime) -> JobQuerySet:
    """Return the rows of one schema that match the filter and were there before a second of the server's clock."""
    rows = reading.jobs_of(schema).filter(_matching(chosen, before) & _stood_before(before))
    return rows.order_by(AsStored("table_name"), AsStored("key_hash"))


def list_seen_before(chosen: JobFilter, reading: Reading, before: datetime, most: int) -> list[Job]:
    """Return the first `most` jobs that matched the filter at a second of the server's clock, and stood before it."""
    return _sorted_union(chosen, reading, _matching(chosen, before) & _stood_before(before), 0, most)


def count_seen_before(chosen: JobFilter, reading: Reading, before: datetime) -> tuple[Counter[str], int]:
    """Return how many jobs match the filter by status, of those that stood there before; and how many came later.

    Ages count from `before`: otherwise jobs that have grown older than a filter's bound since would join.
    """
    early = {"early": ExpressionWrapper(_stood_before(before), output_field=BooleanField())}

    def rows_of(schemas: Sequence[str]) -> list[Any]:
        branches = [
            branch(reading, schema)
            .filter(_matching(chosen, before))
            .order_by()
            .values("status", **early)
            .annotate(n=Count("*"))
            for schema in schemas
        ]
        return list(union_all(branches).values_list("status", "early", "n")) if branches else []

    by_status: Counter[str] = Counter()
    later = 0
    for status, was_there, number in reading.ask(rows_of, _among(chosen)):
        if was_there:
            by_status[status] += number
        else:
            later += number
    return by_status, later


def by_schema(seen: Iterable[SeenJob]) -> dict[str, list[SeenJob]]:
    """Return what was seen, schema by schema."""
    found: dict[str, list[SeenJob]] = {}
    for row in seen:
        found.setdefault(row.schema, []).append(row)
    return dict(sorted(found.items()))


def _sorted_union(chosen: JobFilter, reading: Reading, wanted: Q, start: int, stop: int) -> list[Job]:
    order = _order(chosen.sort)

    def rows_of(schemas: Sequence[str]) -> list[Job]:
        branches = [
            branch(reading, schema).filter(wanted).defer("error_stack").order_by(*order)[:stop] for schema in schemas
        ]
        if len(branches) < 2:
            return list(branches[0][start:]) if branches else []
        return list(union_all(branches).order_by(*order)[start:stop])

    # Of no rows Django would empty every branch, and then not sort what is left of the union.
    return reading.ask(rows_of, _among(chosen)) if stop > start else []


def _among(chosen: JobFilter) -> list[str] | None:
    return [chosen.schema] if chosen.schema else None


def _stood_before(before: datetime) -> Q:
    return Q(timestamp__lt=before) | Q(timestamp=None)


def branch(reading: Reading, schema: str) -> JobQuerySet:
    """Return the jobs of one schema, each with its name, for a UNION."""
    # By name, because the type checker takes Job.schema, which this fills, for a column of its own.
    name = {"schema": InOneCollation(Value(schema, output_field=CharField()))}
    return reading.jobs_of(schema).annotate(**name)


def union_all(branches: Sequence[Any]) -> Any:
    """Return one queryset of all the branches, of which there is at least one."""
    return branches[0].union(*branches[1:], all=True) if len(branches) > 1 else branches[0]


def _any_of(rows: Iterable[SeenJob]) -> Q:
    found = Q()
    for row in rows:
        found |= Q(table_name=row.table_name, key_hash=row.key_hash)
    return found


def _matching(chosen: JobFilter, now: datetime) -> Q:
    exact = {"status": chosen.status, "table_name": chosen.table}
    return chosen.condition(now) & Q(**{name: value for name, value in exact.items() if value})


def _order(sort: str) -> list[str]:
    column = SORTS[sort.removeprefix("-")]
    down = sort.startswith("-") != (column == "timestamp")  # a small age is a late timestamp
    return [f"-{column}" if down else column, *(name for name in TIE_BREAKERS if name != column)]
