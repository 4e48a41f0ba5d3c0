"""What does the server say of itself, what may we do there, and who is connected to it?"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from django.db import DatabaseError

from jobsite.lab.errors import Kind, kind_of
from jobsite.lab.grants import account_name, grant
from jobsite.lab.identifiers import identifier
from jobsite.lab.privileges import EVERYTHING, PROCESS, Grants, ask_grants, kill_privilege, let_kill, see_all
from jobsite.lab.sql import lab_cursor

INFORMATION_SCHEMA = identifier("information_schema", "processlist")
PERFORMANCE_SCHEMA = identifier("performance_schema", "processlist")

# `only_reads` is asked and not tried: an account with CONNECTION_ADMIN (MySQL) or READ ONLY ADMIN (MariaDB) writes also
# to a server that is set to read_only, and its data would part from the primary's. Each family reads what it knows.
READ_ONLY_VARIABLES = """
    @@read_only, @@innodb_read_only,
    /*M!100108 @@tx_read_only, 0 */ /*!80000 @@transaction_read_only, @@super_read_only */
"""
READ_ONLY = ("read_only", "innodb_read_only", "transaction_read_only", "super_read_only")
UTC = ("UTC", "Etc/UTC", "+00:00")
"""Other names of it are converted, which changes nothing. GMT is one of London's."""
OFF = {"0", "OFF"}  # the second on MariaDB 12
ONLY_READS_SQL = f"SELECT {READ_ONLY_VARIABLES}"

# MySQL keeps it in performance_schema also where that is switched off. It takes no privilege.
GLOBAL_STATUS = "/*M!100108 information_schema.global_status */ /*!80000 performance_schema.global_status */"
STATUS_SQL = "(SELECT variable_value FROM {table} WHERE variable_name = '{name}')"
# Status by subqueries: beside MAX, MariaDB 10.11 gives 0 for each variable that is on or off. UTC_TIMESTAMP needs no
# time zone tables. Connections counts up to the last number that a connection was given, at least (tried on MariaDB
# 10.11 and 11.8 and MySQL 9.7; FLUSH STATUS leaves it alone).
SERVER_COLUMNS = f"""
    UTC_TIMESTAMP(6), VERSION(), USER(), CURRENT_USER(), CONNECTION_ID(), @@performance_schema,
    {STATUS_SQL.format(table=GLOBAL_STATUS, name="Uptime")},
    {STATUS_SQL.format(table=GLOBAL_STATUS, name="Connections")}, @@GLOBAL.time_zone, @@system_time_zone,
    {READ_ONLY_VARIABLES}
"""
SERVER_SQL = f"SELECT {SERVER_COLUMNS}"

# The columns that both families' tables have. MySQL's newer list takes no global mutex, but is empty without an error
# where performance_schema is switched off.
THREAD_COLUMNS = "id, COALESCE(user, ''), COALESCE(host, '')"
THREADS_SQL = "SELECT {columns} FROM {process_list}"
FAST_LIST = f"/*M!100108 {INFORMATION_SCHEMA} */ /*!80000 {PERFORMANCE_SCHEMA} */"

# The processes of the clients that tell theirs (MySQL manual, "The session_connect_attrs Table"); none where
# performance_schema is switched off, as it is on MariaDB unless an admin switches it on.
ATTRIBUTES = ("performance_schema", "session_connect_attrs")
PID, CLIENT, DATAJOINTS_CLIENT = "_pid", "_client_name", "pymysql"
"""A proxy tells its own process, but calls itself otherwise (DataJoint 0.14.10, connection.py, connects by PyMySQL)."""
PROGRAM_SQL = "SELECT attr_value FROM {attributes} WHERE attr_name = 'program_name' AND processlist_id IN %s"
PIDS_SQL = "SELECT processlist_id, attr_name, attr_value FROM {attributes} WHERE attr_name IN (%s, %s)"


SYSTEM_USERS = frozenset({"system user", "event_scheduler", "unauthenticated user", "rdsadmin", "rdsrepladmin"})
"""Who is connected for the server's own sake; the last two are Amazon's own, on RDS."""

# Amazon RDS and Aurora let nobody KILL, and have these instead (Amazon RDS User Guide, "Ending a session or query").
# MariaDB names a procedure to whoever may read its schema, so whether it may be called is asked of the grants.
PROCEDURES_SQL = """
    SELECT CONVERT(routine_name USING utf8mb4) FROM information_schema.routines
    WHERE routine_schema = 'mysql' AND routine_name IN ('rds_kill', 'rds_kill_query') AND routine_type = 'PROCEDURE'
"""


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
    account: str = ""
    """The account as the server matched it, quoted: `'jobsite'@'%'`."""
    only_reads: str = ""
    """Which variable makes a server take no writes, such as `read_only`; '' on one that takes them."""
    last_id: int | None = None
    """No connection has had a higher number since the start; None when it is not known."""
    grants: Grants = EVERYTHING
    """What the account may do on schemas and tables."""
    kill_procedures: frozenset[str] = frozenset()
    """The procedures of Amazon RDS that may be called where KILL may not be sent."""
    time_zone: str = ""
    """The zone of sessions that set none, as DataJoint's: an offset, a name, or the abbreviation of the machine's."""

    @property
    def is_mariadb(self) -> bool:
        """Say which of the two families it is."""
        return "mariadb" in self.version.lower()

    @property
    def release(self) -> tuple[int, ...]:
        """The version as numbers: (10, 11) for `10.11.6-MariaDB`."""
        return tuple(map(int, re.findall(r"\d+", self.version)[:2]))

    @property
    def converts_times(self) -> bool:
        """Say whether a time that a person writes for DataJoint's session is another in ours, which is in UTC."""
        return self.time_zone not in UTC

    @property
    def sees_all(self) -> bool:
        """Say whether everybody's connections are visible, or only the site's own."""
        return see_all(self.privileges)

    @property
    def has_kill_privilege(self) -> bool:
        """Say whether this account may send a KILL to other accounts' connections."""
        return let_kill(self.privileges, is_mariadb=self.is_mariadb, release=self.release)

    @property
    def may_kill(self) -> bool:
        """Say whether this account may kill other accounts' connections, by KILL or a procedure."""
        return self.has_kill_privilege or "rds_kill" in self.kill_procedures

    @property
    def kill_grant(self) -> str:
        """Return the GRANT that lets this account kill other accounts' connections, to copy."""
        return grant(kill_privilege(is_mariadb=self.is_mariadb), "*.*", self.account)

    @property
    def process_grant(self) -> str:
        """Return the GRANT that lets this account see other accounts' connections, to copy."""
        return grant(PROCESS, "*.*", self.account)

    @property
    def select_grant(self) -> str:
        """Return the GRANT that lets this account read a schema's jobs, to copy and to put the schema's name in."""
        return grant("SELECT", "`schema`.*", self.account)


@dataclass(frozen=True)
class ConnectedThreads:
    """Who is connected: thread id -> (user, client), and whether that is everybody."""

    server: Server
    threads: Mapping[int, tuple[str, str]]
    was_read: bool = True
    """False when they could not be read in time, so that nothing can be said of anybody."""
    pids: Mapping[int, int] = field(default_factory=dict)
    """Thread id -> process, of DataJoint's clients, where this account may read that; read after `threads`."""


def ask_server() -> Server:
    """Return what the lab's server says of itself, and what the site's account may do there."""
    with lab_cursor(anew=True) as cursor:  # what SHOW GRANTS says has to be what this connection may
        cursor.execute(SERVER_SQL)
        return _server(cursor.fetchone())


def who_is_connected() -> ConnectedThreads:
    """Return the server and everybody connected to it at one moment, as far as the site's account may see."""
    with lab_cursor(anew=True) as cursor:
        cursor.execute(THREADS_SQL.format(columns=f"{THREAD_COLUMNS}, {SERVER_COLUMNS}", process_list=FAST_LIST))
        rows = cursor.fetchall()
    if not rows:  # our own connection is in each list that the server keeps
        return connected_threads(ask_server())
    found = _connected(_server(rows[0][3:]), [row[:3] for row in rows])
    return replace(found, pids=_pids(found.server))


def connected_threads(server: Server) -> ConnectedThreads:
    """Return everybody connected to a server that was asked before."""
    with lab_cursor() as cursor:
        cursor.execute(THREADS_SQL.format(columns=THREAD_COLUMNS, process_list=server.process_list))
        return _connected(server, cursor.fetchall())


def ask_program_names(server: Server, threads: Collection[int]) -> list[str]:
    """Return what the programs behind some connections call themselves, where this account may read that."""
    if not threads or not server.grants.allow("SELECT", *ATTRIBUTES):
        return []
    return [str(name) for (name,) in _attributes(PROGRAM_SQL, [tuple(threads)])]


def ask_only_reads() -> str:
    """Return which variable makes the server take no writes just now; '' when it takes them."""
    with lab_cursor() as cursor:
        cursor.execute(ONLY_READS_SQL)
        return _first_set(cursor.fetchone())


def client_of(host: str) -> str:
    """Return `10.0.0.5` for `10.0.0.5:49152`, and `localhost` as it is.

    MariaDB drops a port for which its 64 characters have no room, and shows `name:` or the beginning of the name.
    """
    client, colon, port = host.rpartition(":")
    is_port = port.isdecimal() or (not port and not client.endswith(":"))
    return client if colon and is_port else host


def _server(told: Sequence[Any]) -> Server:
    now, version, user, account, own_id, performance_schema, uptime_s, last_id, zone, of_system, *read_only = told
    now = now.replace(tzinfo=timezone.utc)
    name, _, client = str(user).rpartition("@")
    grants = ask_grants()
    by_schema = performance_schema and "mariadb" not in version.lower()
    server = Server(
        now=now,
        started=now.replace(microsecond=0) - timedelta(seconds=int(uptime_s)),
        version=version,
        user=name,
        client=client,
        own_id=own_id,
        privileges=grants.on_server,
        process_list=PERFORMANCE_SCHEMA if by_schema else INFORMATION_SCHEMA,
        account=account_name(str(account)),
        only_reads=_first_set(read_only),
        last_id=int(last_id),
        grants=grants,
        time_zone=of_system if zone == "SYSTEM" else zone,
    )
    return server if server.has_kill_privilege else replace(server, kill_procedures=_procedures(grants))


def _pids(server: Server) -> Mapping[int, int]:
    """Return which process each client of DataJoint's says that it is; nothing where the account may not read it."""
    if not server.grants.allow("SELECT", *ATTRIBUTES):
        return {}
    told = {(thread, name): str(value) for thread, name, value in _attributes(PIDS_SQL, [PID, CLIENT])}
    return {
        thread: int(value)
        for (thread, name), value in told.items()
        if name == PID and value.isdecimal() and told.get((thread, CLIENT)) == DATAJOINTS_CLIENT
    }


def _attributes(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return what clients tell of themselves; nothing where the account may not read it after all."""
    try:
        with lab_cursor() as cursor:
            cursor.execute(statement.format(attributes=identifier(*ATTRIBUTES)), parameters)
            return list(cursor.fetchall())
    except DatabaseError as error:
        if kind_of(error) not in (Kind.DENIED, Kind.VANISHED):
            raise
        return []


def _procedures(grants: Grants) -> frozenset[str]:
    """Return which procedures that kill are there and may be called."""
    with lab_cursor() as cursor:
        cursor.execute(PROCEDURES_SQL)
        return frozenset(name for (name,) in cursor.fetchall() if grants.allow_calling("mysql", name))


def _connected(server: Server, rows: Sequence[Sequence[Any]]) -> ConnectedThreads:
    return ConnectedThreads(server, {thread: (user, client_of(host)) for thread, user, host in rows})


def _first_set(values: Sequence[object]) -> str:
    return next((name for name, value in zip(READ_ONLY, values, strict=True) if str(value) not in OFF), "")
