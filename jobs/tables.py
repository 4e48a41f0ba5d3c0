"""The listing of jobs: which columns there are and how a cell looks. Nothing here queries."""

from datetime import datetime
from typing import Any

import django_tables2 as tables
from django.template import Context

from jobsite.tables import ListingTable


def _cell(name: str, **options: Any) -> tables.TemplateColumn:
    return tables.TemplateColumn(template_name=f"jobs/cells/{name}.html", **options)


class JobTable(ListingTable):
    """Jobs of every schema; `now` is the server's time, which ages count from."""

    tick = _cell("tick", orderable=False, verbose_name="", attrs={"th": {"class": "tick"}, "td": {"class": "tick"}})
    table = _cell("table", verbose_name="Table")
    key = _cell("key", orderable=False, verbose_name="Key", attrs={"td": {"class": "key"}})
    status = _cell("status", verbose_name="Status")
    message = _cell("message", verbose_name="Message", attrs={"td": {"class": "message"}})
    user = _cell("worker", verbose_name="Worker")
    age = _cell("age", verbose_name="Age", attrs={"td": {"class": "number"}, "th": {"class": "number"}})
    connection = _cell(
        "connection", verbose_name="Connection", attrs={"td": {"class": "number"}, "th": {"class": "number"}}
    )

    class Meta(ListingTable.Meta):
        sequence = ("tick", "table", "key", "status", "message", "user", "age", "connection")
        attrs = {"class": "listing jobs"}

    def __init__(self, *args: Any, now: datetime, may_clear: bool = False, **kwargs: Any) -> None:
        """Show ticks only to those who may clear."""
        super().__init__(*args, exclude=() if may_clear else ("tick",), **kwargs)
        self.context = Context({"now": now})  # what TemplateColumn gives to every cell
