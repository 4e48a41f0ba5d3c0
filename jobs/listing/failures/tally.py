"""The numbers of a group of failures, added up job by job or cell by cell."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from jobs.listing.failures.cells import Cell, CellCount
from jobs.listing.failures.group_rows import GroupRows, RowName
from jobs.listing.failures.kinds import Kind
from jobs.liveness import account_of
from jobs.tracebacks.signature import Signature

SAMPLES = 20
"""Jobs of one table that are named."""


@dataclass
class Tally:
    """How many jobs, of which tables, users, hosts and ages."""

    tables: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By schema and table."""
    users: Counter[str] = field(default_factory=Counter)
    hosts: Counter[str] = field(default_factory=Counter)
    ages: Counter[int] = field(default_factory=Counter)
    """By how many of jobs.listing.failures.cells.WINDOWS they are younger than; -1 where no time is stored."""
    first: datetime | None = None
    last: datetime | None = None
    newest: RowName | None = None
    samples: dict[tuple[str, str], list[RowName]] = field(default_factory=dict)
    """Some of its jobs, by schema and table: all where these are few and were looked at one by one."""

    def add(self, one: CellCount) -> None:
        """Add these jobs."""
        table, table_name = one.cell[:2]
        self.tables[table.schema, table_name] += one.number
        if len(named := self.samples.setdefault((table.schema, table_name), [])) < SAMPLES:
            named.append((table, table_name, one.newest))
        self.users[account_of(one.user)[0]] += one.number
        self.hosts[one.host] += one.number
        self.ages[one.age] += one.number
        if one.first and (self.first is None or one.first < self.first):
            self.first = one.first
        if self.newest is None or (one.last and (self.last is None or one.last > self.last)):
            self.last, self.newest = one.last, (table, table_name, one.newest)

    @property
    def count(self) -> int:
        """How many jobs it is in all."""
        return self.ages.total()

    def younger(self, windows: int) -> int:
        """Return how many jobs are younger than so many of WINDOWS."""
        return sum(number for age, number in self.ages.items() if age >= windows)


@dataclass
class FailureGroup:
    """Failed jobs of one signature: which they are, and their numbers."""

    signature: Signature
    kind: Kind
    tally: Tally = field(default_factory=Tally)
    cells: set[Cell] = field(default_factory=set)
    """Those of which all jobs are in it."""
    singles: set[RowName] = field(default_factory=set)
    """Jobs of other cells."""

    @property
    def rows(self) -> GroupRows:
        """Which rows it is."""
        return GroupRows(tuple(self.cells), tuple(self.singles))


@dataclass(frozen=True)
class Failures:
    """All groups of some failed jobs, by fingerprint."""

    groups: dict[str, FailureGroup]
    looked_at: int
    """Jobs that the groups count."""
    stacks_read: int
    is_whole: bool
    """Whether there are no others; else there are more than were looked at."""
    at_least: int
    """Jobs that are there at least, these among them."""
    now: datetime
    """The second of the server's clock that ages count from."""
