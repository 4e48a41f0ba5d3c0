"""More rows than memory should hold, sorted: by SQLite, in a file that nobody else sees and that is gone afterwards."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any

MAKE = "CREATE TABLE rows ({})"
ADD = "INSERT INTO rows VALUES ({})"
SORTED = "SELECT * FROM rows ORDER BY {}"
IN_A_FILE = ""
"""A database without a name lies in a file for temporary ones (SQLite, "Temporary Databases")."""


def sorted_on_disk(
    rows: Iterable[Sequence[Any]], columns: int, *, by: int, down: bool
) -> Iterator[tuple[int | float | str | bytes | None, ...]]:
    """Yield the rows, of so many `columns`, sorted by the first of them; `down` makes all of these descend.

    NULL is least; texts are the same in capitals and small letters of ASCII. Nothing is yielded before all rows are
    there. Raises sqlite3.Error where the disk is full.
    """
    names = [f"c{number}" for number in range(columns)]
    with closing(sqlite3.connect(IN_A_FILE, isolation_level=None, check_same_thread=False)) as file:
        file.execute("PRAGMA journal_mode = OFF")
        file.execute(MAKE.format(", ".join(f"{name} COLLATE NOCASE" for name in names)))
        file.execute("BEGIN")
        file.executemany(ADD.format(", ".join("?" * columns)), rows)
        file.execute("COMMIT")
        yield from file.execute(SORTED.format(", ".join(f"{name} {'DESC' if down else 'ASC'}" for name in names[:by])))
