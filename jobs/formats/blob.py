"""What does a DataJoint blob hold? A reader that is bounded whatever the bytes say.

Anyone who may INSERT on one schema can plant a blob, and DataJoint's own reader loops without end on 15 bytes; so every
count is checked against the bytes that are left, and size, number and depth of the values are limited. Reads what
DataJoint 0.14.10 and 2.3.x write (blob.py of either) and what MATLAB's mYm wrote in it.
Left out: writing blobs, the numbers inside arrays (blob_arrays.py), and blobs of 32-bit mYm.
"""

from __future__ import annotations

import datetime as dt
import uuid
import zlib
from decimal import Decimal, InvalidOperation

from jobs.formats.blob_arrays import ARRAY_KINDS, Array
from jobs.formats.blob_reader import DEFAULT_LIMITS, BlobError, Kinds, Limits, Reader

__all__ = ["DEFAULT_LIMITS", "Array", "BlobError", "Limits", "first_bytes", "unpack"]

PROTOCOLS = (b"dj0\0", b"mYm\0")
COMPRESSED = b"ZL123\0"
# Longer integers and exponents come in no key, and str() or format() of them is refused or takes gigabytes.
INT_BYTES = 1024
DECIMAL_CHARS = 1024
DECIMAL_EXPONENT = 1024


def unpack(blob: bytes, *, limits: Limits = DEFAULT_LIMITS) -> object:
    """The value in a blob: Python's own types, with numpy scalars and arrays of one element as their plain value.

    Larger arrays come as `Array`, MATLAB structs as a dict (several: a list of dicts), cells as a list.
    Raises BlobError and nothing else, for any bytes.
    """
    plain = _inflated(blob, limits.inflated_bytes) if blob.startswith(COMPRESSED) else blob
    if len(plain) > limits.inflated_bytes:
        raise BlobError(f"larger than {limits.inflated_bytes:,} bytes")
    if plain[:4] not in PROTOCOLS:
        raise BlobError("not a DataJoint blob")
    reader = Reader(plain, limits, _KINDS)
    value = reader.value(0)
    if reader.pos != len(plain):
        raise BlobError("bytes left over after its value")
    return value


def first_bytes(blob: bytes, count: int = 16) -> str:
    """The first bytes in hexadecimal: `64 6a 30 00`."""
    return bytes(blob[:count]).hex(" ")


def _inflated(blob: bytes, most: int) -> bytes:
    # The declared size is the row's word only: what bounds the memory is the length given to the decompressor.
    stream = zlib.decompressobj()
    try:
        plain = stream.decompress(blob[len(COMPRESSED) + 8 :], most + 1)
    except zlib.error as error:
        raise BlobError("compressed data that cannot be inflated") from error
    if len(plain) > most:
        raise BlobError(f"larger than {most:,} bytes when inflated")
    if not stream.eof:
        raise BlobError("compressed data that ends too early")
    if len(plain) != int.from_bytes(blob[len(COMPRESSED) : len(COMPRESSED) + 8], "little"):
        raise BlobError("compressed data of another size than declared")
    return plain


def _set(reader: Reader, depth: int) -> object:
    try:
        return set(reader.items(depth))
    except TypeError as error:  # DataJoint packs no set of lists, and a signalling NaN has no hash
        raise BlobError("a set of values that cannot be in one") from error


def _dict(reader: Reader, depth: int) -> object:
    try:
        return {reader.item(depth): reader.item(depth) for _ in range(reader.count(18))}
    except TypeError as error:
        raise BlobError("a dict with a name that cannot be one") from error


def _int(reader: Reader, _: int) -> object:
    size = reader.unsigned(2)
    if size > INT_BYTES:
        raise BlobError("an integer that is too long")
    return int.from_bytes(reader.take(size), "little", signed=True)


def _complex(reader: Reader, _: int) -> object:
    return complex(*reader.numbers("d", 2))


def _decimal(reader: Reader, _: int) -> object:
    text = reader.text()
    try:
        number = Decimal(text) if len(text) <= DECIMAL_CHARS else None
    except InvalidOperation as error:
        raise BlobError("a decimal that is not a number") from error
    if number is None or abs(number.adjusted()) > DECIMAL_EXPONENT:
        raise BlobError("a decimal that is too long")
    return number


def _date_or_time(reader: Reader, _: int) -> object:
    """A date, a time, or both: decimal digits of each, or -1 for the missing one."""
    date, time = (int(reader.numbers(code)[0]) for code in "iq")
    try:
        day = dt.date(date // 10000, date // 100 % 100, date % 100) if date >= 0 else None
        clock = _clock(time) if time >= 0 else None
    except ValueError as error:
        raise BlobError("a date or time out of range") from error
    if day and clock is not None:
        return dt.datetime.combine(day, clock)
    return day if clock is None else clock


def _clock(digits: int) -> dt.time:
    hours, rest = divmod(digits, 10**10)
    return dt.time(hours % 100, rest // 10**8, rest // 10**6 % 100, rest % 10**6)


def _uuid(reader: Reader, _: int) -> object:
    return uuid.UUID(bytes=reader.take(16))


_KINDS: Kinds = {
    0x01: lambda reader, depth: tuple(reader.items(depth)),
    0x02: lambda reader, depth: reader.items(depth),
    0x03: _set,
    0x04: _dict,
    0x05: lambda reader, _: reader.text(),
    0x06: lambda reader, _: reader.take(reader.unsigned()),
    0x0A: _int,
    0x0B: lambda reader, _: reader.take(1) != b"\0",
    0x0C: _complex,
    0x0D: lambda reader, _: reader.numbers("d")[0],
    0xFF: lambda reader, _: None,
    ord("d"): _decimal,
    ord("t"): _date_or_time,
    ord("u"): _uuid,
    **ARRAY_KINDS,
}
