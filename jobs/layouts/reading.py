"""Which jobs tables can be read just now? One that cannot is left out and named, and the others are read.

All are asked at once, as long as nothing is wrong. Only when the server answers with an error is the cause looked for.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import DatabaseError

from jobs.layouts.base import Layout
from jobs.layouts.causes import Answer, Cause, CauseSearch, Question
from jobs.layouts.discovery import NewerTables, Unreadable, job_tables
from jobs.models import QualifiedName
from jobsite.lab.deadline import part
from jobsite.lab.errors import concerns_one_table, is_late, is_lock
from jobsite.lab.explanations import why_not_read
from jobsite.lab.locks import LockHolder, who_holds
from jobsite.lab.parts import Parts

TRIES = 4
MOST_LOCK_WAITS = 2
"""Tables that are waited for when rows are deleted: a lock on the whole server would be waited for with each."""
HOLDERS_NAMED = 3

ROWS_LOCKED = "its jobs table or some of these rows are locked"
HOLDERS_LATE = "and who holds it could not be read in time"
OPENED_AGAIN = "it could not be opened a moment ago: load the page again"


@dataclass(frozen=True)
class LeftOut(Unreadable):
    """A jobs table that is not read; `holders` have the lock on it, as far as the server tells."""

    holders: tuple[LockHolder, ...] = ()
    grant: str = ""
    """The GRANT without which its jobs are left alone."""

    @property
    def named(self) -> tuple[LockHolder, ...]:
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
        grants = [self.grant.removesuffix(";")] if self.grant else []  # a sentence goes on, or ends, after it
        return ", ".join([self.why, *grants, *named, *([f"and by {self.more} more"] if self.more else [])])


class Reading:
    """The jobs tables as one page reads them: what fails once is left out for the rest of the page."""

    def __init__(
        self,
        layouts: Iterable[Layout],
        unreadable: Iterable[Unreadable] = (),
        newer: NewerTables = NewerTables(),  # noqa: B008  it is frozen
    ) -> None:
        """`layouts` are the jobs tables; `unreadable` are others that have the name of one; `newer` are not shown."""
        self.newer = newer
        self.found = tuple(layouts)
        self.left_out = {one.table: LeftOut(one.table, one.why, one.has_jobs) for one in unreadable}
        self.waits_left = MOST_LOCK_WAITS
        self._search = CauseSearch()

    @classmethod
    @part()
    def begin(cls, left_out: Iterable[LeftOut] = ()) -> "Reading":
        """Look which jobs tables there are; what the server itself could not open is left out from the start.

        So is what another reading has `left_out` a moment ago, without a second look.
        """
        tables = job_tables()
        reading = cls(tables.layouts, tables.unreadable, tables.newer)
        reading.left_out |= {one.table: one for one in left_out}
        if unopened := [table for table in tables.unopened if table not in reading.left_out]:
            closed = reading._search.closed(unopened)
            reading._leave_out({table: closed.get(table, OPENED_AGAIN) for table in unopened})
        return reading

    @property
    def layouts(self) -> tuple[Layout, ...]:
        """Those that can be read, as far as is known by now."""
        return tuple(layout for layout in self.found if layout.table not in self.left_out)

    def layout_of(self, table: QualifiedName) -> Layout | None:
        """Return the layout of a jobs table; None when there is none of this name, or it cannot be read."""
        return next((layout for layout in self.layouts if layout.table == table), None)

    def layouts_in(self, schema: str) -> list[Layout]:
        """Return those of one schema that can be read, or of all schemas for ''."""
        return [layout for layout in self.layouts if schema in ("", layout.schema)]

    @property
    def schemas(self) -> list[str]:
        """The schemas of those that can be read."""
        return sorted({layout.schema for layout in self.layouts})

    @property
    def all_schemas(self) -> list[str]:
        """The schemas of all, also of those that cannot be read."""
        return sorted({*(layout.schema for layout in self.found), *(table.schema for table in self.left_out)})

    @property
    def unreadable(self) -> list[LeftOut]:
        """Those left out, for whatever reason, by name."""
        return [self.left_out[table] for table in sorted(self.left_out)]

    def left_out_in(self, schema: str) -> LeftOut | None:
        """Return what is left out of a schema, the first where there are several."""
        return next((one for one in self.unreadable if one.schema == schema), None)

    def misses(self, schema: str = "") -> bool:
        """Say whether jobs of `schema`, or for '' of any, were not read: a number of jobs is the least then."""
        has_newer = schema in self.newer.by_schema if schema else bool(self.newer)
        return has_newer or any(one.has_jobs and schema in ("", one.schema) for one in self.left_out.values())

    def set_aside_ungranted(self, grants: Mapping[QualifiedName, str], why: str) -> None:
        """Leave out tables that could be read, because each needs its GRANT."""
        for layout in self.layouts:
            if layout.table in grants:
                left_out = LeftOut(layout.table, why, has_jobs=True, grant=grants[layout.table])
                self.left_out[layout.table] = left_out

    def set_aside(self, tables: Collection[QualifiedName], why: str) -> None:
        """Leave out tables that could be read, for a reason of the caller's."""
        self._leave_out({layout.table: why for layout in self.layouts if layout.table in tables})

    @part()
    def ask(self, question: Question[Answer], among: Collection[Layout] | None = None) -> Answer:
        """Return what `question` answers about the tables that can be read, of all or of those `among` them.

        A question takes any number of layouts, none too, and reads to its end. Raises DatabaseError when the server as
        a whole refuses, or when no table by itself is to blame.
        """
        for tries_left in reversed(range(TRIES)):
            asked = [layout for layout in self.layouts if among is None or layout in among]
            try:
                return question(asked)
            except DatabaseError as error:
                if not tries_left or not concerns_one_table(error):
                    raise
                causes = self._search.find(error, question, asked)
                self._leave_out(causes)
                if not causes and not is_lock(error):  # a lock may be given up while it is looked for
                    raise
        raise AssertionError("The last try returns or raises.")

    def leave_out(self, table: QualifiedName, error: DatabaseError) -> LeftOut:
        """Leave out a table whose rows could not be changed, and return why."""
        self._leave_out({table: error})
        if is_lock(error):
            self.waits_left -= 1
            self.left_out[table] = replace(self.left_out[table], why=ROWS_LOCKED)
        return self.left_out[table]

    def _leave_out(self, causes: Mapping[QualifiedName, Cause]) -> None:
        locked = [table for table, cause in causes.items() if isinstance(cause, DatabaseError) and is_lock(cause)]
        parts = Parts()
        holders = parts.read("Who holds them", lambda: _holders_of(locked), {})
        for table, cause in causes.items():
            why = cause if isinstance(cause, str) else why_not_read(cause)
            if table in locked and parts.late:
                why = f"{why}, {HOLDERS_LATE}"
            self.left_out[table] = LeftOut(table, why, has_jobs=True, holders=holders.get(table, ()))


def _holders_of(tables: Sequence[QualifiedName]) -> Mapping[QualifiedName, tuple[LockHolder, ...]]:
    found: dict[QualifiedName, tuple[LockHolder, ...]] = {}
    for name in {table.name for table in tables}:
        try:
            holders = who_holds(name, [table.schema for table in tables if table.name == name])
        except DatabaseError as error:
            if is_late(error):
                raise
            return found  # the page, or what was done, is worth more than a name
        found |= {QualifiedName(schema, name): who for schema, who in holders.items()}
    return found
