"""The listing of connections: which columns there are and how a cell looks. Nothing here queries."""

from typing import Any

import django_tables2 as tables

from jobsite.tables import ListingTable

NUMBER = {"td": {"class": "number"}, "th": {"class": "number"}}


def _cell(name: str, **options: Any) -> tables.TemplateColumn:
    return tables.TemplateColumn(template_name=f"connections/cells/{name}.html", **options)


class ConnectionTable(ListingTable):
    """Connections of the lab's server; ticks only for those who may kill."""

    tick = _cell("tick", orderable=False, verbose_name="", attrs={"th": {"class": "tick"}, "td": {"class": "tick"}})
    id = tables.Column(verbose_name="Id", attrs=NUMBER)
    user = tables.Column(verbose_name="User")
    host = tables.Column(verbose_name="Host", attrs={"td": {"class": "whole"}})
    schema = tables.Column(accessor="db", verbose_name="Schema", default="")
    command = tables.Column(verbose_name="Command")
    time = _cell("time", verbose_name="Time", attrs=NUMBER)
    jobs = _cell("jobs", orderable=False, verbose_name="Holds")
    state = tables.Column(verbose_name="State", default="")
    statement = _cell("statement", verbose_name="Statement", attrs={"td": {"class": "message"}})

    class Meta(ListingTable.Meta):
        sequence = ("tick", "id", "user", "host", "schema", "command", "time", "jobs", "state", "statement")
        attrs = {"class": "listing connections"}

    def __init__(self, *args: Any, may_kill: bool = False, **kwargs: Any) -> None:
        """Show ticks only to those who may kill."""
        super().__init__(*args, exclude=() if may_kill else ("tick",), **kwargs)
