"""What may be killed, and killing it: the one door.

KILL takes a number, and a number says little: it may belong to somebody else by now, to replication (killing a `system
user` thread SUCCEEDS and stops it), or to the site itself. So the process list is read again just before, over the very
connection that sends the KILL, and everything must still be as it was seen.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from urllib.parse import quote, unquote

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, PermissionsMixin
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError

from connections.models import Connection
from connections.processes import process_list
from jobsite.lab.errors import Kind, kind_of
from jobsite.lab.server import Server, ask_server
from jobsite.lab.sql import lab_cursor
from jobsite.one_line import line_logger
from jobsite.pages.tokens import read_moment

KILL = "connections.kill_connection"

SYSTEM_USERS = {"system user", "event_scheduler", "unauthenticated user"}
REPLICATION_COMMANDS = {"daemon", "slave_io", "slave_sql", "slave_worker", "register slave", "register replica"}
BINLOG_DUMP = "binlog dump"  # also "Binlog Dump GTID"

CLOCK_MARGIN = timedelta(seconds=5)
"""Uptime counts whole seconds: the start of one and the same server moves a little."""

log = line_logger("jobsite.activity")


class Target(Enum):
    """What a KILL ends: the connection, or only the statement it runs now."""

    CONNECTION = "connection"
    STATEMENT = "statement"

    @property
    def sql(self) -> str:
        """The statement, with a place for the thread's number."""
        return {"connection": "KILL CONNECTION %s", "statement": "KILL QUERY %s"}[self.value]


class Fate(Enum):
    """What became of one KILL; the value is the word on the screen."""

    SENT = "kill sent"
    GONE = "gone already"
    CHANGED = "somebody else’s by now"
    REFUSED = "refused"


@dataclass(frozen=True)
class SeenConnection:
    """One connection as a page showed it, on the server that started at `started`."""

    id: int
    user: str
    host: str
    started: datetime

    @classmethod
    def of(cls, connection: Connection, server: Server) -> "SeenConnection":
        """Return what a page shows of `connection`."""
        return cls(connection.id, connection.user, connection.host, server.started)

    @classmethod
    def read(cls, token: str) -> "SeenConnection":
        """Return what a form sent back. Raises ValueError when it is no token."""
        thread, user, host, started = (unquote(part) for part in token.split("|"))
        if not thread.isdecimal():
            raise ValueError("This is not a connection that a page showed.")
        return cls(int(thread), user, host, read_moment(started))

    @property
    def token(self) -> str:
        """The same as text, for a form. It needs no signature: the guard compares it with the process list."""
        parts = (str(self.id), self.user, self.host, self.started.isoformat())
        return "|".join(quote(part, safe="") for part in parts)

    def is_still(self, connection: Connection, server: Server) -> bool:
        """Say whether `connection` is the one that was seen, and not a stranger with its number."""
        return (connection.id, connection.user, connection.host) == (self.id, self.user, self.host) and abs(
            server.started - self.started
        ) <= CLOCK_MARGIN


@dataclass(frozen=True)
class Outcome:
    """What became of one chosen connection; `why` ends the sentence for one that was refused."""

    seen: SeenConnection
    fate: Fate
    why: str = ""


def why_not(connection: Connection, server: Server) -> str:
    """Return '' for a connection that may be killed, else why not, in a few words."""
    if connection.id == server.own_id or connection.account == (server.user, server.client):
        return "Jobsite’s own"
    if connection.user.lower() in SYSTEM_USERS:
        return "the server’s own"
    command = connection.command.lower()
    if command.startswith(BINLOG_DUMP) or command in REPLICATION_COMMANDS:
        return "replication"
    return ""


def kill(seen: Iterable[SeenConnection], target: Target, user: AbstractBaseUser | AnonymousUser) -> list[Outcome]:
    """Send a KILL to each connection that is still the one that was seen and may be killed; return what became of each.

    A KILL only sets a flag: the connection may live on for a while. Raises PermissionDenied when `user` may not kill,
    before anything is asked of the server.
    """
    if not isinstance(user, PermissionsMixin) or not user.has_perm(KILL):
        raise PermissionDenied("Your account may look at connections but not end them: ask an admin of Jobsite.")
    outcomes = [_kill_one(one, target) for one in seen]
    for outcome in outcomes:
        log.info(
            "%s, kill %s %s: %s %s", user.get_username(), target.value, outcome.seen, outcome.fate.value, outcome.why
        )
    return outcomes


def _kill_one(seen: SeenConnection, target: Target) -> Outcome:
    server = ask_server()
    # Compared in Python, exactly: MySQL 9.7 cuts the number of a KILL to 32 bits, so a larger one could hit a stranger.
    found = process_list(server).filter(id=seen.id).first()
    if found is None:
        return Outcome(seen, Fate.GONE)
    if not seen.is_still(found, server):
        return Outcome(seen, Fate.CHANGED)
    refusal = why_not(found, server)
    return Outcome(seen, Fate.REFUSED, refusal) if refusal else _send(seen, target, server)


def _missing(server: Server) -> str:
    # MySQL manual, "SYSTEM_USER": whoever lacks it cannot end a session of an account that has it.
    if not server.is_mariadb and server.may_kill:
        return "the server protects this account, which has SYSTEM_USER"
    return f"the server asks for a privilege: {server.kill_grant}"


def _send(seen: SeenConnection, target: Target, server: Server) -> Outcome:
    try:
        with lab_cursor() as cursor:
            cursor.execute(target.sql, [seen.id])
    except DatabaseError as error:
        if kind_of(error) is Kind.NO_SUCH_THREAD:
            return Outcome(seen, Fate.GONE)
        if kind_of(error) is Kind.DENIED_EVERYWHERE:
            return Outcome(seen, Fate.REFUSED, _missing(server))
        raise
    return Outcome(seen, Fate.SENT)
