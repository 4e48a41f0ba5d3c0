"""The connections of the lab's server, as rows of the model."""

from connections.models import Connection, ConnectionQuerySet
from jobsite.lab.server import Server


def process_list(server: Server) -> ConnectionQuerySet:
    """Return the connections of the server as a queryset over the table it wants asked."""
    return Connection.objects.from_table(server.process_list)
