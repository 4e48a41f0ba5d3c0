"""A key packed as DataJoint packs it (DataJoint 0.14.10, blob.py), for a row that no worker writes.

Of what a key may hold, the values that a person can write as JSON: texts, whole numbers, numbers, true, false and null.
"""

import struct
import zlib
from collections.abc import Callable, Mapping
from types import NoneType

from jobs.formats.key import SURROGATE

PROTOCOL, COMPRESSED = b"dj0\0", b"ZL123\0"
COMPRESSED_FROM = 1000
"""Bytes from which DataJoint compresses a blob, where that makes it shorter."""
LONGEST = 65_535
"""Bytes of a `blob` column."""


def pack_key(key: Mapping[str, object]) -> bytes:
    """Return a key as a jobs table keeps it. Raises ValueError with one sentence for what no key of one can be."""
    if not key:
        raise ValueError("A key needs at least one attribute.")
    packed = PROTOCOL + b"\x04" + _u64(len(key)) + b"".join(_sized(name) + _sized(key[name], name) for name in key)
    if len(packed) > COMPRESSED_FROM:
        packed = min(packed, COMPRESSED + _u64(len(packed)) + zlib.compress(packed), key=len)
    if len(packed) > LONGEST:
        raise ValueError(f"A key has at most {LONGEST:,} bytes.")
    return packed


def _sized(value: object, name: str = "") -> bytes:
    pack = PACKERS.get(type(value))
    if pack is None or (isinstance(value, str) and SURROGATE.search(value)):
        raise ValueError(
            f"The value of {name} is none that a key can have: write a text, a number, true, false or null."
        )
    packed = pack(value)
    return _u64(len(packed)) + packed


def _text(value: str) -> bytes:
    encoded = value.encode()
    return b"\x05" + _u64(len(encoded)) + encoded


def _whole_number(value: int) -> bytes:
    size = value.bit_length() // 8 + 1
    return b"\x0a" + struct.pack("<H", size) + value.to_bytes(size, "little", signed=True)


def _u64(number: int) -> bytes:
    return struct.pack("<Q", number)


PACKERS: Mapping[type, Callable[..., bytes]] = {
    str: _text,
    bool: lambda value: b"\x0b" + bytes([value]),
    int: _whole_number,
    float: lambda value: b"\x0d" + struct.pack("<d", value),
    NoneType: lambda value: b"\xff",
}
