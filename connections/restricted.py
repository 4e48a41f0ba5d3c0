"""Which connections does a restriction select, and in which order? Those that dj.kill lists for the same text.

The server compares and sorts them, in the table that dj.kill asks (DataJoint 0.14.10, admin.py). MySQL's newer list has
more of the server's own threads, and other collations.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from functools import partial
from hashlib import sha256

from django.db import DatabaseError
from django.db.models import F, Func, OrderBy, Q
from django.db.models.lookups import In

from connections.filters import STATEMENT
from connections.models import STATEMENT_LIMIT, Connection, ConnectionQuerySet
from connections.process_order import AS_DATAJOINT, ProcessOrder
from connections.statements import as_shown
from jobsite.lab.columns import TextField
from jobsite.lab.deadline import part
from jobsite.lab.errors import Kind, kind_of, server_text
from jobsite.lab.restricted import passing_over, restricted_to
from jobsite.lab.server import INFORMATION_SCHEMA, Server
from jobsite.lab.shared_reads import shared
from jobsite.restrictions.reading import Restriction

FIELDS = {"TIME": "time_s"}
"""The fields that are called otherwise than their column."""


class Digest(Func):
    """The SHA-256 of a text in UTF-8, as hexadecimal digits."""

    template = "SHA2(CONVERT(%(expressions)s USING utf8mb4), 256)"
    output_field = TextField()


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
        if STATEMENT in restriction.columns:
            read = partial(_ids_by_statement, restriction, server, may_kill)
            return frozenset(shared(f"statements {may_kill} {restriction}", read).answer)
        ids = shared(f"connections {restriction}", lambda: matching_ids(restriction, AS_DATAJOINT, server))
        return frozenset(ids.answer)


def _ids_by_statement(restriction: Restriction, server: Server, may_kill: bool) -> list[int]:
    """Return the ids of the connections that match; for a statement that is not read whole, nothing is evaluated.

    The server compares by digest which ones are: the connection may run another statement by then.
    """
    rows = Connection.objects.from_table(INFORMATION_SCHEMA)
    statements = set(rows.values_list("info", flat=True))
    whole = [sha256(one.encode()).hexdigest() for one in statements if one and _is_read_whole(one, may_kill)]
    hidden = Q(info__isnull=False) & ~Q(In(Digest(F("info")), whole))
    with _blaming_the_restriction():
        return list(rows.filter(passing_over(hidden, _condition(restriction, server))).values_list("id", flat=True))


def _matching(restriction: Restriction | None, server: Server) -> ConnectionQuerySet:
    rows = Connection.objects.from_table(INFORMATION_SCHEMA)
    return rows if restriction is None else rows.filter(_condition(restriction, server))


def _condition(restriction: Restriction, server: Server) -> Q:
    return restricted_to(restriction, FIELDS, converts_times=server.converts_times)


def _is_read_whole(statement: str, may_kill: bool) -> bool:
    return len(statement) < STATEMENT_LIMIT and as_shown(statement, may_kill) == statement


@contextmanager
def _blaming_the_restriction() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        if kind_of(error) is Kind.NOT_COMPARABLE:
            raise RestrictionNotTakenError(*error.args) from error
        raise
