"""Filter -> connections of the lab's server."""

from collections.abc import Iterable

from django.db.models import F, Q
from django.db.models.lookups import IContains

from connections.filters import SORTS, ConnectionFilter
from connections.killing import SeenConnection
from connections.models import Connection
from connections.processes import process_list
from jobsite.lab.columns import InOneCollation
from jobsite.lab.server import Server

ROWS_READ = 5000
"""Connections that are read at most; a server is seldom set to allow more."""


def list_connections(chosen: ConnectionFilter, server: Server) -> list[Connection]:
    """Return the connections that match the filter, in its order."""
    column = SORTS[chosen.sort.removeprefix("-")]
    first = F(column).desc(nulls_last=True) if chosen.sort.startswith("-") else F(column).asc(nulls_last=True)
    return list(process_list(server).filter(_matching(chosen)).order_by(first, "id")[:ROWS_READ])


def read_again(seen: Iterable[SeenConnection], server: Server) -> list[Connection]:
    """Return those of the seen connections that still are there and nobody else's."""
    wanted = {one.id: one for one in seen}
    rows = process_list(server).filter(id__in=list(wanted)).order_by("id")
    return [row for row in rows if wanted[row.id].is_still(row, server)]


def _matching(chosen: ConnectionFilter) -> Q:
    found = Q()
    texts = {"user": chosen.user, "host": chosen.host, "db": chosen.schema, "command": chosen.command}
    for column, text in texts.items():
        if text:
            found &= Q(IContains(InOneCollation(F(column)), text))
    return found & Q(time_s__gt=chosen.longer_s) if chosen.longer_s is not None else found
