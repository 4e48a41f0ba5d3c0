"""Which jobs tables can be read just now? One that cannot is left out and named, and the others are read.

All are asked at once, as long as nothing is wrong. Only when the server answers with an error are they tried one by
one: first without waiting, because a lock on one table would be waited for again with each; then with the very question
that failed, because some tables break only when their rows are read (one without its tablespace, or a crashed one).
"""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, TypeVar

from django.db import DatabaseError

from jobs.layouts.discovery import OPEN_LIMIT_MS, Unreadable, find_layouts
from jobs.models import JOBS_TABLE, Job, JobQuerySet
from jobsite.lab.errors import concerns_one_table, is_lock
from jobsite.lab.explanations import why_not_read
from jobsite.lab.identifiers import identifier
from jobsite.lab.locks import Holder, who_holds
from jobsite.lab.session import at_once
from jobsite.lab.sql import lab_cursor

LOOKING_LIMIT_S = 0.8
"""All looking for what cannot be read, on one page: after it, the rest is left out unlooked at."""
TRIES = 4
MOST_LOCK_WAITS = 2
"""Tables that are waited for when rows are deleted: a lock on the whole server would be waited for with each."""
HOLDERS_NAMED = 3

# Nothing is read, so only a lock can keep it. MAX_EXECUTION_TIME: MySQL cannot be told not to wait for one.
OPEN_SQL = "SELECT /*+ MAX_EXECUTION_TIME({limit_ms}) */ 1 FROM {table} LIMIT 0"

UNLOOKED = "others kept this page waiting, and it was not looked at: load the page again"
NOT_READ_BEFORE = "they could not be read when you were asked"
ROWS_LOCKED = "its jobs table, or some of these rows, are locked"
UNTRIED = "others kept this page waiting, and it was not tried: clear them again"
OPENED_AGAIN = "it could not be opened a moment ago: load the page again"

Answer = TypeVar("Answer")
Cause: TypeAlias = "DatabaseError | str"
Question = Callable[[Sequence[str]], Answer]


@dataclass(frozen=True)
class LeftOut(Unreadable):
    """A jobs table that is not read; `holders` have the lock on it, as far as the server tells."""

    holders: tuple[Holder, ...] = ()
    has_jobs: bool = True
    """Whether it is DataJoint's, so that the jobs in it are missed; False for a table of another shape."""

    @property
    def named(self) -> tuple[Holder, ...]:
        """The holders that a sentence has room for."""
        return self.holders[:HOLDERS_NAMED]

    @property
    def more(self) -> int:
        """How many holders it has no room for."""
        return max(0, len(self.holders) - HOLDERS_NAMED)

    @property
    def in_words(self) -> str:
        """Why, and who holds it, in words that end a sentence."""
        named = [f"{holder.role} {holder}" for holder in self.named]
        return ", ".join([self.why, *named, *([f"and by {self.more} more"] if self.more else [])])


class Reading:
    """The jobs tables as one page reads them: what fails once is left out for the rest of the page."""

    def __init__(
        self,
        schemas: Iterable[str],
        unreadable: Iterable[Unreadable] = (),
        older: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """`schemas` have a jobs table, `unreadable` ones another of that name; `older` as in Layouts."""
        self.found = tuple(schemas)
        self.older = older or {}
        self.left_out = {table.schema: LeftOut(table.schema, table.why, has_jobs=False) for table in unreadable}
        self.waits_left = MOST_LOCK_WAITS
        self._give_up: float | None = None

    @classmethod
    def begin(cls) -> "Reading":
        """Look which jobs tables there are; what the server itself could not open is left out from the start."""
        layouts = find_layouts()
        reading = cls(layouts.schemas, layouts.unreadable, layouts.older)
        if layouts.unopened:
            reading._leave_out(dict.fromkeys(layouts.unopened, OPENED_AGAIN) | reading._closed(layouts.unopened))
        return reading

    @property
    def schemas(self) -> tuple[str, ...]:
        """Those that can be read, as far as is known by now."""
        return tuple(schema for schema in self.found if schema not in self.left_out)

    @property
    def unreadable(self) -> list[LeftOut]:
        """Those left out, for whatever reason, by name."""
        return sorted(self.left_out.values(), key=lambda table: table.schema)

    def jobs_of(self, schema: str) -> JobQuerySet:
        """Return the jobs of a schema, also of one whose table lacks columns of today: NULL stands for them."""
        return Job.objects.in_schema(schema, self.older.get(schema))

    def keeps_time(self, schema: str) -> bool:
        """Say whether the schema's jobs have a timestamp."""
        return schema not in self.older or bool(self.older[schema]["timestamp"])

    def misses(self, schema: str = "") -> bool:
        """Say whether jobs of `schema`, or for '' of any, were not read: a number of jobs is the least then."""
        return any(table.has_jobs and schema in ("", table.schema) for table in self.left_out.values())

    def set_aside(self, schemas: Iterable[str], why: str = NOT_READ_BEFORE) -> None:
        """Leave out what could not be read when a page said what it would do, although it may be readable by now."""
        self._leave_out({schema: why for schema in schemas if schema in self.schemas})

    def ask(self, question: Question[Answer], among: Collection[str] | None = None) -> Answer:
        """Return what `question` answers about the schemas that can be read, of all or of those `among` them.

        A question takes any number of schemas, none too, and reads to its end. Raises DatabaseError when the server as
        a whole refuses, or when no table by itself is to blame.
        """
        for tries_left in reversed(range(TRIES)):
            asked = [schema for schema in self.schemas if among is None or schema in among]
            try:
                return question(asked)
            except DatabaseError as error:
                if not tries_left or not self._leave_out_the_cause(error, question, asked):
                    raise
        raise AssertionError("The last try returns or raises.")

    def leave_out(self, schema: str, error: DatabaseError) -> LeftOut:
        """Leave out a schema whose rows could not be deleted, and return why."""
        self._leave_out({schema: error})
        if is_lock(error):
            self.waits_left -= 1
            self.left_out[schema] = replace(self.left_out[schema], why=ROWS_LOCKED)
        return self.left_out[schema]

    def _leave_out_the_cause(self, error: DatabaseError, question: Question[Any], asked: Sequence[str]) -> bool:
        """Return whether asking again makes sense: a lock may be given up while it is looked for."""
        if not concerns_one_table(error):
            return False
        causes = self._closed(asked)
        if not causes and not is_lock(error):
            causes = dict(self._failing(question, asked))
        self._leave_out(causes)
        return bool(causes) or is_lock(error)

    def _closed(self, schemas: Iterable[str]) -> dict[str, Cause]:
        """Return which tables cannot even be opened, without waiting for a lock."""
        causes: dict[str, Cause] = {}
        with lab_cursor() as cursor:
            for schema in schemas:
                try:
                    if self._is_late():
                        causes[schema] = UNLOOKED
                    else:
                        table = identifier(schema, JOBS_TABLE)
                        cursor.execute(at_once(OPEN_SQL.format(limit_ms=OPEN_LIMIT_MS, table=table)))
                except DatabaseError as error:
                    if not concerns_one_table(error) and not is_lock(error):
                        raise
                    causes[schema] = error
        return causes

    def _failing(self, question: Question[Any], schemas: Sequence[str]) -> Iterator[tuple[str, Cause]]:
        """Yield the schemas about which the question fails, found by halves."""
        if self._is_late():
            yield from ((schema, UNLOOKED) for schema in schemas)
            return
        try:
            question(schemas)
        except DatabaseError as error:
            if not concerns_one_table(error):
                raise
            if len(schemas) == 1:
                yield schemas[0], error
            else:
                middle = len(schemas) // 2
                yield from self._failing(question, schemas[:middle])
                yield from self._failing(question, schemas[middle:])

    def _is_late(self) -> bool:
        now = time.monotonic()
        self._give_up = self._give_up or now + LOOKING_LIMIT_S
        return now > self._give_up

    def _leave_out(self, causes: Mapping[str, Cause]) -> None:
        locked = [schema for schema, cause in causes.items() if isinstance(cause, DatabaseError) and is_lock(cause)]
        holders = who_holds(JOBS_TABLE, locked) if locked else {}
        for schema, cause in causes.items():
            why = cause if isinstance(cause, str) else why_not_read(cause)
            self.left_out[schema] = LeftOut(schema, why, holders.get(schema, ()))
