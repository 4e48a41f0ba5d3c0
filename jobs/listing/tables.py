"""The listing of jobs: which columns there are and how a cell looks. Nothing here queries."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.template import Context

from jobs.models import QualifiedName
from jobsite.pages.tables import ListingTable, cell, checkboxes


class JobTable(ListingTable):
    """Jobs of every schema; `now` is the server's time, which ages count from."""

    selection = checkboxes("jobs/cells/selection.html")
    table = cell("jobs/cells/table.html", "name", verbose_name="Table")
    key = cell("jobs/cells/key.html", "key", orderable=False, verbose_name="Key")
    status = cell("jobs/cells/status.html", "state", verbose_name="Status")
    message = cell("jobs/cells/message.html", "message", verbose_name="Message")
    user = cell("jobs/cells/worker.html", "name in-panel", verbose_name="Worker")
    age = cell("jobs/cells/age.html", "number", verbose_name="Age")
    connection = cell("jobs/cells/connection.html", "number connection in-panel", verbose_name="Connection")

    class Meta(ListingTable.Meta):
        sequence = ("selection", "table", "key", "status", "message", "user", "age", "connection")
        attrs = {"class": "listing jobs"}

    def __init__(self, *args: Any, now: datetime, tables: Collection[QualifiedName], **kwargs: Any) -> None:
        """`now` is the server's time; jobs of `tables` can be selected."""
        super().__init__(*args, **kwargs)
        self.context = Context({"now": now, "tables": tables})  # what TemplateColumn gives to every cell
