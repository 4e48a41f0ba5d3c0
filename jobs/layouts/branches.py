"""The rows of many jobs tables in one statement: what stands after FROM for each, and the UNION of all.

Django compiles a condition once for all tables of one shape, with the name of a table that no server has; the name of
each table takes its place. (50 branches compiled one by one take 60 ms.) No user's text is in between: it stands in the
parameters.
"""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db.models import Q

from jobs.layouts.base import Layout
from jobs.models import Job, QualifiedName
from jobsite.lab.columns import LabText
from jobsite.lab.identifiers import quoted

ANY_TABLE = QualifiedName("the schema of any table", "any jobs table of this shape")
EVERYTHING = "TRUE"
FIELDS: Mapping[str, Any] = {field.attname: field for field in Job._meta.concrete_fields}
LONG_TYPES = frozenset({"text", "tinytext", "mediumtext", "longtext"})
COLLATION = re.compile(r"\w+", re.ASCII)

Parameters = tuple[Any, ...]
Select = tuple[str, Parameters]
"""A SELECT and its parameters."""


@dataclass(frozen=True)
class Branch:
    """The rows of one jobs table that fulfil a condition, with the columns of Job."""

    layout: Layout
    sql: str
    """What stands after FROM, WHERE and the condition with it."""
    parameters: Parameters
    statuses: Sequence[str] = ()
    """All that its rows may have, where each is read more quickly by itself."""

    @property
    def table(self) -> QualifiedName:
        """The jobs table."""
        return self.layout.table

    def beside(self, condition: str, *parameters: object) -> "Branch":
        """Return those of its rows that fulfil this condition as well."""
        return replace(self, sql=f"{self.sql} AND {condition}", parameters=(*self.parameters, *parameters))

    def each_status(self) -> "list[Branch]":
        """Return the same rows by status, where each is read more quickly by itself; else all together."""
        return [self.beside("status = %s", status) for status in self.statuses] or [self]


def branches_of(
    layouts: Sequence[Layout],
    wanted: Callable[[str], Q],
    *,
    status: str = "",
    depends_on: Callable[[str], Hashable] = lambda schema: None,
) -> list[Branch]:
    """Return the rows that are `wanted` in each table, by its schema; no branch where none can match.

    The condition is asked for and compiled once a shape, and for each of what it `depends_on` in a schema. `status` is
    what it asks for.
    """
    compiled: dict[Hashable, tuple[str, Parameters] | None] = {}
    found = []
    for layout in layouts:
        shape = (layout.shape, depends_on(layout.schema))
        if shape not in compiled:
            compiled[shape] = _compile(layout, wanted(layout.schema))
        if (pattern := compiled[shape]) is not None:
            sql, parameters = pattern
            named = sql.replace(quoted(*ANY_TABLE), quoted(*layout.table))
            found.append(Branch(layout, named, parameters, () if status else layout.statuses))
    return found


def _compile(layout: Layout, wanted: Q) -> Select | None:
    """Return FROM and WHERE of the rows that are wanted, with the name of any table; None where none can match."""
    any_table = layout if layout.shape == layout.table else layout.at(ANY_TABLE)
    compiler: Any = any_table.rows().filter(wanted).order_by().query.get_compiler("lab")
    try:
        where, parameters = compiler.compile(compiler.query.where)
    except FullResultSet:
        where, parameters = EVERYTHING, ()
    except EmptyResultSet:
        return None
    tables, before = compiler.get_from_clause()
    return f"{' '.join(tables)} WHERE {where}", (*before, *parameters)


def union_all(selects: Sequence[Select]) -> Select:
    """Return one SELECT of all of these, of which there is at least one."""
    if len(selects) == 1:
        return selects[0]
    sql = " UNION ALL ".join(f"({sql})" for sql, _ in selects)
    return sql, tuple(value for _, parameters in selects for value in parameters)


def bare(layout: Layout, name: str) -> str:
    """Return a column of Job to compare and sort by: as it stands, along its index, unless it may be endless."""
    field = FIELDS[name]
    column = quoted(field.column)
    known = layout.column(name)
    if isinstance(field, LabText) and known is not None and known.data_type in LONG_TYPES:
        return f"LEFT({column}, {field.limit})"
    return column


def as_text(sql: str, name: str) -> str:
    """Return a column of Job as a page shows it: cut, and in the one collation."""
    return str(FIELDS[name].select_format(None, sql, ())[0])


def literal(layout: Layout, name: str) -> str:
    """Return the place of a parameter to compare with a text column: in its own collation, whatever letters come."""
    collation = collation_of(layout, name)
    return f"CONVERT(%s USING {collation.partition('_')[0]}) COLLATE {collation}" if collation else "%s"


def collation_of(layout: Layout, name: str) -> str:
    """Return the collation of the column that a text of Job is read from; '' where it is not known."""
    column = layout.column(name)
    return column.collation if column and COLLATION.fullmatch(column.collation) else ""
