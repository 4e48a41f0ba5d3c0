"""The listing of connections: which columns there are. Nothing here queries."""

from jobsite.pages.tables import ListingTable, column


class ConnectionTable(ListingTable):
    """Connections of the lab's server."""

    rows_template = "connections/_connection_rows.html"
    id = column("Id", "number")
    user = column("User", "name")
    host = column("Host", "whole")
    schema = column("Schema", "name")
    command = column("Command")
    time = column("Time", "number")
    jobs = column("Holds", "holds", orderable=False)
    state = column("State", "words")
    statement = column("Statement", "message")

    class Meta(ListingTable.Meta):
        sequence = ("selection", "id", "user", "host", "schema", "command", "time", "jobs", "state", "statement")
        attrs = {"class": "listing connections"}
