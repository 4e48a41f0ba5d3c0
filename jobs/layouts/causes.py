"""Which jobs tables keep a question from being answered?

They are tried one by one: first without waiting, because a lock on one table would be waited for again with each; then
with the very question that failed, because some tables break only when their rows are read (one without its tablespace,
or a crashed one).
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from django.db import DatabaseError

from jobs.layouts.base import OPEN_LIMIT_MS, Layout
from jobs.models import QualifiedName
from jobsite.lab.errors import concerns_one_table, is_lock
from jobsite.lab.session import without_waiting
from jobsite.lab.sql import lab_cursor

LOOKING_LIMIT_S = 0.8
"""All looking for what cannot be read, on one page: after it, the rest is left out unlooked at."""
UNLOOKED = "its jobs table was not read, because other jobs tables took too long: load the page again"

# Nothing is read, so only a lock can keep it. MAX_EXECUTION_TIME: MySQL cannot be told not to wait for one.
OPEN_SQL = "SELECT /*+ MAX_EXECUTION_TIME({limit_ms}) */ 1 FROM {table} LIMIT 0"

Answer = TypeVar("Answer")
Cause: TypeAlias = "DatabaseError | str"
Question = Callable[[Sequence[Layout]], Answer]


class CauseSearch:
    """The looking for what cannot be read, on one page."""

    def __init__(self) -> None:
        """The time begins with the first look."""
        self._give_up: float | None = None

    def find(
        self, error: DatabaseError, question: Question[Any], layouts: Sequence[Layout]
    ) -> Mapping[QualifiedName, Cause]:
        """Return which tables made `question` fail with `error`, and how; none when a lock was given up meanwhile."""
        causes = self.closed(layout.table for layout in layouts)
        return causes if causes or is_lock(error) else dict(self._failing(question, layouts))

    def closed(self, tables: Iterable[QualifiedName]) -> Mapping[QualifiedName, Cause]:
        """Return which tables cannot even be opened, without waiting for a lock."""
        causes: dict[QualifiedName, Cause] = {}
        with lab_cursor() as cursor:
            for table in tables:
                try:
                    if self._is_late():
                        causes[table] = UNLOOKED
                    else:
                        cursor.execute(without_waiting(OPEN_SQL.format(limit_ms=OPEN_LIMIT_MS, table=table.quoted)))
                except DatabaseError as error:
                    if not concerns_one_table(error) and not is_lock(error):
                        raise
                    causes[table] = error
        return causes

    def _failing(self, question: Question[Any], layouts: Sequence[Layout]) -> Iterator[tuple[QualifiedName, Cause]]:
        """Yield the tables about which the question fails, found by halves."""
        if self._is_late():
            yield from ((layout.table, UNLOOKED) for layout in layouts)
            return
        try:
            question(layouts)
        except DatabaseError as error:
            if not concerns_one_table(error):
                raise
            if len(layouts) == 1:
                yield layouts[0].table, error
            else:
                middle = len(layouts) // 2
                yield from self._failing(question, layouts[:middle])
                yield from self._failing(question, layouts[middle:])

    def _is_late(self) -> bool:
        now = time.monotonic()
        self._give_up = self._give_up or now + LOOKING_LIMIT_S
        return now > self._give_up
