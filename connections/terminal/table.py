"""How do the connections stand in a terminal of so many columns, and how in a file? With the columns of dj.kill."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from connections.models import Connection
from connections.terminal.listing import holdings
from jobsite.fitting import columns_of, fit
from jobsite.screen import Screen, Style

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


def write_table(rows: Sequence[Connection], screen: Screen) -> None:
    """Write the connections below a heading: for a person, or in a file for a program, one line each."""
    drawn = [_row(row, screen) for row in rows]
    if screen.columns is None:
        for fields in (FIELDS, *((*row.cells, "; ".join(row.holds), row.refusal) for row in drawn)):
            screen.line("\t".join(fields))
        return
    widths = _widths([HEADINGS, *(row.cells for row in drawn)], screen.columns)
    screen.line(_joined(HEADINGS, widths), Style.BOLD)
    screen.line(" ".join(f"+{'-' * (width - 2)}+" for width in widths), Style.BOLD)
    for row in drawn:
        _write_row(row, widths, screen)


def _row(row: Connection, screen: Screen) -> Row:
    time_s = "" if row.time_s is None else str(row.time_s)
    cells = (str(row.id), row.user, row.host, row.state or "", time_s, row.statement)
    return Row(
        [screen.printable(cell) for cell in cells],
        [screen.printable(words) for words in holdings(row)],
        screen.printable(row.refusal),
    )


def _write_row(row: Row, widths: Sequence[int], screen: Screen) -> None:
    screen.line(_joined(row.cells, widths))
    if len(widths) <= INFO and row.cells[INFO]:
        screen.line(f"{INDENT}{row.cells[INFO]}")
    for words in row.holds:
        screen.line(f"{INDENT}{words}", Style.WARNING)
    if row.refusal:
        screen.line(f"{INDENT}cannot be killed: {row.refusal}", Style.FAINT)


def _widths(rows: Sequence[Sequence[str]], columns: int) -> list[int]:
    """Return how wide each column of the table is; without that of INFO where it has no room beside the others."""
    widths = [max(columns_of(row[column]) for row in rows) for column in range(INFO)]
    info = max(columns_of(row[INFO]) for row in rows)
    least = _narrowed(widths, 0)
    beside = columns - sum(least) - len(HEADINGS) + 1
    if beside >= min(info, LEAST_INFO):
        widths = _narrowed(widths, columns - len(HEADINGS) + 1 - min(info, LEAST_INFO))
        return [*widths, min(info, columns - sum(widths) - len(HEADINGS) + 1)]
    return _narrowed(widths, columns - INFO + 1)


def _narrowed(widths: Iterable[int], room: int) -> list[int]:
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
        blanks = " " * (width - columns_of(cell))
        found.append(f"{blanks}{cell}" if column in NUMBERS else f"{cell}{blanks}")
    return " ".join(found).rstrip()
