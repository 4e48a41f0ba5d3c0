"""What did a person see when they chose a job? The row's primary key, status and timestamp: what an action binds to."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, unquote

from jobs.models import Job
from jobsite.pages.tokens import read_moment

PARTS = 5


@dataclass(frozen=True)
class SeenJob:
    """One row of a jobs table as it was when a page showed it."""

    schema: str
    table_name: str
    key_hash: str
    status: str
    timestamp: datetime | None

    @classmethod
    def of(cls, job: Job) -> "SeenJob":
        """Return what a page shows of `job`."""
        return cls(job.schema, job.table_name, job.key_hash, job.status, job.timestamp)

    @classmethod
    def read(cls, token: str) -> "SeenJob":
        """Return what a form sent back. Raises ValueError when it is no token."""
        parts = [unquote(part) for part in token.split("|")]
        if len(parts) != PARTS:
            raise ValueError("This is not a job that a page showed: go back to the list and choose again.")
        schema, table_name, key_hash, status, when = parts
        return cls(schema, table_name, key_hash, status, read_moment(when) if when else None)

    @property
    def token(self) -> str:
        """The same as text, for a form. It needs no signature: the guard compares it with the row."""
        when = self.timestamp.isoformat() if self.timestamp else ""
        return "|".join(
            quote(part, safe="") for part in (self.schema, self.table_name, self.key_hash, self.status, when)
        )
