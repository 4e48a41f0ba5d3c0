"""The listing of jobs: which columns there are. Nothing here queries."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from jobs.listing.filters import JobFilter
from jobs.listing.key_columns import fits, key_columns
from jobs.models import Job, QualifiedName
from jobsite.pages.tables import ListingTable, column

BEHIND_KEY = 5
"""The place of the columns of a key's attributes. The whole key keeps its own: a window shows what it has room for."""


class JobTable(ListingTable):
    """Jobs of every schema; `now` is the server's time, which ages count from."""

    rows_template = "jobs/_job_rows.html"
    status = column("Status", "state")
    age = column("Age", "age")
    table = column("Table", "table")
    key = column("Key", "key", orderable=False)
    message = column("Message", "message")
    user = column("Worker", "worker")
    connection = column("Connection", "connection")

    class Meta(ListingTable.Meta):
        sequence = ("selection", "status", "age", "table", "key", "message", "user", "connection")
        attrs = {"class": "listing jobs"}

    def __init__(
        self,
        rows: Sequence[Job],
        chosen: JobFilter,
        *,
        now: datetime,
        query: str,
        tables: Collection[QualifiedName],
        reading: str = "",
    ) -> None:
        """`now` is the server's time; `query` is the list's query string, which a job's page leads back to.

        Jobs of `tables` can be selected. `reading` is the number of the reading that the rows are of.
        """
        self.key_columns = key_columns(job.key for job in rows) if chosen.table else ()
        super().__init__(rows, selectable=bool(tables), order_by=chosen.sort, **self._with_key())
        self.columns["message"].column.orderable = chosen.reads_stored
        self.now, self.query, self.tables = now, query, tables
        self.drawn_for = (reading, query, frozenset(tables)) if reading else None

    def fits(self, job: Job) -> bool:
        """Say whether the key of a job stands in the columns of the chosen table's key."""
        return bool(self.key_columns) and fits(job.key, self.key_columns)

    def _with_key(self) -> Mapping[str, Any]:
        """Return what the base is told of the columns of the chosen table's key."""
        if not self.key_columns:
            return {}
        extra = [
            (f"key_{number}", column(name, f"attribute of-{width}", orderable=False))
            for number, (name, width) in enumerate(self.key_columns)
        ]
        before, after = self.Meta.sequence[:BEHIND_KEY], self.Meta.sequence[BEHIND_KEY:]
        return {
            "extra_columns": extra,
            "sequence": (*before, *(name for name, _ in extra), *after),
            "attrs": {"class": "listing jobs by-key"},
        }
