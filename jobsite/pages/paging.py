"""The pages of a list have no numbers: one begins after a row that was shown, or where a person says.

So no page counts the rows before it, and none moves when rows come and go.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

PER_PAGE = 50
PAGE_WORDS = frozenset({"after", "before", "last", "page", "whole"})
"""The words of the address that say which page of a list is shown."""
NO_NUMBERS = "Pages of a list have no numbers any more: this is the first page."

Row = TypeVar("Row")


@dataclass(frozen=True)
class AskedPage:
    """Which page an address asks for; the first without a word."""

    after: str = ""
    before: str = ""
    last: bool = False
    beginning: str = ""
    notice: str = ""
    """What to say of an address that was written for numbers."""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "AskedPage":
        """Return what a query string asks for."""
        numbered = query.get("page", "") not in ("", "1")
        return cls(
            query.get("after", ""),
            query.get("before", ""),
            bool(query.get("last")),
            query.get("from", "").strip(),
            NO_NUMBERS if numbered else "",
        )


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list, in its order, and how to go on from there."""

    rows: Sequence[Row] = ()
    before: str = ""
    """The place of the first row where rows come before it, for the word `before` of an address; else ''."""
    after: str = ""
    """The place of the last row where rows come after it, for the word `after`; else ''."""
    first: int | None = None
    """The number of the first row in the list, where it is known."""
    count: int | None = None
    """How many rows the list has, where they have been counted."""

    @property
    def last(self) -> int | None:
        """The number of the last row, where it is known."""
        return None if self.first is None else self.first + len(self.rows) - 1

    @property
    def is_whole(self) -> bool:
        """Say whether these are all rows of the list."""
        return not self.before and not self.after

    def counted(self, count: int | None) -> "Page[Row]":
        """Return the page of a list of so many rows: the numbers of its last page are known then, too."""
        first = self.first
        if count is None and first is not None and not self.after:
            count = self.last  # nothing comes after it
        if first is None and count is not None and not self.after:
            first = max(1, count - len(self.rows) + 1)
        return replace(self, first=first, count=count)


def page_of(rows: Sequence[Row], asked: AskedPage) -> Page[Row]:
    """Return a page of rows that are all there, the nearest where none is as asked; a place is the number of a row."""
    last = max(0, len(rows) - 1) // PER_PAGE * PER_PAGE
    if asked.last:
        start = last
    elif asked.before:
        start = max(0, min(_number(asked.before) - PER_PAGE, last))
    else:
        start = min(_number(asked.after), last)
    stop = start + PER_PAGE
    return Page(
        rows[start:stop], str(start) if start else "", str(stop) if stop < len(rows) else "", start + 1, len(rows)
    )


def _number(place: str) -> int:
    """Return the number of a row; that of the first for a text that is none."""
    return int(place) if place.isascii() and place.isdecimal() and len(place) < 10 else 0
