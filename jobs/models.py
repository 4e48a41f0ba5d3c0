"""DataJoint's schema-wide jobs table, as an unmanaged model (DataJoint 0.14.10, jobs.py).

One class reads the `~jobs` of every schema: `Job.objects.in_schema(name)`. Rows are deleted by jobs.actions alone.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.datastructures import BaseTable

from jobs.formats.key import Key, read_key
from jobs.formats.table_name import class_name
from jobs.liveness import Sign
from jobsite.lab.columns import LabBlob, LabText
from jobsite.lab.identifiers import quoted
from jobsite.lab.models import LabModel, LabQuerySet

JOBS_TABLE = "~jobs"
OLDER_ROWS = "SELECT {columns} FROM {table}"
KEY_LIMIT = 65_536
"""Bytes of a key that are read: all that DataJoint's `blob` column can hold."""
STACK_LIMIT = 4_194_304
"""Bytes of a packed stack that are read."""


class OlderTable(BaseTable):
    """A jobs table that lacks columns of today, read as if they were there and held NULL in every row."""

    def __init__(self, schema: str, columns: Mapping[str, str]) -> None:
        """`columns` says what each column is called in the table, '' when it is missing."""
        super().__init__(quoted(JOBS_TABLE), None)
        self.schema = schema
        self.columns = columns

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[str | int, ...]]:
        """Return it as a derived table, which both families of servers merge into the query around it."""
        columns = [f"{quoted(there) if there else 'NULL'} AS {quoted(name)}" for name, there in self.columns.items()]
        rows = OLDER_ROWS.format(columns=", ".join(columns), table=quoted(self.schema, JOBS_TABLE))
        return f"({rows}) {quoted(JOBS_TABLE)}", ()


class JobQuerySet(LabQuerySet["Job"]):
    """Rows of one schema's jobs table."""

    def in_schema(self, schema: str, columns: Mapping[str, str] | None = None) -> "JobQuerySet":
        """Return the jobs of `schema`, a name found by jobs.layouts.discovery.

        With the `columns` of an older table, it can be read as one of today; without, only what is there be named.
        """
        return self.from_table(OlderTable(schema, columns) if columns else quoted(schema, JOBS_TABLE))

    def delete_rows(self) -> int:
        """Delete the rows in a single statement, and return how many: for jobs.actions alone, which guards each row.

        Django's own delete() would put a transaction around it, which takes three statements more.
        """
        return int(self._raw_delete(self.db))


class Job(LabModel):
    """One row of a `~jobs` table: a key that is reserved, has failed or is ignored. No row: not started, or done.

    `schema` is not a column: jobs.listing.rows annotates it; `sign` is set by jobs.listing.marking. The error stack is
    read only by a job's own page.
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
    sign: Sign | None = None

    objects = JobQuerySet.as_manager()

    written_by = "Jobs are written by their workers, and cleared by jobs.actions.clear, guarded by what was seen."

    class Meta(LabModel.Meta):
        db_table = quoted(JOBS_TABLE)
        permissions = (("clear_job", "Can clear jobs"),)

    def __str__(self) -> str:
        """Return the job as people name it: its table and key."""
        return f"{self.table}({self.key})"

    @cached_property
    def key(self) -> Key:
        """The key, decoded within bounds; it says itself why when it cannot be."""
        return read_key(bytes(self.key_blob) if self.key_blob is not None else None)

    @property
    def table(self) -> str:
        """The table as its class is named: `__spike_sorting` -> SpikeSorting."""
        return class_name(self.table_name)

    @property
    def message_line(self) -> str:
        """The first line of the error message."""
        return str(self.error_message).strip().partition("\n")[0]

    @property
    def account(self) -> tuple[str, str]:
        """User and client, from SQL's USER() at the time of the reservation; MATLAB writes the user alone."""
        user, at, client = self.user.rpartition("@")
        return (user, client) if at else (client, "")

    def age_s(self, now: datetime) -> float | None:
        """Return the seconds since the row's timestamp; None when it has none."""
        return None if self.timestamp is None else (now - self.timestamp).total_seconds()
