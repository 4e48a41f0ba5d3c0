"""The listing of jobs: which columns there are and how a cell looks. Nothing here queries."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.template import Context

from jobs.listing.filters import JobFilter
from jobs.models import Job, QualifiedName
from jobsite.pages.tables import ListingTable, cell, checkboxes


class JobTable(ListingTable):
    """Jobs of every schema; `now` is the server's time, which ages count from."""

    selection = checkboxes("jobs/cells/selection.html")
    status = cell("jobs/cells/status.html", "state", verbose_name="Status")
    age = cell("jobs/cells/age.html", "age", verbose_name="Age")
    table = cell("jobs/cells/table.html", "table", verbose_name="Table")
    key = cell("jobs/cells/key.html", "key", orderable=False, verbose_name="Key")
    message = cell("jobs/cells/message.html", "message", verbose_name="Message")
    user = cell("jobs/cells/worker.html", "worker", verbose_name="Worker")
    connection = cell("jobs/cells/connection.html", "connection", verbose_name="Connection")

    class Meta(ListingTable.Meta):
        sequence = ("selection", "status", "age", "table", "key", "message", "user", "connection")
        attrs = {"class": "listing jobs"}

    def __init__(
        self, rows: Sequence[Job], chosen: JobFilter, *, now: datetime, query: str, tables: Collection[QualifiedName]
    ) -> None:
        """`now` is the server's time; `query` is the list's query string, which a job's page leads back to.

        Jobs of `tables` can be selected.
        """
        super().__init__(rows, selectable=bool(tables), order_by=chosen.sort)
        self.columns["message"].column.orderable = chosen.reads_stored
        # What TemplateColumn gives to every cell.
        self.context = Context({"now": now, "query": query, "tables": tables})
