"""The groups of failed jobs as pages and commands show them."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from jobs.error_groups.facts import facts_beside_the_record, shared_rows
from jobs.error_groups.groups import Counted, ErrorGroup, ErrorGroups, JobName, TableOfGroup
from jobs.error_groups.history import with_history
from jobs.layouts.reading import Reading
from jobs.listing.failures.cells import DAYS, WINDOWS
from jobs.listing.failures.shared import ReadFailures, shared_failures
from jobs.listing.failures.tally import FailureGroup
from jobs.listing.filters import JobFilter
from jobsite.lab.parts import Parts
from jobsite.lab.shared_answers import Shared

ROWS = "Which failed keys have their rows by now"
HISTORY = "What was done about the errors"

Name = TypeVar("Name", str, tuple[str, str])


def shared_groups(chosen: JobFilter, reading: Reading, now: datetime) -> Shared[ReadFailures]:
    """Return what `groups_of` makes groups of, shared by all viewers: see its `read_at`, `age_s` and `is_old`.

    `chosen` is a filter of the list, whose status, order and group are left aside; `now` the second of the server's
    clock. Jobs tables that cannot be read are in `reading.left_out`. Raises DatabaseError.
    """
    return shared_failures(chosen, reading, now)


def read_error_groups(chosen: JobFilter, reading: Reading, now: datetime) -> ErrorGroups:
    """Return the groups of all failed jobs that match a filter; see `shared_groups`."""
    return groups_of(shared_groups(chosen, reading, now).answer)


def known_groups_of(
    read: ReadFailures, reading: Reading, parts: Parts, last_visit: datetime | None, *, reads_stored: bool
) -> ErrorGroups:
    """Return the groups of what was read, with what is new, what came back, and what helps, as far as it is known.

    `last_visit` is when the person was here before, None where that is not known; `reads_stored` says whether they may
    read messages as they are stored. What cannot be read in time is named in `parts`. Raises DatabaseError.
    """
    groups = groups_of(read)
    rows = parts.read(ROWS, lambda: shared_rows(read, reading), {})
    known = facts_beside_the_record(groups, rows, reads_stored=reads_stored)
    return parts.read(HISTORY, lambda: with_history(groups, read, reading, last_visit, known), groups)


def groups_of(read: ReadFailures) -> ErrorGroups:
    """Return the groups of what was read, those with most jobs first."""
    failures = read.failures
    groups = sorted(map(_group, failures.groups.values()), key=lambda group: (-group.count, group.fingerprint))
    return ErrorGroups(
        tuple(groups),
        failures.looked_at,
        failures.at_least,
        failures.stacks_read,
        read.left_out,
        failures.now,
    )


def _group(found: FailureGroup) -> ErrorGroup:
    tally = found.tally
    assert tally.newest is not None  # no group without a job
    table, table_name, key_hash = tally.newest
    by_age = [tally.younger(windows) for windows in range(1, len(WINDOWS) + 1)]
    in_days = [number - after for number, after in zip(by_age[:DAYS], [*by_age[1:DAYS], 0], strict=True)]
    tables = (TableOfGroup(*table, number) for table, number in _most_first(tally.tables))
    return ErrorGroup(
        signature=found.signature,
        kind=found.kind,
        count=tally.count,
        tables=tuple(tables),
        users=tuple(Counted(*user) for user in _most_first(tally.users)),
        hosts=tuple(Counted(*host) for host in _most_first(tally.hosts)),
        first=tally.first,
        last=tally.last,
        in_1_h=by_age[-1],
        in_24_h=by_age[DAYS - 1],
        in_7_d=by_age[0],
        days=tuple(in_days),
        newest=JobName(table.schema, table_name, key_hash),
    )


def _most_first(numbers: Counter[Name]) -> Iterable[tuple[Name, int]]:
    return sorted(numbers.items(), key=lambda one: (-one[1], one[0]))
