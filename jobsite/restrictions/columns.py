"""Which columns may a restriction name, and of which kind is each?

Those of the schema-wide jobs table (DataJoint 0.14.10, jobs.py) and those by which dj.kill restricts the process list
(admin.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a value is; the value is the word in a sentence."""

    TEXT = "a text"
    NUMBER = "a number"
    TIME = "a time"
    CONDITION = "a condition"
    """True, false or NULL."""
    NULL = "NULL"


@dataclass(frozen=True)
class Column:
    """A column that a restriction may name; one with a `refusal` is there, but says why it is of no use."""

    name: str
    kind: Kind
    refusal: str = ""


COMPRESSED = "is a compressed blob, in which the server finds nothing: "

JOBS = (
    Column("table_name", Kind.TEXT),
    Column("key_hash", Kind.TEXT),
    Column("status", Kind.TEXT),
    Column("key", Kind.TEXT, f"{COMPRESSED}restrict by key_hash, or look for the key in the filter “key”."),
    Column("error_message", Kind.TEXT),
    Column("error_stack", Kind.TEXT, f"{COMPRESSED}restrict by error_message."),
    Column("user", Kind.TEXT),
    Column("host", Kind.TEXT),
    Column("pid", Kind.NUMBER),
    Column("connection_id", Kind.NUMBER),
    Column("timestamp", Kind.TIME),
)
"""The columns of jobs."""

CONNECTIONS = (
    Column("ID", Kind.NUMBER),
    Column("USER", Kind.TEXT),
    Column("HOST", Kind.TEXT),
    Column("DB", Kind.TEXT),
    Column("COMMAND", Kind.TEXT),
    Column("TIME", Kind.NUMBER),
    Column("STATE", Kind.TEXT),
    Column("INFO", Kind.TEXT),
)
"""The columns of the process list that each server has; TIME is in seconds."""


def column_named(word: str, columns: Sequence[Column]) -> Column | None:
    """Return the column that a word names, in capital or small letters; None when there is none."""
    if not word.isascii():  # Python's small letters of some others are of ASCII
        return None
    return next((column for column in columns if column.name.lower() == word.lower()), None)
