"""How do the connections stand in a terminal of so many columns, and how in a file? With the columns of dj.kill."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TextIO

from connections.models import Connection
from connections.terminal.listing import holdings
from jobsite.fitting import fit, width_of
from jobsite.one_line import printable
from jobsite.terminal import talking

HEADINGS = ("ID", "USER", "HOST", "STATE", "TIME", "INFO")
"""DataJoint 0.14.10, admin.py; TIME is in seconds."""
ID, USER, HOST, STATE, TIME, INFO = range(len(HEADINGS))
NUMBERS = (ID, TIME)
GIVE_WAY = (USER, HOST, STATE)
NARROWEST = 8
"""Columns that a text keeps which has to give way."""
LEAST_INFO = 20
"""With less room, statements stand in lines of their own."""
FIELDS = (*HEADINGS, "HOLDS", "PROTECTED")
"""What a line of a file has, with tabs between: at the end what the connection holds, and why it cannot be killed."""
INDENT = "     "


class Row(NamedTuple):
    """A connection in printable texts."""

    cells: Sequence[str]
    holds: Sequence[str]
    refusal: str


def table_lines(rows: Sequence[Connection], out: TextIO) -> Iterator[str]:
    """Yield the lines of a list for `out`: for a person on a terminal, in a file a line for each connection."""
    drawn, columns = [_row(row, out) for row in rows], talking.columns_of(out)
    if columns is None:
        yield "\t".join(FIELDS)
        yield from ("\t".join((*row.cells, "; ".join(row.holds), row.refusal)) for row in drawn)
        return
    begin, end = (talking.WARNING, talking.PLAIN) if talking.has_color(out) else ("", "")
    widths = _widths([HEADINGS, *(row.cells for row in drawn)], columns)
    yield fit(_joined(HEADINGS, widths), columns)
    yield fit(" ".join(f"+{'-' * (width - 2)}+" for width in widths), columns)
    for row in drawn:
        first, *others = _lines(row, widths)
        yield fit(first, columns)
        yield from (f"{begin}{fit(INDENT + line, columns)}{end}" for line in others)


def _row(row: Connection, out: TextIO) -> Row:
    time_s = "" if row.time_s is None else str(row.time_s)
    cells = (str(row.id), row.user, row.host, row.state or "", time_s, row.statement)
    return Row(
        [printable(cell, out) for cell in cells],
        [printable(words, out) for words in holdings(row)],
        printable(row.refusal, out),
    )


def _lines(row: Row, widths: Sequence[int]) -> Iterator[str]:
    """Yield the line of a connection, and what is said below it."""
    yield _joined(row.cells, widths)
    if len(widths) <= INFO and row.cells[INFO]:
        yield row.cells[INFO]
    yield from row.holds
    if row.refusal:
        yield f"cannot be killed: {row.refusal}"


def _widths(rows: Sequence[Sequence[str]], columns: int) -> list[int]:
    """Return how wide each column of the table is; without that of INFO where it has no room beside the others."""
    widths = [max(width_of(row[column]) for row in rows) for column in range(INFO)]
    info = max(width_of(row[INFO]) for row in rows)
    room = columns - INFO  # a blank between each
    least = min(info, LEAST_INFO)
    if sum(_narrowed(widths, 0)) + least > room:
        return _narrowed(widths, room + 1)
    widths = _narrowed(widths, room - least)
    return [*widths, min(info, room - sum(widths))]


def _narrowed(widths: Sequence[int], room: int) -> list[int]:
    """Return the widths with the widest texts narrowed one by one until they have room, or are as narrow as can be."""
    widths = [*widths]
    while sum(widths) > room:
        widest = max(GIVE_WAY, key=lambda column: widths[column])
        if widths[widest] <= NARROWEST:
            break
        widths[widest] -= 1
    return widths


def _joined(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Return the cells side by side, each cut to its width; numbers stand at the right of theirs."""
    found = []
    for column, width in enumerate(widths):
        cell = fit(cells[column], width)
        blanks = " " * (width - width_of(cell))
        found.append(f"{blanks}{cell}" if column in NUMBERS else f"{cell}{blanks}")
    return " ".join(found).rstrip()
