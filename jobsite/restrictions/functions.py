"""Which functions may a restriction call? Those of which both families of servers make the same of the same values.

MySQL manual, "String Functions and Operators" and "Date and Time Functions".
"""

from collections.abc import Iterable
from dataclasses import dataclass

from jobsite.restrictions.columns import Kind


@dataclass(frozen=True)
class Function:
    """A function: how many arguments it takes, and what it gives; `kind` None is the kind of its first argument."""

    name: str
    kind: Kind | None
    least: int = 1
    most: int = 1
    of_times: int = 0
    """How many of its arguments, from the first, must be times."""
    takes_unit: bool = False
    """Whether a unit such as HOUR stands before its arguments, and is none of them."""

    @property
    def takes(self) -> str:
        """What stands in its parentheses, in words."""
        unit = "a unit and " if self.takes_unit else ""
        number = f"{self.least}" if self.least == self.most else f"{self.least} to {self.most}"
        return f"{unit}{number} value{'s' if self.most > 1 else ''}"


MANY = 100


def _of_text(*names: str, kind: Kind = Kind.TEXT, least: int = 1, most: int = 1) -> Iterable[Function]:
    return (Function(name, kind, least, most) for name in names)


FUNCTIONS = {
    function.name: function
    for function in (
        *_of_text("LOWER", "UPPER", "TRIM", "LTRIM", "RTRIM"),
        *_of_text("LENGTH", "CHAR_LENGTH", kind=Kind.NUMBER),
        *_of_text("LEFT", "RIGHT", least=2, most=2),
        *_of_text("SUBSTRING", least=2, most=3),
        *_of_text("SUBSTRING_INDEX", "REPLACE", least=3, most=3),
        *_of_text("CONCAT", most=MANY),
        *_of_text("LOCATE", "INSTR", kind=Kind.NUMBER, least=2, most=2),
        Function("IFNULL", None, 2, 2),
        Function("COALESCE", None, 1, MANY),
        *(
            Function(name, Kind.NUMBER, of_times=1)
            for name in ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "WEEKDAY", "DAYOFWEEK")
        ),
        Function("DATE", Kind.TIME, of_times=1),
        Function("TIMESTAMPDIFF", Kind.NUMBER, 2, 2, of_times=2, takes_unit=True),
    )
}
"""The functions by name, in capital letters."""

MOMENTS = {
    "NOW": "NOW()",
    "CURRENT_TIMESTAMP": "NOW()",
    "LOCALTIMESTAMP": "NOW()",
    "CURDATE": "CURDATE()",
    "CURRENT_DATE": "CURDATE()",
}
"""What tells the time, and the one name of it."""
WITHOUT_PARENTHESES = frozenset({"CURRENT_TIMESTAMP", "LOCALTIMESTAMP", "CURRENT_DATE"})
"""Those of them that may stand without ()."""

UNITS = ("SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR")
"""What an INTERVAL is counted in."""
