"""What do the array-like parts of a blob hold: numpy scalars and arrays, MATLAB structs and cells, records?

One element comes as its plain value, more as a description; see blob.py of DataJoint 0.14.10, read_array and after.
Left out: the numbers inside larger arrays, and sparse arrays, which DataJoint does not read either.
"""

from __future__ import annotations

import datetime as dt
import math
import struct
from dataclasses import dataclass

from jobs.formats.blob_reader import BlobError, Kinds, Reader

NUMBERS = {  # blob.py, deserialize_lookup
    3: ("bool", "?"), 6: ("float64", "d"), 7: ("float32", "f"), 8: ("int8", "b"), 9: ("uint8", "B"), 10: ("int16", "h"),
    11: ("uint16", "H"), 12: ("int32", "i"), 13: ("uint32", "I"), 14: ("int64", "q"), 15: ("uint64", "Q"),
}  # fmt: skip
CHAR, OBJECT, DATETIMES = 4, 5, 65_536
TIME_UNITS = ("Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as")
MICROSECONDS = {"h": 3_600_000_000, "m": 60_000_000, "s": 1_000_000, "ms": 1_000, "us": 1}
PER_MICROSECOND = {"ns": 10**3, "ps": 10**6, "fs": 10**9, "as": 10**12}
NOT_A_TIME = -(2**63)


@dataclass(frozen=True)
class Array:
    """An array that is described instead of read: its type and shape."""

    dtype: str
    shape: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.dtype} array {' x '.join(map(str, self.shape))}"


def _structs(reader: Reader, depth: int) -> object:
    shape = reader.shape()
    names = reader.names()
    # A struct without fields takes no bytes, so nothing but this bounds how many of them a blob may claim.
    count = reader.bounded(math.prod(shape), 9 * len(names)) if names else 0
    rows: list[object] = [{name: reader.item(depth) for name in names} for _ in range(count)]
    return rows[0] if count == 1 else rows


def _cells(reader: Reader, depth: int) -> object:
    return [reader.item(depth) for _ in range(reader.bounded(math.prod(reader.shape()), 9))]


def _record(reader: Reader, depth: int) -> object:
    columns = {name: reader.value(depth) for name in reader.names()}
    large = next((column for column in columns.values() if isinstance(column, Array)), None)
    return Array("record", large.shape) if large else columns


def _array(reader: Reader, depth: int) -> object:
    shape = reader.shape()
    size, code, imaginary = math.prod(shape), reader.unsigned(4), reader.unsigned(4)
    if code == CHAR:
        return _chars(reader, shape)
    if code == OBJECT:
        values = [reader.item(depth) for _ in range(reader.bounded(size, 9))]
        return values[0] if size == 1 else Array("object", shape)
    if DATETIMES <= code < DATETIMES + len(TIME_UNITS):
        return _ticks(reader, shape, TIME_UNITS[code - DATETIMES])
    if code not in NUMBERS:
        raise BlobError("an array of an unknown type")
    return _numeric(reader, shape, *NUMBERS[code], complex_parts=bool(imaginary))


def _numeric(reader: Reader, shape: tuple[int, ...], dtype: str, code: str, *, complex_parts: bool) -> object:
    parts = 2 if complex_parts else 1
    size = math.prod(shape)
    if size == 1:
        numbers = reader.numbers(code, parts)
        return complex(*numbers) if complex_parts else numbers[0]
    reader.take(size * parts * struct.calcsize(f"<{code}"))
    return Array(f"complex {dtype}" if complex_parts else dtype, shape)


def _chars(reader: Reader, shape: tuple[int, ...]) -> object:
    raw = reader.take(2 * math.prod(shape))  # MATLAB's characters are UTF-16
    a_line = not raw or len(shape) < 2 or (len(shape) == 2 and shape[0] == 1)
    return raw.decode("utf-16-le", errors="replace") if a_line else Array("char", shape)


def _ticks(reader: Reader, shape: tuple[int, ...], unit: str) -> object:
    if math.prod(shape) != 1:
        reader.take(8 * math.prod(shape))
        return Array(f"datetime64[{unit}]", shape)
    ticks = int(reader.numbers("q")[0])
    try:
        return None if ticks == NOT_A_TIME else _since_1970(ticks, unit)
    except (ValueError, OverflowError) as error:
        raise BlobError("a datetime64 out of range") from error


def _since_1970(ticks: int, unit: str) -> dt.date:
    """numpy's datetime64 as a date or datetime. Finer than a microsecond is cut: MySQL stores nothing finer."""
    if unit in "YM":
        years, months = divmod(ticks, 12) if unit == "M" else (ticks, 0)
        return dt.date(1970 + years, months + 1, 1)
    if unit in "WD":
        return dt.date(1970, 1, 1) + dt.timedelta(days=ticks * (7 if unit == "W" else 1))
    finer = PER_MICROSECOND.get(unit)
    microseconds = ticks // finer if finer else ticks * MICROSECONDS[unit]
    return dt.datetime.fromordinal(719_163) + dt.timedelta(microseconds=microseconds)


ARRAY_KINDS: Kinds = {ord("A"): _array, ord("S"): _structs, ord("C"): _cells, ord("F"): _record}
