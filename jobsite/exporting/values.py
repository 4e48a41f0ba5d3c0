"""Any value of a row as JSON can hold it, and as a cell of CSV that no spreadsheet computes."""

import json
import math
import re
from collections.abc import Callable, Mapping, Set
from datetime import date, datetime, time
from decimal import Decimal

SURROGATE = re.compile("[\ud800-\udfff]")
FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""What a formula may begin with, also as a character of double width (OWASP, "CSV Injection")."""
IS_TEXT = "'"
"""What a spreadsheet takes for the sign of a text."""

_encode = json.JSONEncoder(check_circular=False, allow_nan=False).encode


def plain(value: object) -> object:
    """Return a value in the types of JSON. What it has no type for becomes a text.

    Times are written as ISO 8601, bytes in hexadecimal, and numbers that are none as `NaN` or `Infinity`. Of half a
    character, which no UTF-8 can hold, U+FFFD stays.
    """
    write = _WRITE.get(type(value))
    if write is None:
        write = next((one for kind, one in _WRITE.items() if isinstance(value, kind)), lambda other: _text(str(other)))
    return write(value)


def as_json(value: object) -> str:
    """Return a value as one line of JSON in ASCII, which is the same in every encoding and moves no cursor."""
    return _encode(plain(value))


def as_cell(value: object) -> str | int | float:
    """Return a value as a cell of CSV: nothing for None, numbers as they are, containers as JSON.

    A text that a spreadsheet would compute gets an apostrophe in front, as OWASP advises.
    """
    found = plain(value)
    if isinstance(found, bool | list | dict):
        return _encode(found)
    if found is None or isinstance(found, int | float):
        return "" if found is None else found
    text = str(found)
    return f"{IS_TEXT}{text}" if text.lstrip(" ").startswith(FORMULA) else text


def _text(text: str) -> str:
    if text.isascii() or not SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")  # two halves are one character


def _number(value: float) -> object:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _same(value: object) -> object:
    return value


def _mapping(value: Mapping[object, object]) -> object:
    return {_text(str(name)): plain(one) for name, one in value.items()}


def _list(value: "list[object] | tuple[object, ...]") -> object:
    return [plain(one) for one in value]


def _set(value: "Set[object]") -> object:
    return [plain(one) for one in sorted(value, key=repr)]


_WRITE: Mapping[type, Callable[..., object]] = {
    str: _text,
    int: _same,
    type(None): _same,
    dict: _mapping,
    float: _number,
    bool: _same,
    list: _list,
    tuple: _list,
    bytes: lambda value: f"0x{value.hex()}",
    datetime: datetime.isoformat,
    date: date.isoformat,
    time: time.isoformat,
    Decimal: str,
    set: _set,
    frozenset: _set,
    Mapping: _mapping,
}
