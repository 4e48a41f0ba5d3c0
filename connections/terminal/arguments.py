"""What can be asked for on the command line of kill, and what was? Each wrong value is answered by one sentence."""

from argparse import ArgumentParser
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from connections.process_order import COLUMNS, ProcessOrder
from connections.restricted import matching_ids
from connections.snapshots import ConnectionSnapshot, SelectedConnections, Target
from jobsite.lab.server import Server
from jobsite.restrictions.columns import CONNECTIONS
from jobsite.restrictions.reading import Restriction, read_restriction
from jobsite.terminal.ending import WrongInputError

EXAMPLES = """\
  manage.py kill                                      all connections by their ids, and asks which to kill
  manage.py kill 'HOST LIKE "%compute%"'              those from such hosts
  manage.py kill 'TIME > 600' --order-by 'time desc'  those in their state for more than ten minutes
  manage.py kill 'USER = "alice" AND COMMAND = "Query"' --query   only what they run
  manage.py kill 'COMMAND = "Sleep" AND TIME > 86400' --yes       for cron: asks nothing
"""
RESTRICTION_HELP = (
    "which connections, as for dj.kill: a condition in SQL on ID, USER, HOST, DB, COMMAND, TIME (in seconds), STATE or "
    "INFO (default: all)"
)
ORDER_HELP = 'one column or several, each with desc after it for the other way round: "user, time desc" (default: id)'
QUERY_HELP = "kill only the statement that a connection runs; the connection stays"
YES_HELP = "kill all that match, and ask nothing; what a kill would cost a job or written rows is left alone, and named"
FORCE_HELP = "with --yes: kill also what holds a job, has written rows in a transaction, or may"
NO_RESTRICTION = "--yes needs a restriction, so that nobody kills all connections by mistake: write 'ID > 0' for all."
FORCE_ALONE = "--force goes with --yes: without it, you are asked before anything is lost."


def add_arguments(parser: ArgumentParser) -> None:
    """Add all arguments of kill; their values are read as text, so that `Arguments` can answer a wrong one."""
    parser.add_argument("restriction", nargs="?", default="", metavar="RESTRICTION", help=RESTRICTION_HELP)
    add = parser.add_argument_group("which connections are listed first").add_argument
    add("--order-by", default="", metavar="|".join(column.lower() for column in COLUMNS), help=ORDER_HELP)
    add = parser.add_argument_group("what is killed").add_argument
    add("--query", action="store_true", help=QUERY_HELP)
    add("--yes", action="store_true", help=YES_HELP)
    add("--force", action="store_true", help=FORCE_HELP)


@dataclass(frozen=True)
class Arguments:
    """Which connections are listed, in which order, and what of them is killed."""

    restriction: Restriction | None
    order: ProcessOrder
    target: Target
    asks: bool
    """Whether a person is asked which to kill; else all that match are meant."""
    force: bool
    """Whether also those are killed whose kill costs something."""

    def selection(self, seen: Iterable[ConnectionSnapshot]) -> SelectedConnections:
        """Return connections of the list as they were seen, for a kill of what still matches."""
        return SelectedConnections(
            tuple(dict.fromkeys(seen)), self.target, None if self.restriction is None else self.matching
        )

    def matching(self, server: Server) -> AbstractSet[int]:
        """Return the ids of the connections that match by now. Raises DatabaseError."""
        return frozenset(matching_ids(self.restriction, self.order, server))

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> "Arguments":
        """Read what Django parsed. Raises WrongInputError."""
        restriction = given["restriction"].strip()
        if given["yes"] and not restriction:
            raise WrongInputError(NO_RESTRICTION)
        if given["force"] and not given["yes"]:
            raise WrongInputError(FORCE_ALONE)
        try:
            return cls(
                restriction=read_restriction(restriction, CONNECTIONS) if restriction else None,
                order=ProcessOrder.read(given["order_by"]),
                target=Target.STATEMENT if given["query"] else Target.CONNECTION,
                asks=not given["yes"],
                force=given["force"],
            )
        except ValueError as error:  # of a restriction, or of an order
            raise WrongInputError(str(error)) from None
