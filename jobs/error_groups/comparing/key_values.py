"""A value of a stored key as the server is asked for it: by its index, and for nothing that merely looks alike.

A text that is compared with a column of numbers, or a number with one of texts, is compared without the index, and
`12a` equals 12 then (MySQL manual, "Type Conversion in Expression Evaluation").
"""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from decimal import Decimal

LARGEST_EXACT = 2**53
"""From here on not every whole number is a double, as MATLAB keeps all numbers of a key."""


def in_column(value: object, data_type: str) -> object | None:
    """Return what a column of this type is asked for; None where it holds no such value, or not surely the same."""
    read = READ.get(data_type)
    return read(value) if read else None


def _whole(value: object) -> int | None:
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < LARGEST_EXACT else None
    return int(value) if isinstance(value, int) else None


def _exact(value: object) -> int | Decimal | None:
    return value if isinstance(value, int | Decimal) and Decimal(value).is_finite() else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.isascii() else None  # others have to be of the column's letters


def _sixteen_bytes(value: object) -> bytes | None:
    return value.bytes if isinstance(value, uuid.UUID) else None


def _date(value: object) -> dt.date | None:
    return value if isinstance(value, dt.date) and not isinstance(value, dt.datetime) else None


def _datetime(value: object) -> dt.datetime | None:
    return value if isinstance(value, dt.datetime) and value.tzinfo is None else None


READ: Mapping[str, Callable[[object], object | None]] = {
    **dict.fromkeys(("tinyint", "smallint", "mediumint", "int", "bigint"), _whole),
    **dict.fromkeys(("char", "varchar", "enum"), _text),
    "decimal": _exact,
    "binary": _sixteen_bytes,
    "date": _date,
    "datetime": _datetime,
}
"""Left out are types whose values two sessions may read differently, and floats, which equal nothing exactly."""
