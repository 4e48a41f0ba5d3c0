"""What does the server say of itself, what may we do there, and who is connected to it?"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from django.db import DatabaseError

from jobsite.lab.errors import Kind, kind_of
from jobsite.lab.grants import account_name, grant
from jobsite.lab.identifiers import identifier
from jobsite.lab.sql import lab_cursor

INFORMATION_SCHEMA = identifier("information_schema", "processlist")
PERFORMANCE_SCHEMA = identifier("performance_schema", "processlist")
ALL_PRIVILEGES = "ALL PRIVILEGES"
MARIADB_WITHOUT_SUPER = (11, 0)


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
    """The table in which this server wants its connections looked up."""

    @property
    def is_mariadb(self) -> bool:
        """Say which of the two families it is."""
        return "mariadb" in self.version.lower()

    @property
    def sees_all(self) -> bool:
        """Say whether everybody's connections are visible, or only the site's own (MySQL manual, PROCESS)."""
        return bool(self.privileges & {"PROCESS", ALL_PRIVILEGES})

    @property
    def may_kill(self) -> bool:
        """Say whether this account may end other accounts' connections.

        MySQL manual, "KILL Statement": CONNECTION_ADMIN, or SUPER; MariaDB Knowledge Base, "KILL" and "GRANT":
        CONNECTION ADMIN, which SUPER holds until 10.11.
        """
        enough = {ALL_PRIVILEGES, "CONNECTION ADMIN" if self.is_mariadb else "CONNECTION_ADMIN"}
        if not self.is_mariadb or self.release < MARIADB_WITHOUT_SUPER:
            enough.add("SUPER")
        return bool(self.privileges & enough)

    @property
    def release(self) -> tuple[int, ...]:
        """The version as numbers: (10, 11) for `10.11.6-MariaDB`."""
        return tuple(map(int, re.findall(r"\d+", self.version)[:2]))

    @property
    def kill_grant(self) -> str:
        """Return the GRANT that lets this account end other accounts' connections, to copy."""
        privilege = "CONNECTION ADMIN" if self.is_mariadb else "CONNECTION_ADMIN"
        return grant(privilege, "*.*", self.account)

    @property
    def process_grant(self) -> str:
        """Return the GRANT that lets this account see other accounts' connections, to copy."""
        return grant("PROCESS", "*.*", self.account)

    @property
    def select_grant(self) -> str:
        """Return the GRANT that lets this account read a schema's jobs, to copy and to put the schema's name in."""
        return grant("SELECT", "`schema`.*", self.account)

    account: str = ""
    """The account as the server matched it, quoted: `'jobsite'@'%'`."""
    only_reads: str = ""
    """Which variable makes a server take no writes, such as `read_only`; '' on one that takes them."""
    last_id: int | None = None
    """No connection has had a higher number since the start; None when it is not known."""


@dataclass(frozen=True)
class ConnectedThreads:
    """Who is connected: thread id -> (user, client), and whether that is everybody."""

    server: Server
    threads: Mapping[int, tuple[str, str]]


# `only_reads` is asked and not tried: an account with CONNECTION_ADMIN (MySQL) or READ ONLY ADMIN (MariaDB) writes also
# to a server that is set to read_only, and its data would part from the primary's. Each family reads what it knows.
READ_ONLY_VARIABLES = """
    @@read_only, @@innodb_read_only,
    /*M!100108 @@tx_read_only, 0 */ /*!80000 @@transaction_read_only, @@super_read_only */
"""
READ_ONLY = ("read_only", "innodb_read_only", "transaction_read_only", "super_read_only")
OFF = {"0", "OFF"}  # the second on MariaDB 12
ONLY_READS_SQL = f"SELECT {READ_ONLY_VARIABLES}"
# One question, one answer: a page asks it once. UTC_TIMESTAMP needs no time zone tables.
SERVER_SQL = f"""
SELECT UTC_TIMESTAMP(6), VERSION(), USER(), CURRENT_USER(), CONNECTION_ID(), @@performance_schema, {READ_ONLY_VARIABLES}
"""
# What is in force now: the account's own, what it has by roles that are enabled, also by roles of roles, and by PUBLIC
# (tried on MariaDB 10.11 and 11.8 and MySQL 9.7). To look a grantee up by its name would see none but the first.
GRANTS_SQL = "SHOW GRANTS"
GLOBAL_GRANT = re.compile(r"GRANT (.+?) ON \*\.\* TO ")
# Connections counts up to the last number that a connection was given, at least (tried on MariaDB 10.11 and 11.8 and
# MySQL 9.7; FLUSH STATUS leaves it alone).
STATUS_SQL = "SHOW GLOBAL STATUS WHERE variable_name IN ('Uptime', 'Connections')"
# The columns that both families' tables have.
THREADS_SQL = "SELECT id, COALESCE(user, ''), COALESCE(host, '') FROM {process_list}"


def ask_server() -> Server:
    """Return what the lab's server says of itself, in three short questions that need no privilege."""
    with lab_cursor() as cursor:
        cursor.execute(SERVER_SQL)
        now, version, user, account, own_id, performance_schema, *read_only = cursor.fetchone()
        cursor.execute(STATUS_SQL)
        status = {name: int(value) for name, value in cursor.fetchall()}
    now = now.replace(tzinfo=timezone.utc)
    name, _, client = str(user).rpartition("@")
    # performance_schema's list takes no global mutex, but is empty without an error when the schema is off.
    by_schema = performance_schema and "mariadb" not in version.lower()
    return Server(
        now=now,
        started=now.replace(microsecond=0) - timedelta(seconds=status["Uptime"]),
        version=version,
        user=name,
        client=client,
        own_id=own_id,
        privileges=_privileges(),
        process_list=PERFORMANCE_SCHEMA if by_schema else INFORMATION_SCHEMA,
        account=account_name(str(account)),
        only_reads=_first_set(read_only),
        last_id=status["Connections"],
    )


def ask_only_reads() -> str:
    """Return which variable makes the server take no writes just now; '' when it takes them."""
    with lab_cursor() as cursor:
        cursor.execute(ONLY_READS_SQL)
        return _first_set(cursor.fetchone())


def _first_set(values: Iterable[object]) -> str:
    return next((name for name, value in zip(READ_ONLY, values, strict=True) if str(value) not in OFF), "")


def _privileges() -> frozenset[str]:
    """Return the privileges on the whole server that are in force."""
    try:
        with lab_cursor() as cursor:
            cursor.execute(GRANTS_SQL)
            grants = [GLOBAL_GRANT.match(grant) for (grant,) in cursor.fetchall()]
    except DatabaseError as error:
        if kind_of(error) is not Kind.BY_OPTION:
            raise
        # A server started with --skip-grant-tables lets everybody do everything.
        return frozenset([ALL_PRIVILEGES])
    return frozenset(privilege for grant in grants if grant for privilege in grant.group(1).split(", "))


def who_is_connected() -> ConnectedThreads:
    """Return everybody connected now, as far as the site's account may see."""
    return connected_threads(ask_server())


def connected_threads(server: Server) -> ConnectedThreads:
    """Return everybody connected to a server that was asked before."""
    with lab_cursor() as cursor:
        cursor.execute(THREADS_SQL.format(process_list=server.process_list))
        return ConnectedThreads(server, {thread: (user, client_of(host)) for thread, user, host in cursor.fetchall()})


def client_of(host: str) -> str:
    """Return `10.0.0.5` for `10.0.0.5:49152`, and `localhost` as it is.

    MariaDB drops a port for which its 64 characters have no room, and shows `name:` or the beginning of the name.
    """
    client, colon, port = host.rpartition(":")
    is_port = port.isdecimal() or (not port and not client.endswith(":"))
    return client if colon and is_port else host
