"""In which order are jobs listed, and where in it does a page begin?

Jobs are sorted by a value, then by jobs table, then by primary key, all three in one direction: so the index of a jobs
table, which ends in its primary key, serves where there is one. A page begins after a job's place and not at a number,
so that nothing is walked over; a place stays where it is when its job is gone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from jobs.layouts.base import Layout
from jobs.layouts.branches import Branch, as_text, bare, collation_of, literal
from jobs.listing.filters import SORTS
from jobs.models import QualifiedName
from jobsite.lab.columns import ONE_COLLATION
from jobsite.lab.identifiers import quoted

KEY = ("table_name", "key_hash")
TIME, NUMBER, STATUS, SCHEMA, MESSAGE = "timestamp", "connection_id", "status", "schema", "error_message"
VALUE_LETTERS = 100
"""Letters of a message, user or host that are sorted by: a server sorts by no more than the first kilobyte of one."""
NAME_BYTES = 256
"""Of the longest name of a table: 64 letters (MySQL manual, "Identifier Length Limits"), in any character set."""
NOTHING = "FALSE"


class Place(NamedTuple):
    """A job's place in an order: the value it is sorted by, and its primary key."""

    table: QualifiedName
    key: tuple[str, str]
    value: str | None = None
    """As the server writes it; None for NULL."""


class Compared(NamedTuple):
    """An expression of SQL, and how a parameter stands that is compared with it."""

    sql: str
    parameter: str


@dataclass(frozen=True)
class Bound:
    """A value to go to: the first that it names and the last, which differ for a day."""

    first: str
    last: str
    begins: str = ""
    """The beginning of a text, as LIKE takes it."""


class Condition(NamedTuple):
    """A condition of SQL and its parameters."""

    sql: str
    parameters: tuple[object, ...] = ()


@dataclass(frozen=True)
class Order:
    """By which column of Job, or by the schema, jobs are sorted, and in which direction."""

    column: str
    down: bool

    @classmethod
    def of(cls, sort: str, status: str = "") -> "Order":
        """Return the order for a word of the URL; of the jobs of one status, sorting by it leaves the rest of it."""
        column = SORTS[sort.removeprefix("-")]
        if column == STATUS and status:
            column = SCHEMA
        return cls(column, sort.startswith("-") != (column == TIME))  # a small age is a late timestamp

    @property
    def reversed(self) -> "Order":
        """The same the other way round."""
        return replace(self, down=not self.down)

    @property
    def way(self) -> str:
        """The direction as SQL has it."""
        return "DESC" if self.down else "ASC"

    @property
    def is_along_index(self) -> bool:
        """Say whether an index may have the rows in this order: the primary key, or one by status and time."""
        return self.column in (TIME, SCHEMA, *KEY)

    @property
    def _beyond(self) -> str:
        return "<" if self.down else ">"

    def value(self, layouts: Sequence[Layout]) -> str:
        """Return the expression of the value, which sorts in one way through all these tables."""
        if self.column == SCHEMA:
            return "NULL"
        if self.column in (TIME, NUMBER):
            return quoted(self.column)
        if self.column == STATUS:
            return as_text(quoted(self.column), self.column)  # an enum would be sorted by its numbers
        first = bare(layouts[0], self.column)
        column = first if self.column in KEY else f"LEFT({quoted(self.column)}, {VALUE_LETTERS})"
        collations = {collation_of(layout, self.column) for layout in layouts}
        same = len(collations) == 1 and "" not in collations
        alike = len({bare(layout, self.column) for layout in layouts}) == 1
        return column if len(layouts) == 1 or (same and alike) else as_text(column, self.column)

    def by(self, value: str, key: Sequence[str]) -> str:
        """Return what stands after ORDER BY, for these expressions."""
        columns = dict.fromkeys([*([] if self.column == SCHEMA else [value]), *key])
        return ", ".join(f"{column} {self.way}" for column in columns)

    def after(self, place: Place, value: str, branch: Branch) -> Condition:
        """Return the condition that rows of a branch come after a place."""
        letters = self._letters(value, branch.layout)
        later, same = self._later(place, value, letters), self._same(place, value, letters)
        if branch.table != place.table:
            is_after = (branch.table < place.table) == self.down
            return _any(later, same) if is_after else later
        beyond = self._after_key(place.key, branch.layout)
        if same.sql == "TRUE":
            return beyond
        # The range of an index, and then which part of it.
        both = Condition(f"({same.sql} AND {beyond.sql})", (*same.parameters, *beyond.parameters))
        return _all(_any(later, same), _any(later, both))

    def from_bound(self, bound: Bound, value: str, branch: Branch) -> Condition:
        """Return the condition that rows of a branch do not come before the first that a bound names."""
        if self.column == SCHEMA:
            schema, first = branch.table.schema.casefold(), bound.first.casefold()
            is_in = schema <= first or schema.startswith(first) if self.down else schema >= first
            return Condition("TRUE" if is_in else NOTHING)
        letters = self._letters(value, branch.layout)
        if not self.down:
            return Condition(f"{value} >= {letters}", (bound.first,))
        begins = [Condition(f"{value} LIKE {letters}", (bound.begins,))] if bound.begins else []
        return _any(Condition(f"{value} <= {letters}", (bound.last,)), *begins, Condition(f"{value} IS NULL"))

    def _later(self, place: Place, value: str, letters: str) -> Condition:
        if self.column == SCHEMA:
            return Condition(NOTHING)
        if place.value is None:
            return Condition(NOTHING if self.down else f"{value} IS NOT NULL")
        later = Condition(f"{value} {self._beyond} {letters}", (place.value,))
        return _any(later, Condition(f"{value} IS NULL")) if self.down else later

    def _same(self, place: Place, value: str, letters: str) -> Condition:
        if self.column == SCHEMA:
            return Condition("TRUE")
        if place.value is None:
            return Condition(f"{value} IS NULL")
        return Condition(f"{value} = {letters}", (place.value,))

    def ties(self, layout: Layout) -> list[Compared]:
        """Return by what rows of one value are sorted in a table: its primary key, as quickly as that can be.

        Where no index has them in this order, each row is given a key to sort by, as long as a name may be: to weigh
        the letters of a name takes longer than to copy its bytes, as many as the name of a table can have.
        """
        table, row = (Compared(bare(layout, name), literal(layout, name)) for name in KEY)
        is_along_index = self.column in (SCHEMA, *KEY) or (self.column == TIME and layout.has_status_index)
        if is_along_index or not collation_of(layout, "table_name"):
            return [table, row]
        return [Compared(*(f"CAST({sql} AS BINARY({NAME_BYTES}))" for sql in table)), row]

    def _after_key(self, key: tuple[str, str], layout: Layout) -> Condition:
        (table, first), (row, second) = self.ties(layout)
        beyond = f"({table} {self._beyond} {first} OR ({table} = {first} AND {row} {self._beyond} {second}))"
        return Condition(beyond, (key[0], *key))

    def _letters(self, value: str, layout: Layout) -> str:
        """Return how a value of the address stands in a comparison."""
        if self.column in (TIME, NUMBER, SCHEMA) or ONE_COLLATION in value:
            return "%s"
        return literal(layout, self.column)


def _any(*conditions: Condition) -> Condition:
    return _joined(" OR ", [one for one in conditions if one.sql != NOTHING])


def _all(*conditions: Condition) -> Condition:
    return _joined(" AND ", conditions)


def _joined(word: str, conditions: Sequence[Condition]) -> Condition:
    if not conditions:
        return Condition(NOTHING)
    sql = word.join(one.sql for one in conditions)
    return Condition(f"({sql})", tuple(value for one in conditions for value in one.parameters))
