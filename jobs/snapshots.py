"""What was seen of a job: its primary key, status and timestamp. To these an action binds."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from jobs.formats.jobs_columns import JOBS_TABLE
from jobs.models import Job, QualifiedName
from jobsite.pages.tokens import read_timestamp, read_token, write_token

PARTS = 6


class SeenRow(NamedTuple):
    """One row of a known jobs table, as the guard of a statement names it; a chunk has a thousand."""

    table_name: str
    key_hash: str
    status: str
    timestamp: str | None
    """In UTC, as the server writes it: `2026-01-02 03:04:05`, with a fraction where the column keeps one."""

    @property
    def key(self) -> tuple[str, str]:
        """Its primary key: table_name and key_hash."""
        return self[:2]


@dataclass(frozen=True)
class JobSnapshot:
    """One row of a jobs table as it was when a page showed it."""

    schema: str
    table_name: str
    key_hash: str
    status: str
    timestamp: datetime | None
    jobs_table: str = JOBS_TABLE

    @classmethod
    def of(cls, job: Job) -> "JobSnapshot":
        """Return what a page shows of `job`."""
        return cls(job.schema, job.table_name, job.key_hash, job.status, job.timestamp, job.jobs_table)

    @classmethod
    def read(cls, token: str) -> "JobSnapshot":
        """Return what a form sent back. Raises ValueError when it is no token."""
        schema, jobs_table, table_name, key_hash, status, when = read_token(token, PARTS)
        return cls(schema, table_name, key_hash, status, read_timestamp(when) if when else None, jobs_table)

    @property
    def stored_in(self) -> QualifiedName:
        """The jobs table it is a row of."""
        return QualifiedName(self.schema, self.jobs_table)

    @property
    def key(self) -> tuple[str, str]:
        """Its primary key: table_name and key_hash."""
        return self.table_name, self.key_hash

    @property
    def row(self) -> SeenRow:
        """The same for a statement on its jobs table."""
        when = self.timestamp.isoformat(" ").removesuffix("+00:00") if self.timestamp else None
        return SeenRow(self.table_name, self.key_hash, self.status, when)

    @property
    def token(self) -> str:
        """The same as text, for a form. It needs no signature: the guard compares it with the row."""
        when = self.timestamp.isoformat() if self.timestamp else ""
        return write_token(self.schema, self.jobs_table, self.table_name, self.key_hash, self.status, when)
