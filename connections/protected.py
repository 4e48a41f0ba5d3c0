"""Which connections are never killed, whatever is asked: Jobsite's own, the server's, and those of replication.

Killing a `system user` thread succeeds, and stops replication.
"""

from connections.models import Connection
from jobsite.lab.server import SYSTEM_USERS, Server

REPLICATION_COMMANDS = {"daemon", "slave_io", "slave_sql", "slave_worker", "register slave", "register replica"}
BINLOG_DUMP = "binlog dump"  # also "Binlog Dump GTID"


def refusal_reason(connection: Connection, server: Server) -> str:
    """Return '' for a connection that may be killed, else why not, in a few words."""
    if connection.id == server.own_id or connection.account == (server.user, server.client):
        return "Jobsite’s own"
    if connection.user.lower() in SYSTEM_USERS:
        return "the server’s own"
    command = connection.command.lower()
    if command.startswith(BINLOG_DUMP) or command in REPLICATION_COMMANDS:
        return "replication"
    return ""
