"""Which rows of a model does a restriction select? As a condition on its fields, for filter()."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from django.db.models import BooleanField, Case, Func, Q, When
from django.db.models.expressions import Combinable
from django.db.models.lookups import Lookup
from django.db.models.sql.compiler import SQLCompiler

from jobsite.restrictions.reading import Restriction

Fields: TypeAlias = Mapping[str, str | Combinable]
"""What each column of a restriction is in a model."""


def restricted_to(restriction: Restriction, fields: Fields, *, converts_times: bool) -> Q:
    """Return the condition that a restriction selects a row.

    `fields` has the field, or the expression without parameters, of each column that is called otherwise than its
    column in small letters. `converts_times` is what Server.converts_times says. Where the server refuses the text,
    too, it answers with an error of Kind.NOT_COMPARABLE.
    """
    return Q(Restricted(restriction, fields, converts_times=converts_times))


def passing_over(hidden: Q, wanted: Q) -> Q:
    """Return the condition that a row is wanted and not hidden; of a hidden row, nothing of `wanted` is evaluated.

    With AND it might be, and its errors and its time would tell what the row holds. CASE stops at the first condition
    that is true (MySQL manual, "Flow Control Functions").
    """
    return Q(Case(When(hidden, then=False), When(wanted, then=True), default=False, output_field=BooleanField()))


if TYPE_CHECKING:
    AnyLookup = Lookup[Any]
else:  # generic for the type checker alone
    AnyLookup = Lookup


class SideBySide(Func):
    """The columns that a restriction names."""

    output_field = BooleanField()


class Restricted(AnyLookup):
    """The rows that a restriction selects. Its columns are compared bare: by their own collation, along their index.

    It is a Lookup because Django compares any other condition with TRUE on MySQL, and no index serves that.
    """

    prepare_rhs = False
    rhs: Restriction

    def __init__(self, restriction: Restriction, fields: Fields, *, converts_times: bool) -> None:
        """As restricted_to."""
        named = (fields.get(column, column.lower()) for column in restriction.columns)
        super().__init__(SideBySide(*named), restriction)
        self.converts_times = converts_times

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the SQL of the restriction over the columns that the fields have in this query."""
        columns = [compiler.compile(field)[0] for field in self.lhs.get_source_expressions()]
        names = dict(zip(self.rhs.columns, columns, strict=True))
        return self.rhs.sql(names, converts_times=self.converts_times)

    @property
    def identity(self) -> tuple[Any, ...]:
        """What makes it equal to another one."""
        return (*super().identity, self.converts_times)
