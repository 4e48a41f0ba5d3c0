"""Which rows of a jobs table are meant? A condition of plain SQL that names them one by one.

Django needs longer to compile such a list than the server to delete its rows. What many rows have in common stands
there once, the rest as tuples: both families go along the primary key by it, as quickly as by bare keys. Conditions for
each row, joined by OR, cost the server three times that.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from jobs.snapshots import SeenRow
from jobsite.lab.identifiers import quoted

TABLE, KEY, STATUS, TIME = "table_name", "key_hash", "status", "timestamp"
IN_ANY_CHARSET = "CONVERT({} USING utf8mb4) COLLATE utf8mb4_bin"
"""A column compared byte by byte: where it lacks a letter a plain comparison would fail (error 1267)."""
NONE = "FALSE"


def like_one_of(rows: Iterable[SeenRow], columns: Sequence[str]) -> tuple[str, list[str]]:
    """Return the condition that a row is like one of these in these columns, and its values.

    `columns` are table_name, key_hash and whichever of status and timestamp are compared.
    """
    groups: dict[tuple[str, str, bool, bool], list[str]] = defaultdict(list)
    with_status, with_time = STATUS in columns, TIME in columns
    for table_name, key_hash, status, when in rows:
        time = when if with_time else None
        listed = groups[table_name, status if with_status else "", key_hash.isascii(), time is not None]
        listed += (key_hash,) if time is None else (key_hash, time)
    conditions: list[str] = []
    values: list[str] = []
    for (table_name, status, are_ascii, has_time), listed in groups.items():
        compared = [name for name in columns if name != TIME or has_time]
        is_ascii = are_ascii and (table_name + status).isascii()
        number = len(listed) // (1 + has_time)
        conditions.append(_listed(compared, number, is_ascii=is_ascii, is_timeless=with_time and not has_time))
        values += [table_name, status, *listed] if with_status else [table_name, *listed]
    return " OR ".join(conditions) or NONE, values


def _listed(columns: Sequence[str], rows: int, *, is_ascii: bool, is_timeless: bool) -> str:
    """Return the condition on so many rows of one group: NULL equals nothing, so it cannot stand in a list."""
    of = {name: quoted(name) if is_ascii or name == TIME else IN_ANY_CHARSET.format(quoted(name)) for name in columns}
    common = [f"{of[name]} = %s" for name in (TABLE, STATUS) if name in of]
    if is_timeless:
        common.append(f"{quoted(TIME)} IS NULL")
    listed, row = (f"({of[KEY]}, {of[TIME]})", "(%s, %s)") if TIME in of else (of[KEY], "%s")
    return f"({' AND '.join(common)} AND {listed} IN ({', '.join([row] * rows)}))"
