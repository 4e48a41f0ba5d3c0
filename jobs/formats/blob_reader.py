"""How are the bytes of a blob walked without believing a number in them?

Every length and count is checked against the bytes that are left before anything is read, looped over or allocated, and
the number of values and their depth are limited. Left out: what the type codes mean (blob.py, blob_arrays.py).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias


class BlobError(ValueError):
    """The blob is damaged, hostile, too large or of an unknown kind; the message is a clause that says which."""


@dataclass(frozen=True)
class Limits:
    """How much of a blob is read before it is refused: bytes once inflated, values in all, containers in containers.

    Two thousand values, because chosen values can make a dict or set take quadratic time (40 ms at this number).
    """

    inflated_bytes: int = 1024 * 1024
    items: int = 2_000
    depth: int = 16


DEFAULT_LIMITS = Limits()
ARRAY_DIMENSIONS = 64  # numpy's own limit


class Reader:
    """One walk over the bytes of one blob, after its protocol; `kinds` reads the value behind each type code."""

    def __init__(self, data: bytes, limits: Limits, kinds: Kinds) -> None:
        self.data, self.pos, self.kinds = data, 4, kinds
        self.items_left, self.depth = limits.items, limits.depth

    def value(self, depth: int) -> object:
        self.spend(1)
        if depth > self.depth:
            raise BlobError("nested too deeply")
        code = self.take(1)[0]
        if code not in self.kinds:
            raise BlobError(f"unknown type code {code:#04x}")
        return self.kinds[code](self, depth + 1)

    def spend(self, items: int) -> int:
        self.items_left -= items
        if self.items_left < 0:
            raise BlobError("too many values")
        return items

    def take(self, size: int) -> bytes:
        if size > len(self.data) - self.pos:
            raise BlobError("data that ends too early")
        self.pos += size
        return self.data[self.pos - size : self.pos]

    def unsigned(self, size: int = 8) -> int:
        return int.from_bytes(self.take(size), "little")

    def numbers(self, code: str, count: int = 1) -> tuple[int | float, ...]:
        return struct.unpack(f"<{count}{code}", self.take(count * struct.calcsize(f"<{code}")))

    def count(self, item_bytes: int = 9) -> int:
        """A number of things to come; by default values, of which each takes a length and a type code at least."""
        return self.bounded(self.unsigned(), item_bytes)

    def bounded(self, count: int, item_bytes: int) -> int:
        if count * item_bytes > len(self.data) - self.pos:
            raise BlobError("a count larger than the data")
        return count

    def item(self, depth: int) -> object:
        length = self.unsigned()
        end = self.pos + length
        value = self.value(depth)
        if self.pos != end:
            raise BlobError("a value of another length than declared")
        return value

    def items(self, depth: int) -> list[object]:
        return [self.item(depth) for _ in range(self.count())]

    def text(self) -> str:
        return decoded(self.take(self.unsigned()))

    def names(self) -> list[str]:
        return [self.name() for _ in range(self.spend(self.unsigned(4)))]

    def name(self) -> str:
        end = self.data.find(b"\0", self.pos)
        if end < 0:
            raise BlobError("a name without an end")
        return decoded(self.take(end + 1 - self.pos)[:-1])

    def shape(self) -> tuple[int, ...]:
        dimensions = self.count(8)
        if dimensions > ARRAY_DIMENSIONS:
            raise BlobError("an array of too many dimensions")
        return tuple(self.unsigned() for _ in range(dimensions))


def decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise BlobError("text that is not UTF-8") from error


Kinds: TypeAlias = Mapping[int, Callable[[Reader, int], object]]
