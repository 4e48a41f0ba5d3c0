"""Which keys of a table are to be computed now, in which order, and which are held back?"""

import random
from collections import Counter
from dataclasses import dataclass, field

from jobs.held import Holding, held_back, holdings
from jobs.keys import key_hashes
from jobs.outcomes import Key, Options, Untyped


@dataclass(frozen=True)
class Todo:
    """The keys to compute, in order, and how many are held back, by status."""

    keys: list[Key]
    held_back: Counter[str] = field(default_factory=Counter)


def choose(table: Untyped, options: Options) -> Todo:
    """Return what is to be computed.

    As DataJoint's populate() chooses (0.14.10): the limit counts keys before those held back are left out.
    """
    keys = _read_keys(missing(table, options), options.limit)
    statuses = held_back(table) if options.reserve else {}
    if not statuses:
        return Todo(_in_order(keys, options))
    free, held = list[Key](), Counter[str]()
    for key, hashed in zip(keys, key_hashes(keys), strict=True):
        if status := statuses.get(hashed):
            held[status] += 1
        else:
            free.append(key)
    return Todo(_in_order(free, options), held)


def held_keys(table: Untyped, options: Options) -> list[tuple[Key, Holding]]:
    """Return the keys that are held back, and by whom."""
    keys = _read_keys(missing(table, options), options.limit)
    holders = holdings(table) if options.reserve else {}
    return [(key, holders[hashed]) for key, hashed in zip(keys, key_hashes(keys), strict=True) if hashed in holders]


def missing(table: Untyped, options: Options) -> Untyped:
    """Return DataJoint's query for the keys that the table lacks; raises what its key_source raises."""
    return table._jobs_to_do(options.restrictions) - table.target


def _in_order(keys: list[Key], options: Options) -> list[Key]:
    if options.order == "reverse":
        keys.reverse()
    elif options.order == "random":
        random.shuffle(keys)
    return keys[: options.max_calls]


def _read_keys(todo: Untyped, limit: int | None) -> list[Key]:
    """Return the keys with the values that DataJoint's fetch("KEY") gives them, at a third of its time."""
    heading = todo.heading
    converted = any(attribute.uuid or attribute.adapter for attribute in heading.attributes.values())
    if limit is not None or converted:
        found: list[Key] = todo.fetch("KEY", limit=limit)
        return found
    names = heading.names
    return [dict(zip(names, row, strict=True)) for row in todo.cursor()]
