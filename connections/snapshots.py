"""What did a person see when they selected a connection? Its number, account and statement, on one start of the server.

A kill binds to it: the number alone may belong to somebody else by now, and the connection may run something else.
"""

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from django.utils.crypto import salted_hmac

from connections.models import Connection
from jobsite.lab.server import Server
from jobsite.pages.tokens import BETWEEN, read_timestamp, read_token, write_token

PARTS = 5
PARTS_WITHOUT_STATEMENT = 4
"""Of a form that was made before the statement was one of them."""
CLOCK_MARGIN = timedelta(seconds=5)
"""Uptime counts whole seconds: the start of one and the same server moves a little."""

NO_FORM_OF_OURS = "This form is not one that a connections page made: go back and select again."
NO_TARGET = "Choose what to kill: the connection or only its statement."

Matching = Callable[[Server], AbstractSet[int]]
"""What asks the server again which connections, by their ids, match what a person asked for."""


class Target(Enum):
    """What a KILL ends: the connection, or only the statement it runs now."""

    CONNECTION = "connection"
    STATEMENT = "statement"

    def sql(self, server: Server) -> str:
        """Return the statement that the server takes from the site's account, with a place for the thread's number."""
        procedure = self.procedure(server)
        kill = {"connection": "KILL CONNECTION %s", "statement": "KILL QUERY %s"}[self.value]
        return f"CALL {procedure}(%s)" if procedure else kill

    def procedure(self, server: Server) -> str:
        """Return the procedure of Amazon RDS that is called in place of a KILL; '' where none is."""
        name = {"connection": "rds_kill", "statement": "rds_kill_query"}[self.value]
        is_called = not server.has_kill_privilege and name in server.kill_procedures
        return f"mysql.{name}" if is_called else ""

    def is_possible(self, server: Server) -> bool:
        """Say whether the site's account may do this to others: asked before a button is drawn."""
        return server.has_kill_privilege or bool(self.procedure(server))

    @property
    def verb(self) -> str:
        """What the record calls the act."""
        return f"kill {self.value}"


@dataclass(frozen=True)
class ConnectionSnapshot:
    """One connection as a page showed it, on the server that started at `started`.

    `statement` stands for what it ran, '' for nothing; None where that is not known, as in the record of acts.
    """

    id: int
    user: str
    host: str
    started: datetime
    statement: str | None = None

    @classmethod
    def of(cls, connection: Connection, server: Server) -> "ConnectionSnapshot":
        """Return what a page shows of `connection`."""
        return cls(connection.id, connection.user, connection.host, server.started, _digest(connection.info))

    @classmethod
    def read(cls, token: str) -> "ConnectionSnapshot":
        """Return what a form sent back. Raises ValueError when it is no token."""
        has_statement = token.count(BETWEEN) >= PARTS_WITHOUT_STATEMENT
        parts = read_token(token, PARTS if has_statement else PARTS_WITHOUT_STATEMENT)
        thread, user, host, started = parts[:PARTS_WITHOUT_STATEMENT]
        if not thread.isdecimal():
            raise ValueError("This is not a connection that a page showed.")
        return cls(int(thread), user, host, read_timestamp(started), parts[-1] if has_statement else None)

    @classmethod
    def of_row(cls, row: Sequence[Any]) -> "ConnectionSnapshot":
        """Return what the record of acts kept of a connection."""
        thread, user, host, started = row
        return cls(thread, user, host, read_timestamp(started))

    def __str__(self) -> str:
        """Return who it is, as people say it."""
        return f"{self.id} {self.user}@{self.host}"

    @property
    def row(self) -> tuple[int, str, str, str]:
        """The same as plain values, for the record of acts."""
        return self.id, self.user, self.host, self.started.isoformat()

    @property
    def token(self) -> str:
        """The same as text, for a form. It needs no signature: the guard compares it with the process list."""
        statement = [] if self.statement is None else [self.statement]
        return write_token(str(self.id), self.user, self.host, self.started.isoformat(), *statement)

    def is_still(self, connection: Connection, server: Server) -> bool:
        """Say whether `connection` is the one that was seen, and not a stranger with its number."""
        return (connection.id, connection.user, connection.host) == (self.id, self.user, self.host) and abs(
            server.started - self.started
        ) <= CLOCK_MARGIN

    def still_runs(self, connection: Connection) -> bool:
        """Say whether `connection` runs the statement that was seen, or nothing as then. True where it is not known."""
        return self.statement in {None, _digest(connection.info)}


def _digest(statement: str | None) -> str:
    """Return what stands for a statement in a form; '' for none."""
    # With the site's key: a form goes to people who see the statement masked, and nobody may try guesses of the rest.
    return salted_hmac(__name__, statement).hexdigest() if statement else ""


@dataclass(frozen=True)
class SelectedConnections:
    """The connections that a person selected, each once, and what of them a kill is to end.

    `matching` is what they were selected from, where that was not the list of all: a kill hits only what still matches.
    """

    snapshots: tuple[ConnectionSnapshot, ...]
    target: Target = Target.CONNECTION
    matching: Matching | None = field(default=None, compare=False, repr=False)

    @classmethod
    def read(cls, tokens: Iterable[str], target: str, matching: Matching | None = None) -> "SelectedConnections":
        """Return what a page sent back. Raises ValueError with one sentence."""
        try:
            snapshots = tuple(dict.fromkeys(ConnectionSnapshot.read(token) for token in tokens))
        except ValueError as error:
            raise ValueError(NO_FORM_OF_OURS) from error
        if target not in {one.value for one in Target}:
            raise ValueError(NO_TARGET)
        return cls(snapshots, Target(target), matching)

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was selected."""
        return not self.snapshots

    @property
    def in_words(self) -> str:
        """The selection in a sentence."""
        return f"Selected: {', '.join(map(str, self.snapshots))}."
