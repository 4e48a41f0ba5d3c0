"""Failed jobs one by one, each with its stack: for samples, and for those that are few."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from typing import Any, NamedTuple

from jobs.layouts.branches import Branch, Select, as_text, union_all
from jobs.layouts.stack_sizes import STACK_SIZE
from jobs.listing.failures.group_rows import RowName
from jobs.models import QualifiedName
from jobs.tracebacks.parsing import read_stack_blob
from jobs.tracebacks.shapes import MESSAGE_CHARS
from jobsite.lab.identifiers import quoted
from jobsite.lab.sql import lab_cursor

STACK_BYTES = 32_768
"""A packed stack of more bytes is not read; it would be some 300 kB of text."""
STACK_CHARS = 400_000
ROWS = "SELECT {} AS branch, {}, LEFT({}, {}), `timestamp`, {}, {} FROM {}"
STACK = f"IF(LENGTH(error_stack) <= {STACK_BYTES}, error_stack, NULL)"
TEXTS = ("table_name", "key_hash", "user", "host")
UP_TO = "{} LIMIT {}"


class FailedRow(NamedTuple):
    """A failed job, as far as its group depends on it and is counted by it."""

    stored_in: QualifiedName
    table_name: str
    key_hash: str
    user: str
    host: str
    message: str
    """Its first MESSAGE_CHARS."""
    when: datetime | None
    size: int
    """That of its stack (jobs.layouts.stack_sizes)."""
    blob: bytes | None
    """Its packed stack; None where there is none, or it is too large."""

    @property
    def name(self) -> RowName:
        """Its jobs table, and its primary key there."""
        return self[:3]

    @property
    def stack(self) -> str:
        """The text of its stack, '' where there is none."""
        return read_stack_blob(self.blob, max_bytes=STACK_CHARS).text if self.blob else ""


def failed_rows(branches: Sequence[Branch], most: int) -> list[FailedRow]:
    """Return the rows of the branches, at most so many of each."""
    selects = [_rows(number, branch, most) for number, branch in enumerate(branches)]
    if not selects:
        return []
    with lab_cursor() as cursor:
        cursor.execute(*union_all(selects))
        return [_row(branches[number].table, row) for number, *row in cursor.fetchall()]


def _rows(number: int, branch: Branch, most: int) -> Select:
    texts = ", ".join(as_text(quoted(name), name) for name in TEXTS)
    message = as_text("error_message", "error_message")
    return UP_TO.format(
        ROWS.format(number, texts, message, MESSAGE_CHARS, STACK_SIZE, STACK, branch.sql), most
    ), branch.parameters


def _row(table: QualifiedName, row: Iterable[Any]) -> FailedRow:
    *texts, when, size, blob = row
    return FailedRow._make((table, *texts, when and when.replace(tzinfo=timezone.utc), size, blob and bytes(blob)))
