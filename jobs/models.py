"""A job of DataJoint's, as an unmanaged model: a row of a schema-wide jobs table (DataJoint 0.14.10, jobs.py).

One class reads the jobs tables of every schema: `Job.objects.in_table(name)`. jobs.layouts knows which there are, and
reads those of another layout as if they had these columns. Rows are deleted there, for jobs.actions alone.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.datastructures import BaseTable

from jobs.formats.jobs_columns import JOBS_TABLE
from jobs.formats.key import Key, read_fields, read_key
from jobs.formats.table_name import class_name
from jobs.liveness import Account, Liveness, account_of
from jobsite.lab.columns import LabBlob, LabText
from jobsite.lab.identifiers import identifier, quoted
from jobsite.lab.models import LabModel, LabQuerySet
from jobsite.masking.text import masked

ROWS = "SELECT {columns} FROM {table}"
KEY_LIMIT = 65_536
"""Bytes of a key that are read: all that DataJoint's `blob` column can hold."""
STACK_LIMIT = 4_194_304
"""Bytes of a packed stack that are read."""


class QualifiedName(NamedTuple):
    """A jobs table by its full name."""

    schema: str
    name: str

    @property
    def quoted(self) -> str:
        """The name as SQL has it without parameters."""
        return identifier(self.schema, self.name)


class DerivedTable(BaseTable):
    """A table of other columns, read as if it had those of Job."""

    def __init__(self, table: str, columns: Mapping[str, str]) -> None:
        """`table` is quoted; `columns` says by which expression of SQL each column is read."""
        super().__init__(quoted(JOBS_TABLE), None)
        self.table = table
        self.columns = columns

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[str | int, ...]]:
        """Return it as a derived table, which both families of servers merge into the query around it."""
        columns = [f"{expression} AS {quoted(name)}" for name, expression in self.columns.items()]
        rows = ROWS.format(columns=", ".join(columns), table=self.table)
        return f"({rows}) {quoted(JOBS_TABLE)}", ()


class JobQuerySet(LabQuerySet["Job"]):
    """Rows of one jobs table."""

    def in_table(self, name: QualifiedName, columns: Mapping[str, str] | None = None) -> "JobQuerySet":
        """Return the jobs of a table found by jobs.layouts.discovery.

        `columns` gives the expression of SQL by which each column of Job is read; without, the columns themselves are.
        """
        table = quoted(*name)
        return self.from_table(DerivedTable(table, columns) if columns else table)


class Job(LabModel):
    """One row of a jobs table: a key that is reserved, has failed or is ignored. No row: not started, or done.

    `schema` and `jobs_table` are no columns: jobs.layouts annotates them. jobs.listing.marking sets `liveness` and why.
    The error stack is read only by a job's own page.
    """

    pk = models.CompositePrimaryKey("table_name", "key_hash")
    table_name = LabText(limit=255)
    key_hash = LabText(limit=32)
    status = LabText(limit=16)
    key_blob = LabBlob(db_column="key", limit=KEY_LIMIT, null=True)
    error_message = LabText(limit=2047)
    error_stack = LabBlob(limit=STACK_LIMIT, null=True)
    user = LabText(limit=255)
    host = LabText(limit=255)
    pid = models.PositiveIntegerField(null=True)
    connection_id = models.PositiveBigIntegerField(null=True)
    timestamp = models.DateTimeField(null=True)

    schema: str
    jobs_table: str
    liveness: Liveness | None = None
    liveness_reason: str = ""

    objects = JobQuerySet.as_manager()

    written_by = "Jobs are written by their workers, and changed by jobs.actions, guarded by what was seen."

    class Meta(LabModel.Meta):
        db_table = quoted(JOBS_TABLE)
        permissions = (
            ("clear_job", "Can clear jobs"),
            ("ignore_job", "Can ignore jobs and un-ignore them"),
            ("release_job", "Can release the reservations of workers that are gone"),
        )

    def __str__(self) -> str:
        """Return the job as people name it: its table and key."""
        return f"{self.table}({self.key})"

    @property
    def stored_in(self) -> QualifiedName:
        """The jobs table it is a row of."""
        return QualifiedName(self.schema, self.jobs_table)

    @cached_property
    def key(self) -> Key:
        """The key, decoded within bounds; it says itself why when it cannot be."""
        return read_key(bytes(self.key_blob) if self.key_blob is not None else None)

    @property
    def fields(self) -> Mapping[str, object]:
        """The names and values in the key alone, to look through many; {} when it cannot be read."""
        return read_fields(bytes(self.key_blob) if self.key_blob is not None else None)

    @property
    def table(self) -> str:
        """The table as its class is named: `__spike_sorting` -> SpikeSorting."""
        return class_name(self.table_name)

    @cached_property
    def message(self) -> str:
        """The error message as everybody may read it: without its secrets."""
        return masked(self.error_message)

    @property
    def message_line(self) -> str:
        """The first line of the error message, without its secrets."""
        return self.message.strip().partition("\n")[0]

    @property
    def account(self) -> Account:
        """User and client, from SQL's USER() at the time of the reservation."""
        return account_of(self.user)

    def age_s(self, now: datetime) -> float | None:
        """Return the seconds since the row's timestamp; None when it has none."""
        return None if self.timestamp is None else (now - self.timestamp).total_seconds()
