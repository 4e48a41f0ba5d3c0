"""How are keys compared with the rows of a table? As the server stores each column, and along its index.

A FLOAT is shown with six digits (MySQL manual, "Problems with Floating-Point Values"): the value that was read equals
no value that is stored, but it is the number that CONCAT() shows. A range around it keeps the index in use. A DOUBLE
is shown with all its digits and equals what was read, as does every other type.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from jobs.worker.dj.compat import Untyped
from jobs.worker.outcomes import KeyDict
from jobsite.lab.identifiers import quoted

SHOWN_WITHIN = 1e-5
"""A FLOAT lies nearer to the number it shows than this part of the number."""
FLOAT_IS = "({name} BETWEEN %s AND %s AND CONCAT({name}) = %s)"


@dataclass(frozen=True)
class KeyColumn:
    """A column of a table's key: its attribute, its quoted name, and whether it is a FLOAT."""

    attribute: str
    name: str
    is_float: bool

    @property
    def condition(self) -> str:
        """The condition that the column holds a value, with places for `parameters`."""
        return FLOAT_IS.format(name=self.name) if self.is_float else f"{self.name} = %s"

    def value(self, key: KeyDict) -> object:
        """Return the key's value as the driver takes it: DataJoint stores a UUID as its 16 bytes."""
        value = key[self.attribute]
        return getattr(value, "bytes", value)

    def parameters(self, key: KeyDict) -> list[object]:
        """Return what the places of `condition` are filled with."""
        value = self.value(key)
        if not self.is_float:
            return [value]
        number = float(value)  # type: ignore[arg-type]  # what the server shows of a FLOAT is a number
        margin = abs(number) * SHOWN_WITHIN
        return [number - margin, number + margin, number]


def columns_of(table: Untyped, attributes: Sequence[str]) -> list[KeyColumn]:
    """Return the columns of DataJoint's `table` that bear these names, in the table's order."""
    found = table.target.heading.attributes
    return [
        KeyColumn(name, quoted(name), found[name].type.lower().startswith("float"))
        for name in found
        if name in attributes
    ]


def any_of(columns: Sequence[KeyColumn], keys: Sequence[KeyDict]) -> tuple[str, list[object]]:
    """Return the condition that a row has one of `keys`, and its parameters."""
    if len(columns) == 1 and not columns[0].is_float:
        return f"{columns[0].name} IN %s", [[columns[0].value(key) for key in keys]]
    # Not (a, b) IN (...): MariaDB finds no letter outside of ASCII in a latin1 column that way.
    one = " AND ".join(column.condition for column in columns) or "TRUE"
    parameters = [value for key in keys for column in columns for value in column.parameters(key)]
    return " OR ".join([f"({one})"] * len(keys)), parameters
