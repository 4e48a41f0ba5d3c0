"""Which keys of a table are to be computed now, in which order, and which are excluded?"""

import random
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from jobs.formats.key import row_hashes
from jobs.worker.dj.compat import Untyped
from jobs.worker.dj.connection import ALL_ROWS, MOST_ROWS
from jobs.worker.excluded import Holder, holders_of, statuses_of
from jobs.worker.options import Options
from jobs.worker.outcomes import KeyDict

Row = tuple[Any, ...]
"""The values of a key, in the order of its names."""
BEYOND = "beyond_max_calls"


@dataclass(frozen=True)
class PendingKeys:
    """The keys to compute, in order, and how many are excluded, by status; what max_calls leaves is BEYOND."""

    keys: list[KeyDict]
    excluded: Counter[str] = field(default_factory=Counter)
    why_none: str = ""
    """What a person should know when there is nothing to compute; '' when all that match are computed."""


def find_pending(table: Untyped, options: Options, empty: Collection[Row] = ()) -> PendingKeys:
    """Return what is to be computed, without the rows of `empty`: keys for which make has inserted nothing in this run.

    As DataJoint's populate() chooses (0.14.10): the limit counts keys before the excluded ones are left out.
    """
    statuses = statuses_of(table) if options.reserve else {}
    names, rows = _read_keys(key_query(table, options), options.limit)
    if not rows:
        return PendingKeys([], why_none=_why_none(table, options))
    rows = [row for row in rows if row not in empty] if empty else rows
    if not statuses:
        return _pending([dict(zip(names, row, strict=True)) for row in rows], Counter(), options)
    free, held = list[KeyDict](), Counter[str]()
    for row, hashed in zip(rows, row_hashes(names, rows), strict=True):
        if hashed in statuses:
            held[statuses[hashed]] += 1
        else:
            free.append(dict(zip(names, row, strict=True)))
    return _pending(free, held, options)


def held_keys(table: Untyped, options: Options) -> list[tuple[KeyDict, Holder]]:
    """Return the keys that are excluded, and by whom."""
    holders = holders_of(table) if options.reserve else {}
    names, rows = _read_keys(key_query(table, options), options.limit)
    return [
        (dict(zip(names, row, strict=True)), holders[hashed])
        for row, hashed in zip(rows, row_hashes(names, rows), strict=True)
        if hashed in holders
    ]


def key_query(table: Untyped, options: Options) -> Untyped:
    """Return DataJoint's query for the keys that the table lacks; raises what its key_source raises."""
    return table._jobs_to_do(options.restrictions) - table.target


def _why_none(table: Untyped, options: Options) -> str:
    wanted = table._jobs_to_do(options.restrictions)
    if not options.restrictions or len(wanted):
        return ""
    hints = "".join(_hint(attribute) for attribute in wanted.heading.attributes.values())
    return f"No key of {type(table).__name__} matches --restrict{hints}."


def _hint(attribute: Untyped) -> str:
    if attribute.uuid:
        return f"; {attribute.name} is a UUID, written X'…' there, without hyphens"
    if attribute.type.startswith("float"):
        return f"; {attribute.name} is a FLOAT, which equals no number that is written: CONCAT({attribute.name})=0.1"
    return ""


def _pending(keys: list[KeyDict], held: Counter[str], options: Options) -> PendingKeys:
    if options.order == "reverse":
        keys.reverse()
    elif options.order == "random":
        random.shuffle(keys)
    chosen = keys[: options.max_calls]
    if len(chosen) < len(keys):
        held[BEYOND] = len(keys) - len(chosen)
    return PendingKeys(chosen, held)


def _read_keys(query: Untyped, limit: int | None) -> tuple[list[str], Sequence[Row]]:
    """Return the names and values of the keys, as DataJoint's fetch("KEY") gives them, at a third of its time."""
    heading = query.heading
    names = list(heading.names)
    converted = any(attribute.uuid or attribute.adapter for attribute in heading.attributes.values())
    if limit is not None or converted:
        keys = query.fetch("KEY", limit=MOST_ROWS if limit is None else limit)
        return names, [tuple(key[name] for name in names) for key in keys]
    return names, query.connection.query(f"{query.make_sql()} {ALL_ROWS}").fetchall()
