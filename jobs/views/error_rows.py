"""What a row of the page of errors shows of a group, and where its numbers lead."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from jobs.error_groups.facts import sharing_known_of
from jobs.error_groups.filters import ErrorFilter
from jobs.error_groups.groups import ErrorGroup
from jobs.formats.table_name import class_name
from jobs.listing.failures.kinds import Kind
from jobsite.restrictions.literals import as_literal

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)


ACCOUNT = 'SUBSTRING_INDEX(user, "@", 1) = {}'
HOST = "host = {}"


class Part(NamedTuple):
    """Some of the jobs of a group: what they have in common, how many they are, and the list's filter for them."""

    title: str
    number: int
    query: str
    schema: str = ""


@dataclass(frozen=True)
class ErrorRow:
    """A group, the filter of its page, and when it was read."""

    group: ErrorGroup
    chosen: ErrorFilter
    now: datetime

    @property
    def query(self) -> str:
        """The filter of the list for its jobs, as a query string."""
        return self.chosen.jobs_of(self.group.fingerprint, self.now).query

    @property
    def shared(self) -> str:
        """What its failing keys share, in words, where somebody has looked at the group a moment ago; else ''."""
        known = sharing_known_of(self.group, self.now, reads_stored=self.chosen.reads_stored)
        return known.line if known else ""

    @property
    def rule(self) -> str:
        """Which version of the rule made the group, as its name begins."""
        return self.group.fingerprint.partition("-")[0]

    @property
    def marks(self) -> str:
        """The class of its bars: failures are solid, interrupted jobs hollow."""
        return "c-halt" if self.group.kind is Kind.INTERRUPTED else "c-bad"

    @property
    def windows(self) -> Iterator[Part]:
        """Yield the jobs of the last hour, day and week."""
        numbers = (self.group.in_1_h, self.group.in_24_h, self.group.in_7_d)
        for title, length, number in zip(("1 h", "24 h", "7 d"), (HOUR, DAY, WEEK), numbers, strict=True):
            yield self._part(title, number, self.now - length)

    @property
    def tables(self) -> Iterator[Part]:
        """Yield the jobs of each table."""
        for schema, name, number in self.group.tables:
            part = self._part(class_name(name), number, schema=schema, table=name)
            yield part._replace(schema=schema)

    @property
    def hosts(self) -> Iterator[Part]:
        """Yield the jobs of each host."""
        for name, number in self.group.hosts:
            yield self._part(name, number, restriction=HOST.format(as_literal(name)))

    @property
    def users(self) -> Iterator[Part]:
        """Yield the jobs of each user."""
        for name, number in self.group.users:
            yield self._part(name, number, restriction=ACCOUNT.format(as_literal(name)))

    def _part(self, title: str, number: int, since: datetime | None = None, **words: str) -> Part:
        return Part(title, number, self.chosen.jobs_of(self.group.fingerprint, self.now, since, **words).query)
