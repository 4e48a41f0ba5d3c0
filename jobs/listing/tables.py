"""The listing of jobs: which columns there are. Nothing here queries."""

from collections.abc import Collection, Sequence
from datetime import datetime

from jobs.listing.filters import JobFilter
from jobs.models import Job, QualifiedName
from jobsite.pages.tables import ListingTable, column


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
        super().__init__(rows, selectable=bool(tables), order_by=chosen.sort)
        self.columns["message"].column.orderable = chosen.reads_stored
        self.now, self.query, self.tables = now, query, tables
        self.drawn_for = (reading, query, frozenset(tables)) if reading else None
