"""Which connections does a restriction select, and in which order? Those that dj.kill lists for the same text.

The server compares and sorts them, in the table that dj.kill asks (DataJoint 0.14.10, admin.py). MySQL's newer list has
more of the server's own threads, and other collations.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager

from django.db import DatabaseError
from django.db.models import F, OrderBy

from connections.filters import STATEMENT
from connections.models import STATEMENT_LIMIT, Connection, ConnectionQuerySet
from connections.process_order import AS_DATAJOINT, ProcessOrder
from connections.statements import as_shown
from jobsite.lab.deadline import part
from jobsite.lab.errors import Kind, kind_of, server_text
from jobsite.lab.restricted import restricted_to
from jobsite.lab.server import INFORMATION_SCHEMA, Server
from jobsite.lab.shared_reads import shared
from jobsite.restrictions.reading import Restriction

FIELDS = {"TIME": "time_s"}
"""The fields that are called otherwise than their column."""


class RestrictionNotTakenError(DatabaseError):
    """The server answers a restriction with an error, such as a sum that is out of range."""

    @property
    def in_words(self) -> str:
        """What a person is told, in a sentence."""
        return f"The lab’s server cannot compare connections as the restriction asks ({server_text(self)}): change it."


def matching_ids(restriction: Restriction | None, order: ProcessOrder, server: Server) -> list[int]:
    """Return the ids of the connections that a restriction selects, or of all, in an order.

    Raises DatabaseError, which is a RestrictionNotTakenError where the restriction is to blame.
    """
    by = [
        OrderBy(F(FIELDS.get(column, column.lower())), descending=is_descending)
        for column, is_descending in order.terms
    ]
    with _blaming_the_restriction():
        return list(_matching(restriction, server).order_by(*by).values_list("id", flat=True))


def shown_ids(restriction: Restriction, server: Server, may_kill: bool) -> AbstractSet[int]:
    """Return the ids of the connections that a restriction selects, for a page that only looks.

    Where it names the statement, those are passed over of whose statement the person does not read every letter:
    what is masked could be guessed otherwise, piece by piece. Raises as matching_ids does.
    """
    with part():
        if STATEMENT not in restriction.columns:
            ids = shared(f"connections {restriction}", lambda: matching_ids(restriction, AS_DATAJOINT, server))
            return frozenset(ids.answer)
        found = shared(f"statements {restriction}", lambda: _matching_statements(restriction, server))
    return {thread for thread, statement in found.answer if _is_read_whole(statement, may_kill)}


def _matching(restriction: Restriction | None, server: Server) -> ConnectionQuerySet:
    rows = Connection.objects.from_table(INFORMATION_SCHEMA)
    if restriction is None:
        return rows
    return rows.filter(restricted_to(restriction, FIELDS, converts_times=server.converts_times))


def _matching_statements(restriction: Restriction, server: Server) -> Sequence[tuple[int, str | None]]:
    # Together with what it was compared with: the connection may run another one in the list that is shown.
    with _blaming_the_restriction():
        return list(_matching(restriction, server).values_list("id", "info"))


def _is_read_whole(statement: str | None, may_kill: bool) -> bool:
    return not statement or (len(statement) < STATEMENT_LIMIT and as_shown(statement, may_kill) == statement)


@contextmanager
def _blaming_the_restriction() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        if kind_of(error) is Kind.NOT_COMPARABLE:
            raise RestrictionNotTakenError(*error.args) from error
        raise
