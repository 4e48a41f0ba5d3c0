"""The rows of one jobs table that an action is meant for: chunk by chunk, and of each row only what a guard compares.

Django made a model's values of each, and compiled the condition for each chunk: that took longer than the server needs
to find the rows. Times stay the texts that they are compared and recorded as.
"""

from collections.abc import Iterator

from django.db.models import Q

from jobs.layouts.base import Layout
from jobs.layouts.branches import Branch, as_text, branches_of
from jobs.snapshots import SeenRow
from jobsite.lab.sql import lab_cursor

Key = tuple[str, str]

CHUNK = "SELECT {}, CAST(`timestamp` AS CHAR) FROM {} ORDER BY table_name, key_hash LIMIT {}"
BEYOND = "(table_name > %s OR table_name = %s AND key_hash > %s)"
"""After a primary key: with OR it goes along the index, as a pair it would not."""


def chunks_of(layout: Layout, wanted: Q, size: int, after: Key | None = None) -> Iterator[list[SeenRow]]:
    """Yield the rows that match, a page of primary keys at a time; one that changed meanwhile is not met again.

    `after` is the table_name and key_hash from which to go on.
    """
    for branch in branches_of([layout], lambda schema: wanted):
        while few := _read(branch.beside(BEYOND, after[0], *after) if after else branch, size):
            yield few
            after = few[-1].key


def _read(branch: Branch, size: int) -> list[SeenRow]:
    columns = ", ".join(as_text(name, name) for name in ("table_name", "key_hash", "status"))
    with lab_cursor() as cursor:
        cursor.execute(CHUNK.format(columns, branch.sql, size), branch.parameters)
        return list(map(SeenRow._make, cursor.fetchall()))
