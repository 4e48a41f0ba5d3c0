"""A restriction as it is understood: constants, columns, and the operators and functions that join them.

Each term can write itself for a Writer, as SQL or as words. What it writes comes of tables of ours: names of operators
and functions are never a person's own letters.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from typing import Protocol, TypeAlias

from jobsite.restrictions.columns import Column, Kind

Value: TypeAlias = "str | int | Decimal | float"
WORDS = {None: "NULL", True: "TRUE", False: "FALSE"}


class Level(IntEnum):
    """How tightly an operator binds, from the loosest (MySQL manual, "Operator Precedence")."""

    OR = 1
    XOR = 2
    AND = 3
    NOT = 4
    PREDICATE = 5
    """Comparisons, LIKE, IN, BETWEEN and IS, which bind alike."""
    SUM = 6
    PRODUCT = 7
    WHOLE = 8
    """What needs no parentheses around it."""


class Writer(Protocol):
    """What a restriction is written with."""

    def column(self, column: Column) -> str:
        """Return a column."""

    def constant(self, value: Value) -> str:
        """Return a text or a number."""

    def moment(self, name: str) -> str:
        """Return the time of day or the day that one of MOMENTS tells, in the zone of the server."""

    def in_zone_of_server(self, text: str) -> str:
        """Return a time of UTC as one in the zone of the server."""

    def in_utc(self, text: str) -> str:
        """Return a time in the zone of the server as one of UTC."""

    def grouped(self, term: "Applied", part: "Term", text: str) -> str:
        """Return a part of a term in parentheses, where it needs them."""


@dataclass(frozen=True)
class Term:
    """A part of a restriction."""

    @property
    def kind(self) -> Kind:
        """What it is."""
        raise NotImplementedError

    @property
    def level(self) -> Level:
        """How tightly it holds together."""
        return Level.WHOLE

    @property
    def columns(self) -> Iterator[Column]:
        """The columns in it, in order, some of them several times."""
        yield from ()

    def write(self, writer: Writer) -> str:
        """Return it as the writer writes it."""
        raise NotImplementedError


@dataclass(frozen=True)
class Constant(Term):
    """A text or a number, which is passed as a parameter."""

    value: Value

    @property
    def kind(self) -> Kind:
        """A text, or a number."""
        return Kind.TEXT if isinstance(self.value, str) else Kind.NUMBER

    def write(self, writer: Writer) -> str:
        """Return the value as the writer writes it."""
        return writer.constant(self.value)


@dataclass(frozen=True)
class Word(Term):
    """NULL, TRUE or FALSE."""

    value: bool | None

    @property
    def kind(self) -> Kind:
        """A condition, or NULL."""
        return Kind.NULL if self.value is None else Kind.CONDITION

    def write(self, writer: Writer) -> str:
        """Return the word."""
        return WORDS[self.value]


@dataclass(frozen=True)
class Named(Term):
    """A column. That of a time stands in the zone of the server, unless it is compared `in_utc`, as it is stored."""

    column: Column
    in_utc: bool = False

    @property
    def kind(self) -> Kind:
        """That of the column."""
        return self.column.kind

    @property
    def columns(self) -> Iterator[Column]:
        """The column."""
        yield self.column

    def write(self, writer: Writer) -> str:
        """Return the column, in the zone of the server where that counts."""
        text = writer.column(self.column)
        return writer.in_zone_of_server(text) if self.kind is Kind.TIME and not self.in_utc else text


@dataclass(frozen=True)
class Moment(Term):
    """The time at which the server is asked, or its day."""

    name: str

    @property
    def kind(self) -> Kind:
        """A time."""
        return Kind.TIME

    def write(self, writer: Writer) -> str:
        """Return the call that tells it."""
        return writer.moment(self.name)


@dataclass(frozen=True)
class Interval(Term):
    """So many of a unit, which are added to a time or taken from it."""

    amount: int | Decimal
    unit: str

    @property
    def kind(self) -> Kind:
        """None of the kinds of a value: the reader lets it stand beside a time alone."""
        return Kind.NULL

    def write(self, writer: Writer) -> str:
        """Return INTERVAL, amount and unit."""
        return f"INTERVAL {writer.constant(self.amount)} {self.unit}"


@dataclass(frozen=True)
class Unit(Term):
    """A unit by itself, as TIMESTAMPDIFF has it."""

    name: str

    @property
    def kind(self) -> Kind:
        """None of the kinds of a value."""
        return Kind.NULL

    def write(self, writer: Writer) -> str:
        """Return the unit."""
        return self.name


@dataclass(frozen=True)
class InUtc(Term):
    """A time without columns, compared with a column as it is stored: so an index on the column serves."""

    time: Term

    @property
    def kind(self) -> Kind:
        """A time."""
        return Kind.TIME

    @property
    def level(self) -> Level:
        """That of the time, which is all that a person sees of it."""
        return self.time.level

    def write(self, writer: Writer) -> str:
        """Return the time, converted."""
        return writer.in_utc(self.time.write(writer))


@dataclass(frozen=True)
class Applied(Term):
    """An operator or a function with its parts: `pattern` is of ours, and has {} where each part stands."""

    pattern: str
    parts: tuple[Term, ...]
    gives: Kind
    binds: Level = Level.WHOLE

    @property
    def kind(self) -> Kind:
        """What it gives."""
        return self.gives

    @property
    def level(self) -> Level:
        """How tightly the operator binds."""
        return self.binds

    @property
    def columns(self) -> Iterator[Column]:
        """The columns of all parts."""
        for part in self.parts:
            yield from part.columns

    def write(self, writer: Writer) -> str:
        """Return the pattern with its parts."""
        return self.pattern.format(*(writer.grouped(self, part, part.write(writer)) for part in self.parts))
