"""In which order are connections listed? By any column, as dj.kill takes it: "host desc", "user, time desc"."""

from collections.abc import Sequence
from dataclasses import dataclass

from jobsite.restrictions.columns import CONNECTIONS
from jobsite.restrictions.refusal import nearest_to, shown

COLUMNS = tuple(column.name for column in CONNECTIONS)
DIRECTIONS = {"": False, "asc": False, "desc": True}


@dataclass(frozen=True)
class ProcessOrder:
    """An order of connections; those that are the same in it go by their ids."""

    terms: Sequence[tuple[str, bool]]
    """Columns, each with whether what is greatest comes first."""

    @classmethod
    def read(cls, text: str) -> "ProcessOrder":
        """Return the order that a person wrote; '' is DataJoint's own. Raises ValueError with one sentence."""
        terms = text.split(",") if text.strip() else []
        return cls((*map(_term, terms), ("ID", False)))


def _term(text: str) -> tuple[str, bool]:
    """Return the column and direction of `host`, `HOST asc` or `host desc`."""
    column, _, direction = " ".join(text.split()).partition(" ")
    name = column.strip("`").upper()
    if name not in COLUMNS:
        nearest = nearest_to(column, COLUMNS)
        meant = f"did you mean {nearest}?" if nearest else f"write one of {', '.join(COLUMNS)}."
        raise ValueError(f"Connections cannot be ordered by {shown(column)}: {meant}")
    if direction.lower() not in DIRECTIONS:
        raise ValueError(f"{shown(direction)} is no direction: write {name} or {name} desc.")
    return name, DIRECTIONS[direction.lower()]


AS_DATAJOINT = ProcessOrder.read("")
"""By ascending ids."""
