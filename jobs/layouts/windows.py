"""The rows of a jobs table range by range along its primary key: a few thousand at a time, whatever is wanted of them.

So no statement takes long, also where a condition looks into each row and few match. A range is read once: no row is
met twice, whatever becomes of it meanwhile, and those that stay are all met.
"""

from collections.abc import Iterator

from django.db.models import Q

from jobs.layouts.branches import Branch, bare, branches_of, literal
from jobsite.lab.sql import lab_cursor

Key = tuple[str, str]

COLUMNS = ("table_name", "key_hash")
LAST = (
    "SELECT CONVERT({table} USING utf8mb4), CONVERT({hash} USING utf8mb4) FROM {rows}"
    " ORDER BY {table}, {hash} LIMIT 1 OFFSET {before}"
)
"""Not cut, as a column is that is shown: the next range would begin too early."""
BEYOND = "({table} {way} {letters} OR {table} = {letters} AND {hash} {way_or_same} {key})"
"""With OR it goes along the index, as a pair it would not."""


def windows_of(rows: Branch, table_name: str, size: int) -> Iterator[Branch]:
    """Yield `rows` of one jobs table in parts, each within a range of `size` rows, matching or not.

    `table_name` is the only table whose jobs they are, '' where they may be of any.
    """
    layout, after = rows.layout, None
    wanted = Q(table_name=table_name) if table_name else Q()
    for whole in branches_of([layout], lambda schema: wanted):
        while (last := _last(_beyond(whole, after), size)) is not None:
            yield _up_to(_beyond(rows, after), last)
            after = last
    yield _beyond(rows, after)


def _last(whole: Branch, size: int) -> Key | None:
    """Return the key of the last row of a range of `size` rows; None where there are not so many."""
    table, key_hash = (bare(whole.layout, name) for name in COLUMNS)
    with lab_cursor() as cursor:
        cursor.execute(LAST.format(table=table, hash=key_hash, rows=whole.sql, before=size - 1), whole.parameters)
        found = cursor.fetchone()
    return (found[0], found[1]) if found else None


def _beyond(rows: Branch, key: Key | None) -> Branch:
    return rows if key is None else _compared(rows, key, ">", ">")


def _up_to(rows: Branch, key: Key) -> Branch:
    return _compared(rows, key, "<", "<=")


def _compared(rows: Branch, key: Key, way: str, way_or_same: str) -> Branch:
    (table, letters), (row, hash_letters) = ((bare(rows.layout, name), literal(rows.layout, name)) for name in COLUMNS)
    condition = BEYOND.format(
        table=table, letters=letters, hash=row, key=hash_letters, way=way, way_or_same=way_or_same
    )
    return rows.beside(condition, key[0], *key)
