"""Rows as a table for a terminal: columns cut to its width, and colours. Elsewhere: whole values with tabs between.

Whatever a row holds, it takes one line and moves no cursor: jobsite.one_line.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import TextIO

from jobsite.exporting.values import as_json, plain
from jobsite.fitting import fit_beginning, width_of
from jobsite.one_line import printable

SAMPLE = 200
"""Rows by which the columns of a terminal are made so wide: more would be waited for, and kept."""
GAP = "  "
COLOR, NO_COLOR = "\x1b[{}m", "\x1b[0m"
LONGEST_CELL = 2000
"""Characters of a value that a terminal is thought to have room for: no more are looked at there."""


def write_table(
    columns: Sequence[str],
    rows: Iterable[Mapping[str, object]],
    width: int | None = None,
    colors: Mapping[str, str] | None = None,
    out: TextIO | None = None,
) -> Iterator[str]:
    """Yield the lines of a table with a header.

    `width` is that of the terminal in characters, None where `out` is none. `colors` are the codes of values that are
    coloured, such as `{"error": "31"}`, for a terminal only.
    """
    if width is None:
        yield from _plain_lines(columns, rows, out)
        return
    cells = ([_cell(row[name], out, LONGEST_CELL) for name in columns] for row in rows)
    sample = list(islice(cells, SAMPLE))
    widths = _fit([_widest(place, columns[place], sample) for place in range(len(columns))], width)
    yield _line([(name, False) for name in columns], widths, {})
    for line in chain(sample, cells):
        yield _line(line, widths, colors or {})


Cell = tuple[str, bool]
"""A value in one line, and whether it is a number, which stands at the right."""


def _plain_lines(columns: Sequence[str], rows: Iterable[Mapping[str, object]], out: TextIO | None) -> Iterator[str]:
    yield "\t".join(columns) + "\n"
    for row in rows:
        yield "\t".join(_cell(row[name], out)[0] for name in columns) + "\n"


def _cell(value: object, out: TextIO | None, most: int | None = None) -> Cell:
    found = plain(value)
    if isinstance(found, bool | dict | list):
        return printable(as_json(found)[:most], out), False
    return printable("" if found is None else str(found)[:most], out), isinstance(found, int | float)


def _widest(place: int, name: str, sample: Sequence[Sequence[Cell]]) -> int:
    return max(map(width_of, [name, *(line[place][0] for line in sample)]))


def _fit(widths: Sequence[int], width: int) -> list[int]:
    """Return the widths of columns, of which the widest are cut until all have room."""
    room = width - len(GAP) * (len(widths) - 1)
    most = max(widths, default=0)
    while most > 1 and sum(min(one, most) for one in widths) > room:
        most -= 1
    return [min(one, most) for one in widths]


def _line(line: Iterable[Cell], widths: Sequence[int], colors: Mapping[str, str]) -> str:
    cells = [_padded(text, width, is_number, colors) for (text, is_number), width in zip(line, widths, strict=True)]
    return GAP.join(cells).rstrip(" ") + "\n"


def _padded(text: str, width: int, is_number: bool, colors: Mapping[str, str]) -> str:
    shown = fit_beginning(text, width)
    blanks = " " * (width - width_of(shown))
    if text in colors:
        shown = f"{COLOR.format(colors[text])}{shown}{NO_COLOR}"
    return blanks + shown if is_number else shown + blanks
