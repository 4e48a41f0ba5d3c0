"""Which jobs have the key that a person looks for? Their rows' keys are decoded: the server cannot look into them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact, LessThanOrEqual

from jobs.formats.key import key_hash, read_fields
from jobs.layouts.base import Layout
from jobs.layouts.branches import FIELDS, Branch, Select, as_text, branches_of, union_all
from jobs.layouts.reading import Reading
from jobs.listing.filters import JobFilter
from jobsite.lab.columns import AsBytes
from jobsite.lab.identifiers import quoted
from jobsite.lab.sql import lab_cursor

MOST_DECODED = 10_000
"""Rows whose keys are decoded."""
MOST_FOUND = 2_000
"""Jobs that a list names one by one to the server."""
KEY_BYTES = 4096
"""A longer key is not looked into: a primary key has 3072 bytes at most (MySQL manual, "InnoDB Limits")."""
COLUMNS = ("table_name", "key_hash", "key_blob")
NEWEST = "SELECT {} AS branch, {}, `timestamp` AS time FROM {} ORDER BY `timestamp` DESC LIMIT {}"
NEWEST_OF_ALL = "SELECT branch, table_name, key_hash, key_blob FROM ({}) AS every_table ORDER BY time DESC LIMIT {}"

Found = tuple[str, str, str, bytes | None]
"""Schema, table and key_hash of a job, and its key as it is stored."""
NARROW = "Choose a table, or narrow the filter by an age, to find the others."


def find_keys(chosen: JobFilter, reading: Reading, now: datetime) -> JobFilter:
    """Return the filter with the jobs that have its key, of the newest MOST_DECODED that match the rest of it.

    A filter without a key, or with the hash of one, is returned as it is: the server compares hashes.
    """
    wanted = chosen.wanted_key
    if chosen.problems or wanted is None or wanted.key_hash:
        return chosen
    rows = _read(chosen, reading, now, Q())
    if len(rows) > MOST_DECODED:  # where it is a whole key, its hash finds it among the others, too
        by_hash = Q(key_hash=key_hash(wanted.fields))
        rows = [*_read(chosen, reading, now, by_hash), *rows]
    found = list(
        dict.fromkeys((schema, table, name) for schema, table, name, key in rows if wanted.is_in(read_fields(key)))
    )
    return replace(chosen, found=tuple(found[:MOST_FOUND]), not_found=_why_not_all(len(rows), len(found)))


def _read(chosen: JobFilter, reading: Reading, now: datetime, beside: Q) -> list[Found]:
    """Return the newest jobs that match the filter without its key and status, with their keys as they are stored."""
    wanted = chosen.condition(now) & beside & Q(LessThanOrEqual(Length("key_blob"), KEY_BYTES))
    if chosen.table:
        wanted &= Q(table_name=chosen.table) & Q(Exact(AsBytes(F("table_name")), chosen.table.encode()))

    def rows_of(layouts: Sequence[Layout]) -> list[Found]:
        branches = branches_of(layouts, lambda schema: wanted)
        selects = [_newest(number, part) for number, one in enumerate(branches) for part in one.each_status()]
        if not selects:
            return []
        sql, parameters = union_all(selects)
        with lab_cursor() as cursor:
            cursor.execute(NEWEST_OF_ALL.format(sql, MOST_DECODED + 1), parameters)
            return [(branches[number].table.schema, *row) for number, *row in cursor.fetchall()]

    return reading.ask(rows_of, reading.layouts_in(chosen.schema))


def _newest(number: int, rows: Branch) -> Select:
    columns = ", ".join(f"{as_text(quoted(FIELDS[name].column), name)} AS {name}" for name in COLUMNS)
    return NEWEST.format(number, columns, rows.sql, MOST_DECODED + 1), rows.parameters


def _why_not_all(rows: int, found: int) -> str:
    """Return in sentences why a job with the key may not be listed, '' when all are."""
    if rows > MOST_DECODED:
        return f"Only the keys of the newest {MOST_DECODED:,} jobs that match the other filters were read. {NARROW}"
    if found > MOST_FOUND:
        return f"{found:,} jobs have this key, and only the newest {MOST_FOUND:,} are listed. {NARROW}"
    return ""
