"""A restriction written as SQL with parameters, or as a person would write it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from jobsite.restrictions.columns import Column
from jobsite.restrictions.literals import as_literal
from jobsite.restrictions.terms import Applied, Level, Term, Value

UTC = "'+00:00'"
ZONE = "@@GLOBAL.time_zone"
"""The zone of a session that sets none, as DataJoint's: the server's own."""
CONVERTED = "CONVERT_TZ({}, {}, {})"
"""SYSTEM and offsets need no time zone tables, and a zone that is set has them (MySQL manual, "CONVERT_TZ")."""


@dataclass
class SqlWriter:
    """Writes SQL, every part in parentheses; values go to `parameters` in the order of their placeholders."""

    names: Mapping[str, str]
    """The SQL of each column by the column's name."""
    converts: bool
    """Whether times are converted between UTC, which is the session's zone, and the zone of the server."""
    parameters: list[Value] = field(default_factory=list)

    def column(self, column: Column) -> str:
        """Return the SQL of the column."""
        return self.names[column.name]

    def constant(self, value: Value) -> str:
        """Return a placeholder, and keep the value."""
        self.parameters.append(value)
        return "%s"

    def moment(self, name: str) -> str:
        """Return the call; in a session of UTC it tells the time of UTC."""
        if not self.converts:
            return name
        moment = self.in_zone_of_server("NOW()")
        return moment if name == "NOW()" else f"DATE({moment})"

    def in_zone_of_server(self, text: str) -> str:
        """Return a time of UTC as one in the zone of the server."""
        return CONVERTED.format(text, UTC, ZONE) if self.converts else text

    def in_utc(self, text: str) -> str:
        """Return a time in the zone of the server as one of UTC."""
        return CONVERTED.format(text, ZONE, UTC) if self.converts else text

    def grouped(self, term: Applied, part: Term, text: str) -> str:
        """Return the part in parentheses, unless it holds together by itself."""
        return text if part.level is Level.WHOLE else f"({text})"


class TextWriter:
    """Writes what a person would: what it writes is read as the same restriction."""

    def column(self, column: Column) -> str:
        """Return the name as the table has it."""
        return column.name

    def constant(self, value: Value) -> str:
        """Return the text in double quotes, or the number."""
        if isinstance(value, str):
            return as_literal(value)
        if isinstance(value, float):
            return repr(value) if "e" in repr(value) else f"{value}e0"
        return f"{value:f}" if isinstance(value, Decimal) else str(value)

    def moment(self, name: str) -> str:
        """Return the call."""
        return name

    def in_zone_of_server(self, text: str) -> str:
        """Return the time as it is: everything a person writes is in the zone of the server."""
        return text

    def in_utc(self, text: str) -> str:
        """Return the time as it is."""
        return text

    def grouped(self, term: Applied, part: Term, text: str) -> str:
        """Return the part in parentheses where it would be read otherwise without, or XOR stands beside AND or OR."""
        joins = part.level in (Level.OR, Level.XOR, Level.AND)
        needed = part.level <= term.level or (joins and Level.XOR in (part.level, term.level))
        return f"({text})" if needed and part.level is not Level.WHOLE else text
