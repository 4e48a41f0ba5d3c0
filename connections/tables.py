"""The listing of connections: which columns there are and how a cell looks. Nothing here queries."""

import django_tables2 as tables

from jobsite.pages.tables import ListingTable, cell, checkboxes, classes


class ConnectionTable(ListingTable):
    """Connections of the lab's server."""

    selection = checkboxes("connections/cells/selection.html")
    id = tables.Column(verbose_name="Id", attrs=classes("number"))
    user = tables.Column(verbose_name="User", attrs=classes("name"))
    host = tables.Column(verbose_name="Host", attrs=classes("whole"))
    schema = tables.Column(accessor="db", verbose_name="Schema", default="", attrs=classes("name"))
    command = tables.Column(verbose_name="Command")
    time = cell("connections/cells/time.html", "number", verbose_name="Time")
    jobs = cell("connections/cells/jobs.html", "holds", orderable=False, verbose_name="Holds")
    state = tables.Column(verbose_name="State", default="", attrs=classes("words"))
    statement = cell("connections/cells/statement.html", "message", verbose_name="Statement")

    class Meta(ListingTable.Meta):
        sequence = ("selection", "id", "user", "host", "schema", "command", "time", "jobs", "state", "statement")
        attrs = {"class": "listing connections"}
