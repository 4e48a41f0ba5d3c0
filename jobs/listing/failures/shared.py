"""The groups of failed jobs, read once for all viewers; of more than a moment allows, the rest is read behind pages."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from jobs.layouts.base import Layout
from jobs.layouts.reading import LeftOut, Reading
from jobs.listing.failures.group_rows import GroupRows
from jobs.listing.failures.grouping import HasTime, read_failures
from jobs.listing.failures.sampling import MOST_SAMPLES
from jobs.listing.failures.tally import Failures
from jobs.listing.filters import JobFilter
from jobs.listing.rows import branches_matching
from jobs.models import QualifiedName
from jobs.statuses import ERROR
from jobsite.lab.deadline import BEHIND_PAGES_S, seconds_left
from jobsite.lab.kept_answers import keep, kept
from jobsite.lab.shared_answers import Shared
from jobsite.lab.shared_reads import looked

LOOK_S = 0.15
"""After it no further part of the jobs is begun while a page waits; a terminal waits for all."""
BEHIND_S = 0.8 * BEHIND_PAGES_S
"""The same behind the pages."""
FEW_SAMPLES = 600
"""Jobs whose stacks are read while a page waits: they take some 0.1 s."""
ASIDE = frozenset({"status", "sort", "group"})
"""What of a filter does not choose which failed jobs are grouped."""


@dataclass(frozen=True)
class ReadFailures:
    """The groups, and the jobs tables that could not be read for them."""

    failures: Failures
    left_out: dict[QualifiedName, LeftOut]
    is_of_all: bool = False
    """Whether no filter chose the jobs."""

    @property
    def is_whole(self) -> bool:
        """Say whether all failed jobs were looked at, of the tables that could be read."""
        return self.failures.is_whole


def shared_failures(chosen: JobFilter, reading: Reading, now: datetime) -> Shared[ReadFailures]:
    """Return the groups of all failed jobs that match, whatever status and group the filter has.

    A page that only looks takes what was read for another viewer. Raises DatabaseError.
    """
    failed = _failed(chosen)
    name = _name(failed)

    def whole() -> ReadFailures:
        read = _read(failed, reading, now, _time_for(BEHIND_S))
        if read.is_whole:
            keep(_rows_in(name), {one: group.rows for one, group in read.failures.groups.items()})
        return read

    def look() -> ReadFailures:
        samples = MOST_SAMPLES if seconds_left() is None else FEW_SAMPLES
        return _read(failed, reading, now, _time_for(LOOK_S), samples)

    found = looked(name, whole, look)
    reading.left_out.update(found.answer.left_out)
    return found


def _time_for(seconds: float) -> HasTime:
    """Return what says whether there is time for more; always, where nothing is limited."""
    until = time.monotonic() + seconds
    return lambda: seconds_left() is None or time.monotonic() < until


def kept_groups(chosen: JobFilter) -> Mapping[str, GroupRows]:
    """Return the rows of each group as all of these jobs were last read, some minutes ago at most; {} where nobody did.

    An act that takes long, and forgets what was read before it, goes on by them.
    """
    return kept(_rows_in(_name(_failed(chosen)))) or {}


def _name(failed: JobFilter) -> str:
    return f"groups of failed jobs {sorted(failed.texts.items())!r} {failed.own_users!r} {failed.passes_over}"


def _rows_in(name: str) -> str:
    return f"rows of the {name}"


def _failed(chosen: JobFilter) -> JobFilter:
    texts = {name: text for name, text in chosen.texts.items() if name not in ASIDE}
    return replace(chosen, texts={**texts, "status": ERROR})


def _read(
    failed: JobFilter, reading: Reading, now: datetime, has_time: HasTime, samples: int = MOST_SAMPLES
) -> ReadFailures:
    def groups_of(layouts: Sequence[Layout]) -> Failures:
        return read_failures(branches_matching(failed, layouts, now, along_index=False), now, has_time, samples)

    failures = reading.ask(groups_of, reading.layouts_in(failed.schema))
    return ReadFailures(failures, dict(reading.left_out), is_of_all=failed.texts == {"status": ERROR})
