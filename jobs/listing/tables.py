"""The listing of jobs: which columns there are. Nothing here queries."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from jobs.listing.filters import JobFilter
from jobs.models import Job, QualifiedName
from jobs.templatetags import job_cells
from jobsite.pages.tables import ListingTable, column
from jobsite.templatetags.times import ago


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

    @property
    def shown_rows(self) -> Iterator[dict[str, object]]:
        """What the cells of each row show, as plain values: a template looks these up quickest."""
        for number, job in enumerate(self.records):
            names = job_cells.names(job)
            yield {
                "parity": "odd" if number % 2 else "even",
                "token": job_cells.token(job) if self.selectable and job.stored_in in self.tables else "",
                "table": job.table,
                "schema": job.schema,
                "key": job.key,
                "status": job.status,
                "liveness": job.liveness,
                "age": ago(job.timestamp, self.now),
                "names": names,
                "path": job_cells.path(names),
                "pairs": job_cells.pairs(job.key),
                "message": job_cells.line(job.message_line),
                "worker": _worker(job),
                "connection": "" if job.connection_id is None else job.connection_id,
            }


def _worker(job: Job) -> str:
    account, host = job.account[0], job.host or "unknown"
    return f"{account}@{host}" if account else host
