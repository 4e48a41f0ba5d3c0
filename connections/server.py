"""What does the server say of itself, and who is connected to it?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from django.db import connections

from connections.models import INFORMATION_SCHEMA, PERFORMANCE_SCHEMA, Connection, ConnectionQuerySet, client_of

KILL_PRIVILEGES = {"SUPER", "CONNECTION ADMIN", "CONNECTION_ADMIN"}


@dataclass(frozen=True)
class Server:
    """The lab's server at one moment; `now` and `started` are by its own clock, in UTC."""

    now: datetime
    started: datetime
    version: str
    user: str
    client: str
    own_id: int
    privileges: frozenset[str]
    process_list: str

    @property
    def is_mariadb(self) -> bool:
        """Say which of the two families it is."""
        return "mariadb" in self.version.lower()

    @property
    def sees_all(self) -> bool:
        """Say whether everybody's connections are visible, or only the site's own (MySQL manual, PROCESS)."""
        return "PROCESS" in self.privileges

    @property
    def kill_grant(self) -> str:
        """Return the GRANT that lets this account end other accounts' connections, to copy."""
        privilege = "CONNECTION ADMIN" if self.is_mariadb else "CONNECTION_ADMIN"
        return f"GRANT {privilege} ON *.* TO {self.account};"

    @property
    def process_grant(self) -> str:
        """Return the GRANT that lets this account see other accounts' connections, to copy."""
        return f"GRANT PROCESS ON *.* TO {self.account};"

    account: str = ""
    """The account as the server matched it, quoted: `'jobsite'@'%'`."""


@dataclass(frozen=True)
class Presence:
    """Who is connected: thread id -> (user, client), and whether that is everybody."""

    server: Server
    threads: Mapping[int, tuple[str, str]]


# One question, one answer: a page asks it once. UTC_TIMESTAMP needs no time zone tables. Only the privileges that
# matter here: GROUP_CONCAT cuts an administrator's long list at 1024 characters.
SERVER_SQL = """
SELECT UTC_TIMESTAMP(6), VERSION(), USER(), CURRENT_USER(), CONNECTION_ID(), @@performance_schema,
       (SELECT GROUP_CONCAT(privilege_type) FROM information_schema.user_privileges
         WHERE privilege_type IN ('PROCESS', 'SUPER', 'CONNECTION ADMIN', 'CONNECTION_ADMIN')
           AND grantee = CONCAT("'", SUBSTRING_INDEX(CURRENT_USER(), '@', 1), "'@'",
                                SUBSTRING_INDEX(CURRENT_USER(), '@', -1), "'"))
"""
UPTIME_SQL = "SHOW GLOBAL STATUS LIKE 'Uptime'"


def ask_server() -> Server:
    """Return what the lab's server says of itself, in two short questions that need no privilege."""
    with connections["lab"].cursor() as cursor:
        cursor.execute(SERVER_SQL)
        now, version, user, account, own_id, performance_schema, privileges = cursor.fetchone()
        cursor.execute(UPTIME_SQL)
        uptime_s = int(cursor.fetchone()[1])
    now = now.replace(tzinfo=timezone.utc)
    name, _, client = str(user).rpartition("@")
    # performance_schema's list takes no global mutex, but is empty without an error when the schema is off.
    by_schema = performance_schema and "mariadb" not in version.lower()
    return Server(
        now=now,
        started=now.replace(microsecond=0) - timedelta(seconds=uptime_s),
        version=version,
        user=name,
        client=client,
        own_id=own_id,
        privileges=frozenset((privileges or "").split(",")),
        process_list=PERFORMANCE_SCHEMA if by_schema else INFORMATION_SCHEMA,
        account="'{}'@'{}'".format(*str(account).rsplit("@", 1)),
    )


def process_list(server: Server) -> ConnectionQuerySet:
    """Return the connections of the server as a queryset over the table it wants asked."""
    return Connection.objects.listed_in(server.process_list)


def who_is_connected() -> Presence:
    """Return everybody connected now, as far as the site's account may see."""
    server = ask_server()
    rows = process_list(server).values_list("id", "user", "host")
    return Presence(server, {thread: (user, client_of(host)) for thread, user, host in rows})
