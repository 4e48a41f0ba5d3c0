"""The jobs of a group, and other jobs of the same tables, as what can be compared of them."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime, timezone
from typing import Any

from django.db.models import Q

from jobs.error_groups.sharing.finding import MOST_FAILED, MOST_OTHERS, ComparedKey
from jobs.error_groups.sharing.other_jobs import OtherJob
from jobs.layouts.base import Layout
from jobs.layouts.branches import Branch, Select, as_text, bare, branches_of, literal, union_all
from jobs.layouts.reading import Reading
from jobs.listing.filters import JobFilter
from jobs.listing.order import Place
from jobs.listing.page import read_jobs
from jobs.listing.rows import branches_matching
from jobs.liveness import account_of
from jobs.models import Job
from jobs.statuses import ERROR, RESERVED
from jobsite.lab.identifiers import quoted
from jobsite.lab.sql import lab_cursor

OfTable = tuple[str, str]
"""A table by its schema and its name."""

MOST_OTHER_JOBS = 3_000
"""Jobs of each table that are looked at: those with the first hashes, which say nothing of their keys."""
MESSAGE_CHARS = 80
"""Of a message, which begins with its exception."""
EXCEPTION = re.compile(r"[\w.]{1,80}")

COLUMNS = ("table_name", "status", "user", "host", "error_message")
PLACES = "SELECT {} AS branch, {}, {} FROM {} ORDER BY {} LIMIT {most}"
JOBS = "SELECT {}, `timestamp` FROM {} ORDER BY {} LIMIT {most}"


def failed_jobs(chosen: JobFilter, reading: Reading, now: datetime) -> list[Job]:
    """Return the jobs that match a filter; of very many those with the first hashes. Raises DatabaseError.

    A hash says nothing of the values of a key, so that these are as good as chosen by chance.
    """

    def jobs_of(layouts: Sequence[Layout]) -> list[Job]:
        branches = branches_matching(chosen, layouts, now, along_index=False)
        return read_jobs(branches, sorted(_places(branches), key=lambda place: place.key[1])[:MOST_FAILED])

    return reading.ask(jobs_of, reading.layouts_in(chosen.schema))


def _places(branches: Sequence[Branch]) -> list[Place]:
    """Return the places of the jobs with the first hashes in each jobs table."""
    names = [as_text(quoted(name), name) for name in ("table_name", "key_hash")]
    selects = [
        (PLACES.format(number, *names, jobs.sql, bare(jobs.layout, "key_hash"), most=MOST_FAILED), jobs.parameters)
        for number, jobs in enumerate(branches)
    ]
    if not selects:
        return []
    with lab_cursor() as cursor:
        cursor.execute(*union_all(selects))
        return [Place(branches[number].table, (name, key_hash)) for number, name, key_hash in cursor.fetchall()]


def compared(job: Job) -> ComparedKey:
    """Return what can be compared of a job."""
    return ComparedKey(job.fields, job.host, job.account[0], job.timestamp)


def other_jobs(chosen: JobFilter, tables: Collection[OfTable], reading: Reading) -> list[OtherJob]:
    """Return jobs of these tables that failed or are reserved and are not of the filter's group.

    Raises DatabaseError.
    """

    def rows_of(layouts: Sequence[Layout]) -> list[OtherJob]:
        branches = branches_of(layouts, lambda schema: _is_other(chosen, schema), depends_on=lambda schema: schema)
        selects = [
            _of_table(branch, name)
            for branch in branches
            for schema, name in sorted(tables)
            if schema == branch.table.schema
        ]
        if not selects:
            return []
        with lab_cursor() as cursor:
            cursor.execute(*union_all(selects))
            return [_other(row) for row in cursor.fetchall()]

    schemas = {schema for schema, _ in tables}
    return reading.ask(rows_of, [layout for layout in reading.layouts if layout.schema in schemas])


def _is_other(chosen: JobFilter, schema: str) -> Q:
    return Q(status__in=(ERROR, RESERVED)) & ~chosen.group_rows.condition_in(schema)


def passed_jobs(schema: str, table_name: str, reading: Reading) -> list[Job]:
    """Return jobs of a table that passed, as far as its jobs table keeps them: who computed them, and where."""

    def jobs_of(layouts: Sequence[Layout]) -> list[Job]:
        kept = [found for layout in layouts if (found := layout.passed_jobs(table_name)) is not None]
        return [job for jobs in kept for job in jobs.order_by("key_hash")[:MOST_OTHERS]]

    return reading.ask(jobs_of, reading.layouts_in(schema))


def _of_table(jobs: Branch, name: str) -> Select:
    of_table = jobs.beside(f"{bare(jobs.layout, 'table_name')} = {literal(jobs.layout, 'table_name')}", name)
    columns = ", ".join(as_text(quoted(column), column) for column in COLUMNS)
    sql = JOBS.format(columns, of_table.sql, bare(jobs.layout, "key_hash"), most=MOST_OTHER_JOBS)
    return sql, of_table.parameters


def _other(row: Sequence[Any]) -> OtherJob:
    table_name, status, user, host, message, at = row
    known = ComparedKey({}, host, account_of(user)[0], at and at.replace(tzinfo=timezone.utc))
    return OtherJob(known, _kind_of(table_name, status, message[:MESSAGE_CHARS]))


def _kind_of(table_name: str, status: str, message: str) -> str:
    """Return what a job has in common with those that are as they are for the same reason, as far as can be seen."""
    if status == RESERVED:
        return RESERVED
    exception = EXCEPTION.match(message)
    return f"{table_name} {exception[0] if exception else ''}"
