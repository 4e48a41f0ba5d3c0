"""What would an action do now? Read again, counted, and said in sentences; reads, never writes.

The sentences stand here and not on a page: a command says the same.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from jobs.actions.abandoned import living_of, why_left
from jobs.actions.action import Action
from jobs.actions.outcome import left_in_words
from jobs.actions.selection import ROWS_SHOWN, Found, Selection
from jobs.layouts.reading import LeftOut, Reading
from jobs.listing.marking import annotate_liveness
from jobs.liveness import Liveness
from jobs.models import Job
from jobs.snapshots import JobSnapshot
from jobs.statuses import RESERVED
from jobsite.lab.server import ConnectedThreads, who_is_connected

TYPE_THE_NUMBER_ABOVE = 50


class Sentence(NamedTuple):
    """One line about what an action would do."""

    text: str
    is_warning: bool = False


@dataclass(frozen=True)
class Review:
    """What an action would do to a selection now."""

    action: Action
    selection: Selection
    found: Found
    left_out: Sequence[LeftOut]
    """The jobs tables that are left out, among those selected from."""

    @property
    def jobs(self) -> Sequence[Job]:
        """The first of the jobs."""
        return self.found.first

    @property
    def by_status(self) -> Counter[str]:
        """How many jobs of each status."""
        return self.found.by_status

    @property
    def count(self) -> int:
        """How many jobs."""
        return self.found.by_status.total()

    @property
    def finds_none(self) -> bool:
        """Say whether no job that is meant has a row, also none that is left alone, and all could be looked for."""
        found = self.found
        rows = self.count + found.left.total() + found.living.total() + found.changed + found.unread
        return not (rows or self.left_out or self.selection.is_partial)

    @property
    def abandoned(self) -> frozenset[JobSnapshot]:
        """The reserved jobs that nobody computes."""
        return frozenset(JobSnapshot.of(job) for job in self.found.reserved if job.liveness is Liveness.ABANDONED)

    @property
    def alive(self) -> frozenset[JobSnapshot]:
        """The reserved jobs that a worker may be computing, of those whose workers were looked for."""
        return frozenset(JobSnapshot.of(job) for job in self.found.reserved) - self.abandoned

    @property
    def running(self) -> int:
        """How many may be running: every reserved job that is not known to be abandoned, unless such are spared."""
        return 0 if self.action.only_abandoned else self.by_status[RESERVED] - len(self.abandoned)

    @property
    def needs_number(self) -> bool:
        """Say whether the number has to be typed: for many, and for those a worker may be computing."""
        return self.count > TYPE_THE_NUMBER_ABOVE or self.running > 0

    @property
    def order(self) -> str:
        """What is about to be done, as a button says it."""
        return self.action.order(self.count)

    @property
    def sentences(self) -> list[Sentence]:
        """What would happen, line by line; what would not is not mentioned."""
        return [*self._about_statuses(), *self._about_workers(), *self._about_others(), *self._about_owners()]

    def _about_statuses(self) -> Iterator[Sentence]:
        for status, consequence in self.action.consequences.items():
            if number := self.by_status[status]:
                yield Sentence(f"{number:,} {consequence}")

    def _about_workers(self) -> Iterator[Sentence]:
        if self.running:
            yield Sentence(f"{self.running:,} of them may be running: {self.action.if_running}", is_warning=True)
        number = len(self.abandoned)
        if number and not self.action.only_abandoned:
            yield Sentence(f"{number:,} of them {_are(number)} abandoned: the worker is gone.")
        if self.found.unlooked and self.action.only_abandoned:
            yield Sentence(f"Whether {self.found.unlooked:,} of them are abandoned is seen when it is their turn.")

    def _about_others(self) -> Iterator[Sentence]:
        if left := self.found.left + self.found.living:
            yield Sentence(left_in_words(self.action, left, f"{_are(left.total())} left alone"))
        if self.found.changed:
            yield Sentence(f"{self.found.changed:,} {self.selection.changed_in_words}: left alone.")
        if self.found.gone:
            yield Sentence(f"{self.found.gone:,} gone already.")
        if self.found.unread:
            yield Sentence(f"{self.found.unread:,} could not be read now: left alone.")

    def _about_owners(self) -> Iterator[Sentence]:
        owners = sorted({job.account[0] for job in self.jobs} - {""})
        if owners:
            yield Sentence(f"Worked on by {', '.join(owners)}.")


def review(action: Action, selection: Selection, threads: ConnectedThreads | None = None) -> Review:
    """Return what `action` would do to `selection` now.

    `threads` is who was connected a moment ago, when that was asked; else it is asked where a job is reserved.
    """
    set_aside_unsupported(action, selection.reading)
    selection = selection.taking(action.statuses)
    return _review_found(action, selection, selection.read(), threads)


def review_numbers(action: Action, selection: Selection) -> Review:
    """Return the same without the first of the jobs, where these would be searched and sorted for a page alone."""
    selection = selection.taking(action.statuses)
    shown = ROWS_SHOWN if selection.is_read_whole else 0
    return _review_found(action, selection, selection.read(shown), None)


def review_workers(action: Action, selection: Selection) -> Review:
    """Return what is known now of the reserved jobs of `selection` alone: who goes on with an act has confirmed it."""
    selection = selection.taking(action.statuses)
    return _review_found(action, selection, selection.read_reserved(), None)


def _review_found(action: Action, selection: Selection, found: Found, threads: ConnectedThreads | None) -> Review:
    if found.reserved:
        threads = threads or who_is_connected()
        annotate_liveness([*found.first, *found.reserved], threads)
        if action.only_abandoned:
            found = _without_living(found, threads)
    return Review(action, selection, found, selection.left_out)


def _without_living(found: Found, threads: ConnectedThreads) -> Found:
    """Return what is left of `found` for an action that spares the reserved jobs of living workers."""
    living = living_of(found.reserved, threads)
    spared = {JobSnapshot.of(job) for job in living}
    rows = {JobSnapshot.of(job): job for job in [*found.first, *found.reserved]}
    return replace(
        found,
        by_status=found.by_status - Counter({RESERVED: len(living)}),
        first=[job for seen, job in rows.items() if seen not in spared][:ROWS_SHOWN],
        unlooked=found.by_status[RESERVED] - len(found.reserved),
        reserved=[],
        living=why_left(living),
    )


def set_aside_unsupported(action: Action, reading: Reading) -> None:
    """Leave out the jobs tables whose jobs cannot take the action."""
    unsupported = [layout.table for layout in reading.layouts if not layout.supports(action.name)]
    reading.set_aside(unsupported, f"jobs in a table of this kind cannot be {action.past}")


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
