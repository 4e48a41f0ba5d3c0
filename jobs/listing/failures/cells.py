"""How many failed jobs have which message? Counted by the server, which makes shapes of the messages.

A cell is all failed jobs of one table whose messages have one shape (jobs.tracebacks.shapes). Tables of few jobs are
read many at a time, a large one range by range along its primary key, so that whoever has no more time can stop.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

from jobs.layouts.branches import Branch, Select, union_all
from jobs.layouts.message_shapes import BYTEWISE, letters_off, tails_off
from jobs.layouts.stack_sizes import STACK_SIZE
from jobs.layouts.windows import windows_of
from jobs.models import QualifiedName
from jobsite.lab.identifiers import quoted
from jobsite.lab.sql import lab_cursor

WINDOW_ROWS = 10_000
"""Rows of one range, which takes the server some 50 ms."""
TABLES_AT_ONCE = 50
MOST_CELLS = 20_000
"""Rows of an answer: of more the rest is not looked at."""
HOUR_S, DAY_S, DAYS = 3600, 86_400, 7
WINDOWS = (*(day * DAY_S for day in range(DAYS, 0, -1)), HOUR_S)
"""The ages, in seconds, that part the jobs: seven days, and the last hour."""
NAME_CHARS = 255
ANY_SIZE = f"CAST(1000000000 + {STACK_SIZE} AS CHAR CHARACTER SET utf8mb4)"
"""So many digits that sizes are sorted as texts, below zero, too."""

KEY_HASH = "CONVERT(LEFT(key_hash, 32) USING ascii)"
"""Hexadecimal digits. MySQL 9.7 fails to make utf8mb4 of utf32 in two aggregates of one statement, and takes a number
beside it for utf32."""

SIZE = "SELECT {} AS branch, COUNT(*) FROM (SELECT 1 FROM {} LIMIT {}) AS some"
# The shape's cheap half first, of each row, and the other one of what is left.
CELLS = (
    "SELECT {} AS branch, table_name, {} AS shape, size, `user`, host, age,"
    " SUM(number), MIN(earliest), MAX(latest), COALESCE(MAX(newest), ''), COALESCE(MIN(smallest), ''),"
    " COALESCE(MAX(largest), '')"
    " FROM ({}) AS counted GROUP BY table_name, shape, size, `user`, host, age LIMIT {}"
)
COUNTED = (
    "SELECT {} AS table_name, {} AS words, {} AS size, {} AS `user`, {} AS host,"
    " INTERVAL(UNIX_TIMESTAMP(`timestamp`), {}) AS age,"
    " COUNT(*) AS number, MIN(`timestamp`) AS earliest, MAX(`timestamp`) AS latest,"
    " MAX(CONCAT(COALESCE(CAST(`timestamp` AS CHAR), ''), '|', {key})) AS newest,"
    " MIN(CONCAT({any_size}, '|', {key})) AS smallest, MAX(CONCAT({any_size}, '|', {key})) AS largest"
    " FROM {} GROUP BY 1, 2, 3, 4, 5, 6"
)


class Cell(NamedTuple):
    """All failed jobs of one table whose messages have one shape."""

    stored_in: QualifiedName
    """The jobs table."""
    table_name: str
    shape: str
    size: int | None = None
    """Of those jobs alone whose stacks have this size (jobs.layouts.stack_sizes); None for any."""


class CellCount(NamedTuple):
    """Those jobs of a cell that one user had on one host, of one age."""

    cell: Cell
    user: str
    """As the server stored it, with the address that it came from."""
    host: str
    age: int
    """How many of WINDOWS they are younger than; -1 where no time is stored."""
    number: int
    first: datetime | None
    last: datetime | None
    newest: str
    """The key_hash of the youngest of them."""
    smallest: str = ""
    """The size of the smallest stack among them, `|`, and the key_hash of its job."""
    largest: str = ""

    @property
    def keys(self) -> list[str]:
        """The key_hash of the youngest, and of those with the smallest and the largest stack."""
        return [self.newest, key_in(self.smallest), key_in(self.largest)]


def size_in(picked: str) -> str:
    """Return the size in what is picked as `smallest` or `largest`."""
    return picked.partition("|")[0]


def key_in(picked: str) -> str:
    """Return the key_hash in what is picked."""
    return picked.partition("|")[2]


def sizes_of(branches: Sequence[Branch], most: int) -> list[int]:
    """Return how many rows each branch has, or `most` where it has no fewer."""
    found = dict.fromkeys(range(len(branches)), 0)
    for number, size in _ask([_size(number, branch, most) for number, branch in enumerate(branches)]):
        found[number] = size
    return list(found.values())


def parts_of(branches: Sequence[Branch], sizes: Sequence[int], most: int) -> Iterator[list[Branch]]:
    """Yield all rows of the branches in parts of which each is one statement.

    `sizes` are those of `sizes_of`. The large tables take turns, so that of each something is read soon.
    """
    small = [branch for branch, size in zip(branches, sizes, strict=True) if 0 < size < most]
    for start in range(0, len(small), TABLES_AT_ONCE):
        yield small[start : start + TABLES_AT_ONCE]
    turns = deque(
        windows_of(branch, "", WINDOW_ROWS) for branch, size in zip(branches, sizes, strict=True) if size >= most
    )
    while turns:
        windows = turns.popleft()
        if window := next(windows, None):
            yield [window]
            turns.append(windows)


def count_cells(branches: Sequence[Branch], now: datetime, *, by_size: bool = False) -> list[CellCount]:
    """Return how many rows of the branches each cell has, by user, host and age; at most MOST_CELLS of a branch."""
    asked = [_cells(number, branch, now, STACK_SIZE if by_size else "NULL") for number, branch in enumerate(branches)]
    return [_count(branches[number].table, row) for number, *row in _ask(asked)]


def add_up(found: dict[tuple[object, ...], CellCount], counts: Iterable[CellCount]) -> None:
    """Add counts to those that were found before: one for each cell, user, host and age."""
    for one in counts:
        key = one[:4]
        found[key] = _sum(found[key], one) if key in found else one


def age_of(when: datetime | None, now: datetime) -> int:
    """Return what the server says of a time: how many of WINDOWS it is younger than."""
    if when is None:
        return -1
    return sum(when > now - timedelta(seconds=window_s) for window_s in WINDOWS)


def _sum(one: CellCount, other: CellCount) -> CellCount:
    times = [time for time in (one.first, other.first) if time]
    older, newer = (one, other) if other.last and (one.last is None or other.last > one.last) else (other, one)
    return newer._replace(
        number=older.number + newer.number,
        first=min(times, default=None),
        smallest=min(one.smallest, other.smallest),
        largest=max(one.largest, other.largest),
    )


def _size(number: int, branch: Branch, most: int) -> Select:
    return SIZE.format(number, branch.sql, most), branch.parameters


def _cells(number: int, branch: Branch, now: datetime, size: str) -> Select:
    columns = (BYTEWISE.format(quoted(name), NAME_CHARS) for name in ("table_name", "user", "host"))
    table_name, user, host = (f"COALESCE({column}, '')" for column in columns)
    # Newer than an age is later than a second, which the windows of a list are, too.
    bounds = ", ".join(str(int(now.timestamp()) - window_s + 1) for window_s in WINDOWS)
    words = tails_off("error_message")
    counted = COUNTED.format(table_name, words, size, user, host, bounds, branch.sql, key=KEY_HASH, any_size=ANY_SIZE)
    return CELLS.format(number, letters_off("words"), counted, MOST_CELLS), branch.parameters


def _ask(selects: Sequence[Select]) -> list[tuple[Any, ...]]:
    if not selects:
        return []
    with lab_cursor() as cursor:
        cursor.execute(*union_all(selects))
        return list(cursor.fetchall())


def _count(table: QualifiedName, row: Sequence[Any]) -> CellCount:
    table_name, shape, size, user, host, age, number, first, last, newest, smallest, largest = row
    cell, key_hash = Cell(table, table_name, shape, size), key_in(newest)
    times = _aware(first), _aware(last)
    return CellCount(cell, user, host, int(age), int(number), *times, key_hash, smallest, largest)


def _aware(when: datetime | None) -> datetime | None:
    return when.replace(tzinfo=timezone.utc) if when is not None else None  # the session's
