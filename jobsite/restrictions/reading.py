"""A condition as DataJoint's users write one, read into what it means: never a piece of it is sent to a server.

It is read as DataJoint's own session would (0.14.10, connection.py: no ANSI_QUOTES, NO_BACKSLASH_ESCAPES,
PIPES_AS_CONCAT, HIGH_NOT_PRECEDENCE or IGNORE_SPACE in its sql_mode, and the zone of the server): "…" is a text, a
backslash escapes, || is OR, and NOT a = b is NOT (a = b).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jobsite.restrictions.columns import Column
from jobsite.restrictions.leaves import Leaves
from jobsite.restrictions.lexing import tokens_of
from jobsite.restrictions.terms import Term, Value
from jobsite.restrictions.writing import SqlWriter, TextWriter


@dataclass(frozen=True)
class Restriction:
    """A condition on rows."""

    term: Term

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns that it compares, each once, in the order of the text."""
        return tuple(dict.fromkeys(column.name for column in self.term.columns))

    def sql(self, columns: Mapping[str, str], *, converts_times: bool) -> tuple[str, tuple[Value, ...]]:
        """Return it as SQL with %s for each of the parameters, for a session in UTC.

        `columns` gives the SQL of each column by its name, with each % doubled and no parameter in it. `converts_times`
        says that the server's own zone is not UTC: without, times of a person are taken for times of UTC.
        """
        writer = SqlWriter(columns, converts_times)
        sql = f"({self.term.write(writer)})"
        return sql, tuple(writer.parameters)

    @property
    def in_words(self) -> str:
        """It as a person writes it; read again, it is the same."""
        return self.term.write(TextWriter())

    def __str__(self) -> str:
        """Return it as a person writes it."""
        return self.in_words


def read_restriction(text: str, columns: Sequence[Column]) -> Restriction:
    """Return the restriction in a text, which may name these columns. Raises RestrictionError."""
    pieces = list(Leaves(tokens_of(text), columns).pieces())
    # sqlglot takes a quarter of a second to import, and most commands and pages have no restriction.
    from jobsite.restrictions.building import Builder
    from jobsite.restrictions.parsing import tree_of

    return Restriction(Builder(pieces).restriction(tree_of(pieces, len(text))))
