"""Which rows of a jobs table are meant? A condition of plain SQL that names them one by one.

Django needs longer to compile such a list than the server to delete its rows. What many rows have in common stands
there once, the rest as tuples: both families go along the primary key by it, as quickly as by bare keys. Conditions for
each row, joined by OR, cost the server three times that.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from jobs.snapshots import JobSnapshot
from jobsite.lab.identifiers import quoted

TABLE, KEY, STATUS, TIME = "table_name", "key_hash", "status", "timestamp"
IN_ANY_CHARSET = "CONVERT({} USING utf8mb4) COLLATE utf8mb4_bin"
"""A column compared byte by byte: where it lacks a letter a plain comparison would fail (error 1267)."""
NONE = "FALSE"


def like_one_of(snapshots: Iterable[JobSnapshot], columns: Sequence[str]) -> tuple[str, list[str]]:
    """Return the condition that a row is like one of these in these columns, and its values.

    `columns` are table_name, key_hash and whichever of status and timestamp are compared.
    """
    groups: dict[tuple[str, str, bool, bool], list[JobSnapshot]] = defaultdict(list)
    with_status, with_time = STATUS in columns, TIME in columns
    for row in snapshots:
        status = row.status if with_status else ""
        is_ascii = row.key_hash.isascii() and row.table_name.isascii() and status.isascii()
        groups[row.table_name, status, is_ascii, with_time and row.timestamp is not None].append(row)
    conditions: list[str] = []
    values: list[str] = []
    for (table_name, status, is_ascii, has_time), rows in groups.items():
        compared = [name for name in columns if name != TIME or has_time]
        conditions.append(_listed(compared, len(rows), is_ascii=is_ascii, is_timeless=with_time and not has_time))
        values += [table_name, status] if with_status else [table_name]
        if has_time:
            values += [text for row in rows for text in (row.key_hash, _in_utc(row.timestamp))]
        else:
            values += [row.key_hash for row in rows]
    return " OR ".join(conditions) or NONE, values


def _listed(columns: Sequence[str], rows: int, *, is_ascii: bool, is_timeless: bool) -> str:
    """Return the condition on so many rows of one group: NULL equals nothing, so it cannot stand in a list."""
    of = {name: quoted(name) if is_ascii or name == TIME else IN_ANY_CHARSET.format(quoted(name)) for name in columns}
    common = [f"{of[name]} = %s" for name in (TABLE, STATUS) if name in of]
    if is_timeless:
        common.append(f"{quoted(TIME)} IS NULL")
    listed, row = (f"({of[KEY]}, {of[TIME]})", "(%s, %s)") if TIME in of else (of[KEY], "%s")
    return f"({' AND '.join(common)} AND {listed} IN ({', '.join([row] * rows)}))"


def _in_utc(when: datetime | None) -> str:
    """Return a time as the session compares it."""
    return when.isoformat(" ").removesuffix("+00:00") if when else ""
