"""What is known of a group of failed jobs: the values that pages and commands show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from jobs.formats.table_name import class_name
from jobs.layouts.reading import LeftOut
from jobs.listing.failures.kinds import Kind
from jobs.models import QualifiedName
from jobs.tracebacks.signature import Signature

NAMES_SHOWN = 3
UNKNOWN = "unknown"


class Help(Enum):
    """What helps against a group, in the words of a page; what each does to a job is in docs/from-datajoint.md."""

    RETRY = "Retry"
    RETRY_ELSEWHERE = "Retry elsewhere"
    MEND = "Mend, then retry"
    FIX = "Fix first"
    CLEAR = "Clear"
    IGNORE = "Ignore"


@dataclass(frozen=True)
class Advice:
    """What helps, and why: by a stated rule, never by a guess."""

    what: Help
    why: str
    """In words below it: `the rows are there by now`, `the same keys failed twice`."""

    def __str__(self) -> str:
        """Return both in one line."""
        return f"{self.what.value}: {self.why}"


class TableOfGroup(NamedTuple):
    """How many jobs of a group one table has."""

    schema: str
    table_name: str
    """As the server calls it: jobs.formats.table_name.class_name makes SpikeSorting of it."""
    number: int


class Counted(NamedTuple):
    """How many jobs of a group one user or host has."""

    name: str
    number: int


class JobName(NamedTuple):
    """A job by its row, as jobs.listing.rows.read_job takes it."""

    schema: str
    table_name: str
    key_hash: str


@dataclass(frozen=True)
class ErrorGroup:
    """Failed jobs of one signature, as they stood when the groups were read."""

    signature: Signature
    kind: Kind
    count: int
    tables: tuple[TableOfGroup, ...]
    """Those with most jobs first; so are users and hosts."""
    users: tuple[Counted, ...]
    """Without the address that they came from."""
    hosts: tuple[Counted, ...]
    first: datetime | None
    """The earliest and the latest of the jobs; None where their tables keep no time."""
    last: datetime | None
    in_1_h: int
    in_24_h: int
    in_7_d: int
    days: tuple[int, ...]
    """Jobs in each of seven times 24 h, the oldest first; together they are in_7_d."""
    newest: JobName
    """A job to show the traceback of."""
    is_new: bool | None = None
    """Whether the site saw it for the first time since the person's last visit; None where that is not known."""
    came_back: bool | None = None
    """Whether jobs of it were cleared or retried, and are here again; None where the record does not tell."""
    advice: Advice | None = None
    """None where no rule holds."""

    @property
    def title(self) -> str:
        """What a link to it says: its exception, or where its messages name none, that it is an error."""
        return self.signature.exception or "Error"

    @property
    def tables_in_words(self) -> str:
        """Its tables as their classes are named: `RawSignal 7, LocalField 6`; of one without its number."""
        return few([(class_name(table.table_name), table.number) for table in self.tables])

    @property
    def workers_in_words(self) -> str:
        """Its users and its hosts: `bob 11, dave 3 · gpu01`."""
        return " · ".join(filter(None, (few(self.users), few(self.hosts))))

    @property
    def hosts_in_words(self) -> str:
        """Its hosts alone."""
        return few(self.hosts)

    @property
    def fingerprint(self) -> str:
        """The name of the group in addresses, in filters and in the terminal."""
        return self.signature.fingerprint


@dataclass(frozen=True)
class ErrorGroups:
    """All groups of the jobs that were asked for: those with most jobs first."""

    groups: tuple[ErrorGroup, ...]
    jobs_looked_at: int
    """Failed jobs that the groups count."""
    jobs_at_least: int
    """Failed jobs that are there at least; with more than were looked at, all numbers of the groups are "at least"."""
    stacks_read: int
    left_out: Mapping[QualifiedName, LeftOut]
    """Jobs tables that could not be read, and why."""
    now: datetime
    """The second of the server's clock that it was read at: windows count from it."""

    def named(self, fingerprint: str) -> ErrorGroup | None:
        """Return the group of a fingerprint; None where no job is of it."""
        return next((group for group in self.groups if group.fingerprint == fingerprint), None)

    @property
    def is_whole(self) -> bool:
        """Say whether every failed job was looked at, of the tables that could be read."""
        return self.jobs_looked_at >= self.jobs_at_least

    @property
    def says_how_many(self) -> bool:
        """Say whether more is known of the others than that there are some."""
        return self.jobs_at_least > self.jobs_looked_at + 1


def few(found: Sequence[tuple[str, int]]) -> str:
    """Return the first of some names, where there are several each with its number, and how many more there are."""
    if len(found) == 1:
        return found[0][0] or UNKNOWN
    shown = [f"{name or UNKNOWN} {number:,}" for name, number in found[:NAMES_SHOWN]]
    return ", ".join(shown) + (f" and {len(found) - NAMES_SHOWN} more" if len(found) > NAMES_SHOWN else "")
