"""The key of a chosen table as columns of its list: one for each attribute, as wide as its kind of value needs.

Which attributes a table's key has is told by the keys of the page itself, so that nothing is asked for it. A key with
other attributes, as one of an older declaration or one that was written by hand, is shown whole. No column sorts: the
server cannot look into a stored key.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from jobs.formats.key import ATTRIBUTE, Key

WIDTHS: Mapping[type, int] = {bool: 8, int: 8, dt.datetime: 20}
"""Half rem, about a letter each, that values take: multiples of STEP, which the stylesheet has classes for, `of-8`."""
USUAL_WIDTH = 12
LEAST_WIDTH, WIDEST, STEP = 8, 20, 4
MOST_WIDTH = 48
"""Half rem that all columns of a key take together: the message needs the rest."""


class KeyColumn(NamedTuple):
    """An attribute of the key, and how wide its column is, in half rem."""

    name: str
    width: int


def key_columns(keys: Iterable[Key]) -> tuple[KeyColumn, ...]:
    """Return the columns of the attributes that most of these keys have; none where they do not fit beside each other.

    The name and the kind of a value decide the width, not its length: so a column is as wide on the next page.
    """
    fields = [key.fields for key in keys if key.fields and not key.more]
    if not fields:
        return ()
    ((attributes, _),) = Counter(frozenset(one) for one in fields).most_common(1)
    first = next(one for one in fields if one.keys() == attributes)
    most = MOST_WIDTH // len(first) // STEP * STEP
    if most < LEAST_WIDTH or not all(map(ATTRIBUTE.fullmatch, first)):
        return ()
    widths = {name: _width(name, value) for name, value in first.items()}
    is_too_wide = sum(widths.values()) > MOST_WIDTH
    return tuple(KeyColumn(name, min(width, most) if is_too_wide else width) for name, width in widths.items())


def fits(key: Key, columns: Iterable[KeyColumn]) -> bool:
    """Say whether a key has exactly the attributes of these columns."""
    return key.fields is not None and key.fields.keys() == {column.name for column in columns}


def _width(name: str, value: object) -> int:
    """Return what the attribute's name and the kind of its values need."""
    of_name = (len(name) // STEP + 1) * STEP
    return max(WIDTHS.get(type(value), USUAL_WIDTH), min(of_name, WIDEST))
