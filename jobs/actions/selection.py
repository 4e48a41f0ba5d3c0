"""Which jobs is an action to be done to? Selected ones, or all that match a filter; nothing else knows the difference.

Both bind to what a person saw: selected jobs to their rows as they were, and all that match to the second in which
their list was read. Both yield short chunks: one long statement would keep the lab's workers waiting.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar

from django.db.models import Q

from jobs.actions.action import count_jobs
from jobs.layouts.base import Layout
from jobs.layouts.chunks import chunks_of
from jobs.layouts.reading import LeftOut, Reading
from jobs.listing.filters import JobFilter
from jobs.listing.rows import by_table, count_jobs_before, list_jobs_before, matching_before, read_again
from jobs.models import Job, QualifiedName
from jobs.snapshots import JobSnapshot, SeenRow
from jobs.statuses import RESERVED

CHUNK_ROWS = 1000
"""Rows of one statement, which takes the server some 15 ms: as long as workers wait at most."""
ROWS_SHOWN = 50
OWN_USER = "own_user"
"""The word of a form for a database user that "mine" stood for: it binds whoever goes on with the act."""
MOST_LOOKED_AT = 500
"""Reserved jobs whose workers are looked for, of all that match."""


@dataclass(frozen=True)
class Found:
    """What stands there now of a selection."""

    by_status: Counter[str]
    """How many still are as they were seen, of those with a status that is taken."""
    first: Sequence[Job]
    """The first of these, as many as are shown."""
    reserved: Sequence[Job]
    """The reserved ones of these, at most MOST_LOOKED_AT when they are all that match."""
    changed: int
    gone: int = 0
    unread: int = 0
    """How many are in a jobs table that is left out."""
    unlooked: int = 0
    """Of how many reserved ones it is not known whether their workers live, because there are so many."""
    left: Counter[str] = field(default_factory=Counter)
    """How many are as they were seen and have a status that is not taken, by status."""
    living: Counter[str] = field(default_factory=Counter)
    """How many reserved ones are left alone for their workers' sake, by liveness."""


NOTHING = Found(Counter(), (), (), 0)


class Selection(ABC):
    """The jobs that an action is to be done to, and the jobs tables as they can be read now."""

    reading: Reading
    statuses: tuple[str, ...] = ()
    """The statuses of those that an action is done to; () for any."""
    may_grow: ClassVar[bool] = False
    """Whether more jobs may belong to it by now than when a person was told of them."""
    is_read_whole: ClassVar[bool] = False
    """Whether all of its rows are read where they are counted."""
    spares_living: ClassVar[bool] = False
    """Whether reserved jobs are left alone unless their worker is gone, whatever the action is."""
    changed_in_words: ClassVar[str] = "changed since you looked"
    """How a row that is left alone differs from what was seen."""

    @abstractmethod
    def taking(self, statuses: tuple[str, ...]) -> "Selection":
        """Return the same for an action that is done to jobs of these statuses alone; () for any."""

    def takes(self, status: str) -> bool:
        """Say whether the action is done to jobs of a status."""
        return not self.statuses or status in self.statuses

    @property
    @abstractmethod
    def in_words(self) -> str:
        """The selection in a sentence."""

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was selected."""
        return False

    @property
    def is_partial(self) -> bool:
        """Say whether not all jobs that are meant could be found."""
        return False

    @property
    @abstractmethod
    def tables(self) -> Sequence[QualifiedName]:
        """The jobs tables they are in, also those that are left out."""

    @property
    def table(self) -> str:
        """The table that all of them are of, as the server calls it, where one was chosen; else ''."""
        return ""

    @property
    def left_out(self) -> Sequence[LeftOut]:
        """Those of the tables that are left out, as far as is known by now."""
        return [self.reading.left_out[table] for table in self.tables if table in self.reading.left_out]

    @property
    def without_table(self) -> int:
        """How many of them are in a table that is no jobs table any more."""
        return 0

    @abstractmethod
    def read(self, shown: int = ROWS_SHOWN) -> Found:
        """Read them again; `shown` is how many of the first a page shows."""

    def read_reserved(self) -> Found:
        """Read at least the reserved ones again: whose workers may be back by now."""
        return self.read()

    @abstractmethod
    def chunks(self, layout: Layout, after: tuple[str, str] | None = None) -> Iterator[Sequence[SeenRow]]:
        """Yield those of one jobs table, CHUNK_ROWS at a time, from the one with the primary key `after` on."""

    @property
    @abstractmethod
    def fields(self) -> Sequence[tuple[str, str]]:
        """What a form sends back to mean the same selection."""


@dataclass(frozen=True)
class SelectedJobs(Selection):
    """Jobs that were selected one by one, as they were shown."""

    snapshots: Sequence[JobSnapshot]
    reading: Reading
    statuses: tuple[str, ...] = ()
    is_read_whole = True

    def taking(self, statuses: tuple[str, ...]) -> "SelectedJobs":
        """Return the same for an action that is done to jobs of these statuses alone; () for any."""
        return replace(self, statuses=statuses)

    @property
    def in_words(self) -> str:
        """The selection in a sentence."""
        return f"Selected: {count_jobs(len(self.snapshots))}."

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was selected."""
        return not self.snapshots

    @property
    def tables(self) -> Sequence[QualifiedName]:
        """The jobs tables they are in, also those that are left out."""
        known = {*self.reading.left_out, *(layout.table for layout in self.reading.found)}
        return [table for table in by_table(self.snapshots) if table in known]

    @property
    def without_table(self) -> int:
        """How many of them are in a table that is no jobs table any more."""
        known = self.tables
        return sum(len(snapshots) for table, snapshots in by_table(self.snapshots).items() if table not in known)

    def read(self, shown: int = ROWS_SHOWN) -> Found:
        """Read them again, all of them."""
        found = read_again(self.snapshots, self.reading)
        readable = {one for one in self.snapshots if one.stored_in not in self.reading.left_out}
        same = [job for job in found if JobSnapshot.of(job) in readable]
        taken = [job for job in same if self.takes(job.status)]
        return Found(
            by_status=Counter(job.status for job in taken),
            first=taken[:shown],
            reserved=[job for job in taken if job.status == RESERVED],
            changed=len(found) - len(same),
            gone=len(readable) - len(found),
            unread=len(set(self.snapshots)) - len(readable),
            left=Counter(job.status for job in same if not self.takes(job.status)),
        )

    def chunks(self, layout: Layout, after: tuple[str, str] | None = None) -> Iterator[Sequence[SeenRow]]:
        """Yield those of one jobs table, CHUNK_ROWS at a time, from the one with the primary key `after` on."""
        snapshots = [one for one in by_table(self.snapshots)[layout.table] if self.takes(one.status)]
        keys = [snapshot.key for snapshot in snapshots]
        snapshots = snapshots[keys.index(after) + 1 if after in keys else 0 :]
        for start in range(0, len(snapshots), CHUNK_ROWS):
            yield [snapshot.row for snapshot in snapshots[start : start + CHUNK_ROWS]]

    @property
    def fields(self) -> Sequence[tuple[str, str]]:
        """What a form sends back to mean the same selection."""
        return [("job", snapshot.token) for snapshot in self.snapshots]


@dataclass(frozen=True)
class MatchingJobs(Selection):
    """All jobs that match a filter, of those that were there before the second `as_of` of the server's clock.

    The filter's ages count from that second as well. A row that came or changed since has a later timestamp.
    """

    chosen: JobFilter
    as_of: datetime
    reading: Reading
    statuses: tuple[str, ...] = ()
    may_grow = True
    changed_in_words = "changed since you looked, or came later"

    def taking(self, statuses: tuple[str, ...]) -> "MatchingJobs":
        """Return the same for an action that is done to jobs of these statuses alone; () for any."""
        return replace(self, statuses=statuses)

    @property
    def in_words(self) -> str:
        """The selection in a sentence."""
        return " ".join(filter(None, [f"All that match: {self.chosen.in_words}", self.chosen.not_found]))

    @property
    def table(self) -> str:
        """The table that all of them are of, as the server calls it, where one was chosen; else ''."""
        return self.chosen.table

    @property
    def is_partial(self) -> bool:
        """Say whether there are more jobs with the wanted key than were found."""
        return bool(self.chosen.not_found)

    @property
    def tables(self) -> Sequence[QualifiedName]:
        """The jobs tables they are in, also those that are left out."""
        left_out = [one.table for one in self.reading.unreadable if one.has_jobs]
        tables = {*left_out, *(layout.table for layout in self.reading.found)}
        return sorted(table for table in tables if self.chosen.schema in ("", table.schema))

    def read(self, shown: int = ROWS_SHOWN) -> Found:
        """Count them, and read the first of them and of the reserved ones among them."""
        found, later = count_jobs_before(self.chosen, self.reading, self.as_of)
        by_status = Counter({status: number for status, number in found.items() if self.takes(status)})
        return Found(
            by_status=by_status,
            first=[job for part in self._parts() for job in self._list(part, min(shown, by_status.total()))][:shown],
            reserved=self._list(self.chosen.with_status(RESERVED), MOST_LOOKED_AT if by_status[RESERVED] else 0),
            changed=later,
            left=found - by_status,
        )

    def _parts(self) -> list[JobFilter]:
        """Return the filter, or one for each status that is taken."""
        if self.statuses and not self.chosen.status:
            return [self.chosen.with_status(status) for status in self.statuses]
        return [self.chosen] if self.takes(self.chosen.status) else []

    def _list(self, chosen: JobFilter, most: int) -> list[Job]:
        return list_jobs_before(chosen, self.reading, self.as_of, most)

    def read_reserved(self) -> Found:
        """Read the reserved ones again, where there may be any."""
        if self.chosen.status not in ("", RESERVED) or not self.takes(RESERVED):
            return NOTHING
        return replace(self, chosen=self.chosen.with_status(RESERVED)).read(shown=0)

    def chunks(self, layout: Layout, after: tuple[str, str] | None = None) -> Iterator[Sequence[SeenRow]]:
        """Yield those of one jobs table, CHUNK_ROWS at a time, from the one with the primary key `after` on."""
        wanted = matching_before(self.chosen, self.as_of, layout.schema)
        if self.statuses:
            wanted &= Q(status__in=self.statuses)
        return chunks_of(layout, wanted, CHUNK_ROWS, after)

    @property
    def fields(self) -> Sequence[tuple[str, str]]:
        """What a form sends back to mean the same selection."""
        own_users = [(OWN_USER, name) for name in self.chosen.own_users]
        return [("all", "1"), ("as_of", self.as_of.isoformat()), *own_users]
