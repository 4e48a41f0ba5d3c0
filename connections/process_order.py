"""In which order are connections listed? By any column, as dj.kill takes it: "host desc", "user, time desc"."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

FIELDS = {
    "id": "id",
    "user": "user",
    "host": "host",
    "db": "db",
    "command": "command",
    "time": "time_s",
    "state": "state",
    "info": "info",
}
"""The columns that both families of servers have (DataJoint 0.14.10, admin.py), and their fields."""
DIRECTIONS = {"": "", "asc": "", "desc": "-"}
SHOWN = 40
"""Characters of a word that is no column which are shown."""


@dataclass(frozen=True)
class ProcessOrder:
    """An order of connections; those that are the same in it go by their ids."""

    fields: Sequence[str]
    """Fields of a Connection as order_by takes them."""

    @classmethod
    def read(cls, text: str) -> "ProcessOrder":
        """Return the order that a person wrote; '' is DataJoint's own. Raises ValueError with one sentence."""
        terms = text.split(",") if text.strip() else []
        return cls((*map(_field, terms), FIELDS["id"]))


def _field(term: str) -> str:
    """Return the field of `host`, `HOST asc` or `host desc`."""
    column, _, direction = " ".join(term.lower().split()).partition(" ")
    column = column.strip("`")
    if column not in FIELDS:
        near = get_close_matches(column[:SHOWN], FIELDS, 1)
        meant = f"did you mean {near[0]}?" if near else f"write one of {', '.join(FIELDS)}."
        raise ValueError(f"Connections cannot be ordered by “{column[:SHOWN]}”: {meant}")
    if direction not in DIRECTIONS:
        raise ValueError(f"“{direction[:SHOWN]}” after {column} is no direction: write {column} or {column} desc.")
    return f"{DIRECTIONS[direction]}{FIELDS[column]}"


AS_DATAJOINT = ProcessOrder.read("")
"""By ascending ids."""
