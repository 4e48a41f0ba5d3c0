"""The stacks of many jobs, a few at a time: each may be as large as thousands of rows without one."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jobs.layouts.branches import Branch, as_text, union_all
from jobs.listing.order import KEY, Place
from jobs.listing.page import at_places
from jobs.models import STACK_LIMIT, Job, QualifiedName
from jobsite.lab.identifiers import quoted
from jobsite.lab.sql import lab_cursor

AT_ONCE = STACK_LIMIT
"""Bytes of packed stacks that are read by one statement, or else one stack."""
SIZE = "LENGTH(error_stack)"
PACKED = f"LEFT(error_stack, {STACK_LIMIT})"
ASKED = "SELECT {} AS branch, {}, {}, {} FROM {}"

Found = Mapping[tuple[QualifiedName, tuple[str, str]], Any]
"""What was asked of each job."""


def read_stacks(jobs: Sequence[Job], branches: Sequence[Branch]) -> Iterator[Job]:
    """Yield the jobs, each with its packed stack; None where it has none, is gone, or matches no longer."""
    sizes = _ask(SIZE, jobs, branches)
    for few in _groups(jobs, sizes):
        stacks = _ask(PACKED, few, branches)
        for job in few:
            job.error_stack = stacks.get((job.stored_in, job.pk))
            yield job


def _groups(jobs: Sequence[Job], sizes: Found) -> Iterator[list[Job]]:
    """Yield the jobs in groups whose stacks have AT_ONCE bytes at most, or that are one job."""
    group: list[Job] = []
    held = 0
    for job in jobs:
        size = min(sizes.get((job.stored_in, job.pk)) or 0, STACK_LIMIT)
        if group and held + size > AT_ONCE:
            yield group
            group, held = [], 0
        group.append(job)
        held += size
    if group:
        yield group


def _ask(what: str, jobs: Sequence[Job], branches: Sequence[Branch]) -> Found:
    by_table: dict[QualifiedName, list[Place]] = {}
    for job in jobs:
        by_table.setdefault(job.stored_in, []).append(Place(job.stored_in, job.pk))
    asked = [branch for branch in branches if branch.table in by_table]
    key = [as_text(quoted(name), name) for name in KEY]
    selects = [
        (ASKED.format(number, *key, what, rows.sql), rows.parameters)
        for number, rows in enumerate(at_places(by_table[branch.table], branch) for branch in asked)
    ]
    if not selects:
        return {}
    with lab_cursor() as cursor:
        cursor.execute(*union_all(selects))
        return {(asked[number].table, (name, key_hash)): found for number, name, key_hash, found in cursor.fetchall()}
