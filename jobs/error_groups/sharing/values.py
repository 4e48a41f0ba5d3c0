"""How are the values of an attribute compared? As the server would, whatever types they were read as.

A key is read from a blob, a row from the server: a number may be an int there and a double of MATLAB's here, a UUID its
sixteen bytes. NaN equals itself, as it does in a group.
"""

import datetime as dt
import uuid
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isnan
from types import NoneType
from typing import Any, Final, TypeAlias

from jobs.formats.key import as_text


class Unknown:
    """The value of what is not known; NULL is known."""


UNKNOWN: Final = Unknown()
NAN = ("NaN",)
NUMBER, DATE, DATETIME, ZONED, TIME, DURATION = "number", "date", "datetime", "zoned datetime", "time", "duration"
ORDERED = frozenset({NUMBER, DATE, DATETIME, ZONED, TIME, DURATION})
"""What has an order that means something to a person. The order of names and of UUIDs does not."""
DATES = frozenset({DATE, DATETIME, ZONED})

PLAIN = frozenset({NoneType, bool, int, str, bytes, dt.date, dt.datetime, dt.timedelta})
"""Types whose values are compared as they are."""
WITH_ZONES = frozenset({dt.datetime, dt.time})

Comparable: TypeAlias = Hashable


@dataclass(frozen=True)
class Coded:
    """The values of one attribute as small numbers, which are in the order of the values where these have one."""

    failed: Sequence[int]
    """The code of each failed one; -1 where it is not known."""
    others: Sequence[int]
    values: Sequence[object]
    """A value for each code, as it was read."""
    ordered: int
    """How many codes have an order: the first ones. NULL and NaN stand behind them."""
    kind: str

    @property
    def is_of_dates(self) -> bool:
        """Say whether the values are points in time."""
        return self.kind in DATES


def coded(failed: Sequence[object], others: Sequence[object]) -> Coded:
    """Return the values of failed ones and of others as codes."""
    compared = [list(map(comparable, values)) for values in (failed, others)]
    kinds = [_kinds_of(values) for values in compared]
    if all(kinds) and (kinds[0] != kinds[1] or len(kinds[0]) > 1):
        # Read in two ways, as dates are that somebody inserted as text: what a person reads is the same.
        compared = [[_as_read(value) for value in values] for values in (failed, others)]
        kinds = [{"text"}]
    kind = next(iter(kinds[0] or kinds[-1]), "")
    shown = dict(zip((*compared[1], *compared[0]), (*others, *failed), strict=True))
    shown.pop(UNKNOWN, None)
    distinct, ordered = _in_order(shown, kind)
    code_of: dict[Comparable, int] = {value: code for code, value in enumerate(distinct)}
    codes = [[code_of.get(value, -1) for value in values] for values in compared]
    return Coded(codes[0], codes[1], [shown[value] for value in distinct], ordered, kind)


def comparable(value: object) -> Comparable:
    """Return what equals the same of every other value that means the same."""
    if type(value) in PLAIN:
        return value
    if isinstance(value, float | Decimal) and _is_nan(value):
        return NAN
    if isinstance(value, uuid.UUID):
        return value.bytes
    if isinstance(value, bytearray | memoryview):
        return bytes(value)
    try:
        hash(value)
    except TypeError:
        return as_text(value)
    return value


def _kinds_of(values: Sequence[Comparable]) -> set[str]:
    """Return the kinds of many values; one of each type tells that of all, unless some of them may have a zone."""
    one_of_each = {type(value): value for value in values}
    found = {kind_of(value) for value in one_of_each.values()}
    if WITH_ZONES & one_of_each.keys():
        found |= {kind_of(value) for value in values if type(value) in WITH_ZONES}
    return found - {""}


def kind_of(value: Comparable) -> str:
    """Return what a comparable value is one of; '' for NULL, NaN and what is not known, which are of every kind."""
    if value is None or value is UNKNOWN or value == NAN:
        return ""
    if isinstance(value, bool | int | float | Decimal):
        return NUMBER
    if isinstance(value, dt.datetime | dt.time) and value.tzinfo is not None:
        return ZONED if isinstance(value, dt.datetime) else "other"
    if isinstance(value, dt.datetime):
        return DATETIME
    for kind, name in ((dt.date, DATE), (dt.time, TIME), (dt.timedelta, DURATION), (str, "text"), (bytes, "bytes")):
        if isinstance(value, kind):
            return name
    return "other"


def _is_nan(value: float | Decimal) -> bool:
    return value.is_nan() if isinstance(value, Decimal) else isnan(value)


def _as_read(value: object) -> Comparable:
    found = comparable(value)
    return as_text(found) if kind_of(found) else found


def _in_order(distinct: Iterable[Comparable], kind: str) -> tuple[list[Comparable], int]:
    """Return the values in their order, those without one last, and how many have one."""
    if kind not in ORDERED:
        return list(distinct), 0
    sortable: list[Any] = [value for value in distinct if kind_of(value)]
    rest = [value for value in distinct if not kind_of(value)]
    return [*sorted(sortable), *rest], len(sortable)
