"""How does a line fit a terminal of so many columns? What stands in its middle gives way, and an ellipsis says so."""

from collections.abc import Iterable, Iterator, Sequence

from wcwidth import wcswidth

ELLIPSIS = "…"
SHORTEST_REST = 12
"""Columns below which the rest of a line says nothing any more."""


def fit(text: str, columns: int) -> str:
    """Return the text, with its middle cut out where it takes more than `columns` columns; it must be printable."""
    if columns_of(text) <= columns:
        return text
    left = _first(text, columns // 2)
    right = _first(reversed(text), columns - columns_of(left) - 1)[::-1]
    return f"{left}{ELLIPSIS}{right}"


def fit_after(head: str, rest: str, columns: int) -> str:
    """Return both in one line: `rest` gives way first, so that `head` can be read; `head` only where it must."""
    room = columns - columns_of(head)
    if room < min(SHORTEST_REST, columns_of(rest)):
        return fit(head, columns)
    return head + fit(rest, room)


def flow(parts: Sequence[str], columns: int) -> list[str]:
    """Return lines of the parts, divided by commas; a part is never broken, and cut only where it is wider than all."""
    lines: list[str] = []
    for part in parts:
        if lines and columns_of(f"{lines[-1]}, {part}") < columns:
            lines[-1] += f", {part}"
        else:
            lines = [*lines[:-1], f"{lines[-1]},", part] if lines else [part]
    return [fit(line, columns) for line in lines]


def columns_of(text: str) -> int:
    """Return how many columns a printable text takes: East Asian characters and emoji take two."""
    return len(text) if text.isascii() else max(0, wcswidth(text))


def _first(characters: Iterable[str], columns: int) -> str:
    """Return as many of the characters as fit."""
    return "".join(_within(characters, columns))


def _within(characters: Iterable[str], columns: int) -> Iterator[str]:
    for character in characters:
        columns -= columns_of(character)
        if columns < 0:
            return
        yield character
