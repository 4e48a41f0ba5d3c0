"""Which keys of a table are to be computed now, in which order, and which are excluded, and by whom?

Read by plain SELECT: opening DataJoint's own jobs table would make it, and looking never writes.
"""

import random
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jobs.formats.key import row_hashes
from jobs.worker.dj.compat import Untyped, key_source_of
from jobs.worker.dj.connection import ALL_ROWS, MOST_ROWS
from jobs.worker.options import Options
from jobs.worker.outcomes import KeyDict
from jobs.worker.reservations.jobs_table import STATUSES_SQL, read_jobs_table
from jobsite.lab.identifiers import quoted

Row = tuple[Any, ...]
"""The values of a key, in the order of its names."""
BEYOND = "beyond_max_calls"


@dataclass(frozen=True)
class Holder:
    """Who has a key, and for how many seconds, as far as its jobs table says; `message` is an error's."""

    status: str
    user: str | None
    host: str | None
    pid: int | None
    connection_id: int | None
    age_s: int | None
    message: str


@dataclass(frozen=True)
class PendingKeys:
    """The keys to compute, in order, and how many are excluded, by status; what max_calls leaves is BEYOND."""

    keys: list[KeyDict]
    excluded: Counter[str] = field(default_factory=Counter)
    why_none: str = ""
    """What a person should know when there is nothing to compute; '' when all that match are computed."""


@dataclass(frozen=True)
class _Found:
    """The keys that the table lacks, as rows: those that nobody has, and those that the jobs table excludes."""

    names: list[str]
    is_anything: bool
    free: list[Row]
    excluded: list[tuple[Row, str]]
    """Each row with its key hash."""

    def key(self, row: Row) -> KeyDict:
        return dict(zip(self.names, row, strict=True))


def find_pending(table: Untyped, options: Options, empty: Collection[Row] = ()) -> PendingKeys:
    """Return what is to be computed, without the rows of `empty`: keys for which make has inserted nothing in this run.

    As DataJoint's populate() chooses (0.14.10): the limit counts keys before the excluded ones are left out.
    """
    statuses = _statuses(table) if options.reserve else {}
    found = _find(table, options, statuses, empty)
    return _pending(table, options, found, (statuses[key_hash] for _, key_hash in found.excluded))


def find_pending_and_holders(table: Untyped, options: Options) -> tuple[PendingKeys, list[tuple[KeyDict, Holder]]]:
    """Return what is to be computed, and the excluded keys with who has them, both of one moment."""
    holders = _holders(table) if options.reserve else {}
    found = _find(table, options, holders)
    excluded = [(found.key(row), holders[key_hash]) for row, key_hash in found.excluded]
    return _pending(table, options, found, (holder.status for _, holder in excluded)), excluded


def check_key_query(table: Untyped, options: Options) -> None:
    """Have the server look at the query for the keys that the table lacks, and read none; raises what either raises."""
    query = _key_query(table, options)
    query.connection.query(f"{query.make_sql()} LIMIT 0")


def _find(table: Untyped, options: Options, by_hash: Mapping[str, object], empty: Collection[Row] = ()) -> _Found:
    names, rows = _read_keys(_key_query(table, options), options.limit)
    is_anything = bool(rows)
    rows = [row for row in rows if row not in empty] if empty else list(rows)
    if not by_hash:  # hashing costs more than all else
        return _Found(names, is_anything, rows, [])
    found = _Found(names, is_anything, [], [])
    for row, key_hash in zip(rows, row_hashes(names, rows), strict=True):
        if key_hash in by_hash:
            found.excluded.append((row, key_hash))
        else:
            found.free.append(row)
    return found


def _pending(table: Untyped, options: Options, found: _Found, statuses: Iterator[str]) -> PendingKeys:
    excluded = Counter(statuses)
    rows = found.free
    if options.order == "reverse":
        rows.reverse()
    elif options.order == "random":
        random.shuffle(rows)
    keys = [found.key(row) for row in rows[: options.max_calls]]
    if len(keys) < len(rows):
        excluded[BEYOND] = len(rows) - len(keys)
    return PendingKeys(keys, excluded, "" if found.is_anything else _why_none(table, options))


def _why_none(table: Untyped, options: Options) -> str:
    if not options.restrictions:
        return ""
    wanted = key_source_of(table, options.restrictions)
    if len(wanted):
        return ""
    hints = "".join(_hint(attribute) for attribute in wanted.heading.attributes.values())
    return f"No key of {type(table).__name__} matches --restrict{hints}."


def _hint(attribute: Untyped) -> str:
    if attribute.uuid:
        return f"; {attribute.name} is a UUID, written X'…' there, without hyphens"
    if attribute.type.startswith("float"):
        return f"; {attribute.name} is a FLOAT, written CONCAT({attribute.name})=0.1 there"
    return ""


def _key_query(table: Untyped, options: Options) -> Untyped:
    """Return DataJoint's query for the keys that the table lacks; raises what its key_source raises."""
    return key_source_of(table, options.restrictions) - table.target


def _read_keys(query: Untyped, limit: int | None) -> tuple[list[str], Sequence[Row]]:
    """Return the names and values of the keys, as DataJoint's fetch("KEY") gives them, at a third of its time."""
    heading = query.heading
    names = list(heading.names)
    converted = any(attribute.uuid or attribute.adapter for attribute in heading.attributes.values())
    if limit is not None or converted:
        keys = query.fetch("KEY", limit=MOST_ROWS if limit is None else limit)
        return names, [tuple(key[name] for name in names) for key in keys]
    return names, query.connection.query(f"{query.make_sql()} {ALL_ROWS}").fetchall()


def _statuses(table: Untyped) -> dict[str, str]:
    """Return the status of each job of the table that a run leaves alone, by key hash."""
    jobs = quoted(table.target.database, "~jobs")
    return dict(_read_jobs(STATUSES_SQL.format(jobs=jobs, all_rows=ALL_ROWS), table))


def _holders(table: Untyped) -> dict[str, Holder]:
    """Return who has each of them, by key hash."""
    jobs = read_jobs_table(table.connection, table.target.database)
    return {row[0]: Holder(*row[1:]) for row in _read_jobs(jobs.holders, table)}


def _read_jobs(query: str, table: Untyped) -> list[tuple[Untyped, ...]]:
    from datajoint.errors import MissingTableError

    try:
        return list(table.connection.query(query, (table.target.table_name,)))
    except MissingTableError:  # nobody has populated with reservation yet
        return []
