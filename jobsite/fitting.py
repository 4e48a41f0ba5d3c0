"""How does a line fit a terminal of so many columns? What stands in its middle gives way, and an ellipsis says so."""

from collections.abc import Iterable, Iterator, Sequence

from wcwidth import iter_graphemes, iter_graphemes_reverse, wcswidth

ELLIPSIS = "…"
SHORTEST_REST = 12
"""Columns below which the rest of a line says nothing any more."""


def fit(text: str, columns: int) -> str:
    """Return the text, with its middle cut out where it takes more than `columns` columns; it must be printable."""
    if width_of(text) <= columns:
        return text
    left = "".join(_within(iter_graphemes(text), columns // 2))
    right = [*_within(iter_graphemes_reverse(text), columns - width_of(left) - 1)]
    return f"{left}{ELLIPSIS}{''.join(reversed(right))}"


def fit_beginning(text: str, columns: int) -> str:
    """Return the text, with its end cut off where it takes more than `columns` columns; it must be printable."""
    if width_of(text) <= columns:
        return text
    return "".join(_within(iter_graphemes(text), columns - 1)) + ELLIPSIS


def fit_after(head: str, rest: str, columns: int) -> str:
    """Return both in one line: `rest` gives way first, so that `head` can be read; `head` only where it must."""
    room = columns - width_of(head)
    if room < min(SHORTEST_REST, width_of(rest)):
        return fit(head, columns)
    return head + fit(rest, room)


def flow(parts: Sequence[str], columns: int) -> list[str]:
    """Return lines of the parts, divided by commas; a part is never broken, and cut only where it is wider than all."""
    lines: list[str] = []
    for part in parts:
        if lines and width_of(f"{lines[-1]}, {part}") < columns:
            lines[-1] += f", {part}"
        else:
            lines = [*lines[:-1], f"{lines[-1]},", part] if lines else [part]
    return [fit(line, columns) for line in lines]


def width_of(text: str) -> int:
    """Return how many columns a printable text takes: East Asian characters and emoji take two."""
    return len(text) if text.isascii() else max(0, wcswidth(text))


def _within(graphemes: Iterable[str], columns: int) -> Iterator[str]:
    """Yield as many of the graphemes as fit: an emoji may be two characters, which take other columns one by one."""
    for grapheme in graphemes:
        columns -= width_of(grapheme)
        if columns < 0:
            return
        yield grapheme
