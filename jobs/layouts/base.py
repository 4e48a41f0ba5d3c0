"""What must a jobs table be able to say and do, so that the pages list its jobs and act on them?

DataJoint keeps jobs in tables of more than one layout. Whatever differs between them is in a subclass of Layout:
listing, actions and views call its methods and never ask which layout it is. A new layout is a subclass, and a line in
jobs.layouts.discovery.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.db import DatabaseError
from django.db.models import CharField, Q, Value

from jobs.models import JobQuerySet, QualifiedName
from jobs.snapshots import JobSnapshot, SeenRow
from jobsite.lab.columns import InOneCollation
from jobsite.lab.errors import lacks_privilege
from jobsite.lab.sql import lab_cursor

OPEN_LIMIT_MS = 50
"""How long MySQL waits for a table that is only opened."""

STATUS_INDEX = ("status", "timestamp")
"""The columns an index begins with that finds the newest jobs of a status. DataJoint makes none; a lab may."""
ENUM = re.compile(r"enum\((?:'(?:[^']|'')*'(?:,|\)$))+", re.IGNORECASE)
VALUE = re.compile(r"'((?:[^']|'')*)'")
MOST_STATUSES = 12
"""A table of more statuses is read at once: a question for each costs more."""


@dataclass(frozen=True)
class Column:
    """What information_schema says of a column, in lower case."""

    data_type: str
    privileges: str
    key: str
    collation: str = ""
    """Of a text; '' of anything else."""
    full_type: str = ""
    """Such as varchar(255), with its letters as they are."""
    is_nullable: bool = True

    @property
    def values(self) -> tuple[str, ...]:
        """What the column may hold when it is an enum that always holds something, '' among it; else nothing.

        The server stores '' for a value that an enum does not know, unless it is strict (MySQL manual, "The ENUM
        Type").
        """
        if not ENUM.fullmatch(self.full_type) or self.is_nullable:
            return ()
        return (*(value.replace("''", "'") for value in VALUE.findall(self.full_type)), "")


class UnreadableTableError(Exception):
    """A table has the name of a jobs table but cannot be read; the message says why, in words that end a sentence."""

    def __init__(self, why: str, *, has_jobs: bool = False) -> None:
        """`has_jobs` says that it may be DataJoint's all the same: the account may not read it."""
        super().__init__(why)
        self.has_jobs = has_jobs


@dataclass(frozen=True)
class Statement:
    """The one statement by which a layout does an action to a chunk of its jobs."""

    send: Callable[[Sequence[SeenRow]], int]
    """Changes the rows that still are as they were seen, and returns how many they were."""
    privilege: str
    """What the account needs on the jobs table."""
    keeps_rows: bool = False
    """Whether the rows still stand there when it is done."""


class Layout(ABC):
    """One jobs table of a schema: its jobs as rows of jobs.models.Job, and what can be done to them."""

    pattern: ClassVar[str]
    """The tables of this layout, as LIKE takes it; a name without a wildcard is looked up more quickly."""
    missing: Sequence[str] = ()
    """The columns of jobs.formats.jobs_columns that it lacks: NULL stands for them in every row."""
    index: ClassVar[Sequence[str]] = ()
    """The columns of an index by which lists of a large table are quick, where DataJoint makes none."""

    def __init__(self, table: QualifiedName) -> None:
        """`table` was found by jobs.layouts.discovery."""
        self.table = table
        self.columns: Mapping[str, Column] = {}
        self.has_status_index = False

    def describe(self, columns: Mapping[str, Column], indexes: Collection[tuple[str, ...]]) -> None:
        """Take down what information_schema says: by it the quickest way to read the rows is chosen."""
        self.columns = columns
        self.has_status_index = any(index[: len(STATUS_INDEX)] == STATUS_INDEX for index in indexes)

    @property
    def shape(self) -> Hashable:
        """What decides, beside the table's name, how its rows are read: tables of one shape differ by name alone."""
        return self.table

    def at(self, table: QualifiedName) -> "Layout":
        """Return the layout of another table of this shape."""
        raise NotImplementedError(f"{type(self).__name__} has a shape for each table.")

    def column(self, name: str) -> Column | None:
        """Return what is known of the column that a column of Job is read from as it is; None for an expression."""
        return None

    @property
    def statuses(self) -> Sequence[str]:
        """The statuses that its index tells apart, so that each can be read by itself; none where it cannot."""
        column = self.column("status") if self.has_status_index else None
        return column.values if column and len(column.values) <= MOST_STATUSES else ()

    @classmethod
    @abstractmethod
    def is_named(cls, name: str) -> bool:
        """Say whether a table of this name has this layout."""

    @classmethod
    @abstractmethod
    def from_columns(cls, table: QualifiedName, columns: Mapping[str, Column]) -> "Layout":
        """Return the layout of a table with these columns. Raises UnreadableTableError when it cannot be read."""

    @property
    def schema(self) -> str:
        """The schema it stands in."""
        return self.table.schema

    @property
    @abstractmethod
    def statements(self) -> Mapping[str, Statement]:
        """How each action that its jobs can take is done to them, by the action's verb."""

    def supports(self, verb: str) -> bool:
        """Say whether its jobs can take the action called `verb`: asked before a button is drawn."""
        return verb in self.statements

    def add_ignored(self, table_name: str, key_hash: str, key_blob: bytes) -> None:
        """Write that a key without a row is ignored; `key_blob` is the key as DataJoint packs it.

        Raises DatabaseError, of the kind DUPLICATE when the key has a row by now.
        """
        raise NotImplementedError(f"No row is written into a table of {type(self).__name__}.")

    @abstractmethod
    def rows(self) -> JobQuerySet:
        """Return its jobs, without their `schema` and `jobs_table`."""

    def jobs(self) -> JobQuerySet:
        """Return its jobs for a UNION, each with the schema and the jobs table that it stands in."""
        names = {"schema": self.table.schema, "jobs_table": self.table.name}
        # By name, because the type checker takes Job.schema, which this fills, for a column of its own.
        return self.rows().annotate(
            **{name: InOneCollation(Value(value, output_field=CharField())) for name, value in names.items()}
        )

    def passed_jobs(self, table_name: str) -> JobQuerySet | None:
        """Return the jobs of a table whose keys passed, with host, user and time; None where success leaves no row."""
        return None

    def keys(self, seen: Collection[JobSnapshot | SeenRow]) -> Q:
        """Return the condition on `rows` that they stand under the primary keys of these; none match none."""
        found = Q(pk__in=[])
        for one in seen:
            found |= Q(table_name=one.table_name, key_hash=one.key_hash)
        return found

    def count(self, seen: Sequence[SeenRow]) -> int:
        """Return how many rows stand now under the primary keys of these, changed or not."""
        return self.rows().filter(self.keys(seen)).count()

    def may_delete(self) -> bool:
        """Say whether the site's account may delete its jobs.

        Explaining a statement takes the privileges of running it (MySQL manual, "EXPLAIN Statement"), and runs nothing.
        """
        with lab_cursor() as cursor:
            try:
                cursor.execute(f"EXPLAIN DELETE FROM {self.table.quoted} WHERE FALSE")  # noqa: S608  a name found by discovery
            except DatabaseError as error:
                if not lacks_privilege(error):
                    raise
                return False
        return True
