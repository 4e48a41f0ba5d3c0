"""What came of acts on failed jobs: keys that were cleared and have failed again, and keys that are ignored since.

What the site has seen before (jobsite.seen) tells which groups were gone. The record of acts (jobsite.activity) names
rows by their keys. They are looked up where they stand now, along the primary key; by its message, a row is of a cell,
and by that of a group.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import islice
from typing import NamedTuple

from django.db import Error
from django.db.models import Q

from jobs.error_groups.advice import NOTHING_KNOWN, Facts, advice_on
from jobs.error_groups.groups import ErrorGroup, ErrorGroups
from jobs.error_groups.recorded import recorded_chunks
from jobs.layouts.base import Layout
from jobs.layouts.branches import branches_of
from jobs.layouts.reading import Reading
from jobs.listing.failures.cells import Cell
from jobs.listing.failures.group_rows import RowName
from jobs.listing.failures.shared import ReadFailures
from jobs.listing.order import Place
from jobs.listing.page import read_jobs
from jobs.models import Job, QualifiedName
from jobs.statuses import ERROR, IGNORE
from jobs.tracebacks.shapes import shape_of
from jobsite.lab.shared_reads import shared
from jobsite.one_line import line_logger
from jobsite.seen.models import SeenGroup
from jobsite.seen.noting import Times, note, seen_groups

MOST_CHUNKS = 50
"""Statements of the record that are looked at."""
MOST_ROWS = 5_000
AGAIN, IGNORED = "failed again", "ignored"
BECOMES = {"clear": AGAIN, "retry": AGAIN, "ignore": IGNORED}
"""What becomes of rows after an act, as far as it can be seen."""
STATUSES = {AGAIN: ERROR, IGNORED: IGNORE}

log = line_logger(__name__)


class Standing(NamedTuple):
    """A row that stands there after an act."""

    what: str
    name: RowName
    cell: Cell


class Done(NamedTuple):
    """Rows to which something was done."""

    last: int
    """The number of the last statement in the record: with another there are other rows."""
    rows: Mapping[RowName, tuple[str, str | None]]
    """What was done, and the time that the row had."""


def with_history(
    groups: ErrorGroups,
    read: ReadFailures,
    reading: Reading,
    last_visit: datetime | None,
    known: Mapping[str, Facts] | None = None,
) -> ErrorGroups:
    """Return the groups with what is new, what came back, and what helps.

    `last_visit` is when the person was here before, None where that is not known; `known` what is known of groups
    beside the record (jobs.error_groups.facts). Raises DatabaseError.
    """
    is_all = read.is_of_all and read.is_whole and not reading.misses()
    if is_all:
        note({one.fingerprint: Times(one.first, one.last) for one in groups.groups if one.first and one.last})
    recorded, seen = facts_of(read, reading), _seen()
    facts = _together(recorded or {}, known or {})
    told = []
    for group in groups.groups:
        before, of_group = seen.get(group.fingerprint), facts.get(group.fingerprint, NOTHING_KNOWN)
        came_back = of_group.failed_again > 0 or (before is not None and _is_back(group, before, is_all=is_all))
        is_new = _is_new(group, before, last_visit, came_back=came_back)
        is_known = came_back or recorded is not None
        advice = advice_on(group, of_group)
        told.append(replace(group, is_new=is_new, came_back=came_back if is_known else None, advice=advice))
    return replace(groups, groups=tuple(told))


def _together(recorded: Mapping[str, Facts], known: Mapping[str, Facts]) -> Mapping[str, Facts]:
    """Return what is known of each group, by the record and beside it."""
    added = {
        one: replace(known.get(one, NOTHING_KNOWN), failed_again=facts.failed_again, ignored=facts.ignored)
        for one, facts in recorded.items()
    }
    return {**known, **added}


def _is_back(group: ErrorGroup, seen: SeenGroup, *, is_all: bool) -> bool:
    """Say whether all of its jobs that the site had seen before were gone once."""
    if group.first is None:
        return False
    return (seen.back_at is not None and group.first >= seen.back_at) or (is_all and group.first > seen.last_at)


def _is_new(group: ErrorGroup, seen: SeenGroup | None, last_visit: datetime | None, *, came_back: bool) -> bool | None:
    """Say whether a group began after the last visit; None where either is not known."""
    times = [time for time in (group.first, seen and seen.first_at) if time]
    return min(times) > last_visit and not came_back if times and last_visit else None


def _seen() -> Mapping[str, SeenGroup]:
    """Return what the site remembers of groups; nothing where that cannot be read."""
    try:
        return seen_groups()
    except Error as error:
        log.warning("Which groups of errors were seen before could not be read: %s", error)
        return {}


def facts_of(read: ReadFailures, reading: Reading) -> Mapping[str, Facts] | None:
    """Return what is known of each group of which something is; None where the record cannot be read."""
    try:
        done = _done()
    except Error as error:
        log.warning("What was done to failed jobs could not be read: %s", error)
        return None
    standing = shared(f"what came of acts up to {done.last}", partial(_standing, done.rows, reading)).answer
    names = _names(read)
    found = {AGAIN: Counter[str](), IGNORED: Counter[str]()}
    for what, name, cell in standing:
        if fingerprint := names.get(name) or names.get(cell):
            found[what][fingerprint] += 1
    again, ignored = found[AGAIN], found[IGNORED]
    return {one: Facts(failed_again=again[one], ignored=ignored[one]) for one in {*again, *ignored}}


def _names(read: ReadFailures) -> dict[Cell | RowName, str]:
    """Return the fingerprint of each cell that is of one group, and of each single row."""
    groups = read.failures.groups
    names: dict[Cell | RowName, str] = {}
    for name, group in groups.items():
        names |= dict.fromkeys(group.cells, name)
        names |= dict.fromkeys(group.singles, name)
    return names


def _done() -> Done:
    """Return the rows of the newest acts, each once. Raises django.db.Error."""
    rows: dict[RowName, tuple[str, str | None]] = {}
    last = 0
    for pk, schema, verb, recorded in recorded_chunks().values_list("pk", "schema", "act__verb", "rows")[:MOST_CHUNKS]:
        last = max(last, pk)
        for table, table_name, key_hash, _, when in recorded:
            rows.setdefault((QualifiedName(schema, table), table_name, key_hash), (BECOMES[verb], when))
        if len(rows) >= MOST_ROWS:
            break
    return Done(last, dict(islice(rows.items(), MOST_ROWS)))


def _standing(done: Mapping[RowName, tuple[str, str | None]], reading: Reading) -> list[Standing]:
    """Return those rows that failed anew since they were cleared, and those that are ignored, each with its cell."""
    places = [Place(table, (table_name, key_hash)) for table, table_name, key_hash in done]

    def rows_of(layouts: Sequence[Layout]) -> list[Job]:
        return read_jobs(branches_of(layouts, lambda schema: Q(status__in=STATUSES.values())), places)

    among = {table for table, *_ in done}
    jobs = reading.ask(rows_of, [layout for layout in reading.layouts if layout.table in among])
    found = []
    for job in jobs:
        name = (job.stored_in, job.table_name, job.key_hash)
        what, when = done[name]
        is_same = when is not None and job.timestamp == datetime.fromisoformat(when.replace("Z", "+00:00"))
        if job.status == STATUSES[what] and not (what == AGAIN and is_same):
            found.append(Standing(what, name, Cell(job.stored_in, job.table_name, shape_of(job.error_message))))
    return found
