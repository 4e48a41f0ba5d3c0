"""Which job is this? A key as name=value, as a line to copy, and as DataJoint's hash.

Reads the `key` blob of a schema-wide job, or takes the columns of a per-table one (`key_of`). A key that cannot be read
is told with its reason instead of an error: one bad row must not take the page away.
Left out: identifying rows by hash; different keys share one (`{a: 1, b: 12}` and `{a: 11, b: 2}`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from types import NoneType
from typing import Any

from jobs.formats.blob import BlobError, Limits, first_bytes, unpack
from jobsite.one_line import printable

KEY_LIMITS = Limits(inflated_bytes=64 * 1024, items=1_000, depth=8)  # the column is a BLOB: 64 KiB
PROTOCOL = b"dj0\0"
PACKED_DICT = PROTOCOL + b"\x04"
"""How a key begins that DataJoint has packed, and not compressed; the number of its attributes follows."""
LENGTH_BYTES = 8
PAIRS_SHOWN = 12
NAME_CHARS = 64
VALUE_CHARS = 60
BYTES_READ = 60
"""Bytes of a binary value that a person reads and writes."""
BYTES_SHOWN = 4
EXACT_WHOLE_FLOAT = 2.0**53

# DataJoint 0.14.10, declare.py: attribute_name; MySQL manual, "Identifier Length Limits".
ATTRIBUTE = re.compile(r"[a-z][a-z0-9_]{0,63}")
SURROGATE = re.compile("[\ud800-\udfff]")  # half a character, which no server stores
LONGEST_VALUE = 3072
"""Bytes of a whole primary key (MySQL manual, "InnoDB Limits"): a longer text is in none, and fills a terminal."""


@dataclass(frozen=True)
class Key:
    """A job's key: `pairs` to show (names and values cut and escaped), `more` not shown, `fields` as read.

    `problem` is empty, or says why there are no fields.
    """

    pairs: tuple[tuple[str, str], ...] = ()
    more: int = 0
    fields: Mapping[str, object] | None = field(default=None, hash=False)
    problem: str = ""

    def __str__(self) -> str:
        if self.problem:
            return self.problem
        shown = ", ".join(f"{name}={value}" for name, value in self.pairs) or "no attributes"
        return f"{shown} and {self.more} more" if self.more else shown


def key_hash(key: Mapping[str, object]) -> str:
    """The `key_hash` of a job: md5 of the values as text, in order of their names (DataJoint 0.14.10, hash.py)."""
    return _hash("".join(str(key[name]) for name in sorted(key)))


def hash_of_json(text: str) -> str:
    """The `key_hash` of a key written as JSON, such as `{"id": 2}`: what `datajoint.key_hash` says of what JSON means.

    A number is hashed as it is written there, 2 and 2.0 apart; dates are texts. Raises ValueError with one sentence.
    """
    try:
        key = json.loads(text, object_pairs_hook=_fields_of_json)
        if isinstance(key, dict):
            return key_hash(key)
    except (ValueError, RecursionError):
        pass
    shown = printable(text if len(text) <= VALUE_CHARS else f"{text[: VALUE_CHARS - 1]}…")
    raise ValueError(f'“{shown}” is no key: write its attributes as a JSON object, such as {{"id": 2}}.')


def _fields_of_json(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """The names and values of a JSON object. Raises ValueError where a name comes twice: which value is meant?"""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a name that comes twice")
    return fields


def row_hashes(names: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield the `key_hash` of many keys, given as rows of values in the order of `names`, quicker than one by one."""
    places = [names.index(name) for name in sorted(names)]
    if len(places) == 1:
        return (_hash(str(value)) for (value,) in rows)
    return (_hash("".join([str(row[place]) for place in places])) for row in rows)


def _hash(values: str) -> str:
    return hashlib.md5(values.encode(), usedforsecurity=False).hexdigest()


def read_key(blob: bytes | None) -> Key:
    """The key in a job's `key` column; for NULL and for anything that is no key, a Key with a problem. Never raises."""
    if blob is None:
        return Key(problem="no key stored")
    try:
        fields = _unpacked(blob)
    except BlobError as error:
        return Key(problem=f"not readable ({error}); {_extent(blob)}")
    return key_of(fields) if fields is not None else Key(problem=f"not a key; {_extent(blob)}")


def read_fields(blob: bytes | None) -> Mapping[str, object]:
    """The names and values of such a key, without the words to show, which take longer; {} for what is no key."""
    try:
        return _unpacked(blob) or {} if blob is not None else {}
    except BlobError:
        return {}


def packed_fields(blob: bytes) -> Mapping[bytes, bytes] | None:
    """The names and values in a key, each still packed, which takes a fraction of the time; None where that cannot be.

    DataJoint packs a dict as the number of its items, and then each name and each value behind its length
    (DataJoint 0.14.10, blob.py, pack_dict). A damaged blob gives anything: who relies on a value decodes the whole.
    """
    number = int.from_bytes(blob[len(PACKED_DICT) : len(PACKED_DICT) + LENGTH_BYTES], "little")
    if not blob.startswith(PACKED_DICT) or number * 2 * LENGTH_BYTES > len(blob):
        return None
    at, found = len(PACKED_DICT) + LENGTH_BYTES, list[bytes]()
    for _ in range(2 * number):
        begin = at + LENGTH_BYTES
        at = begin + int.from_bytes(blob[at:begin], "little")
        found.append(blob[begin:at])
    return dict(zip(found[::2], found[1::2], strict=True))


def packed_name(name: str) -> bytes:
    """The name of an attribute as it stands in `packed_fields`."""
    raw = name.encode()
    return b"\x05" + len(raw).to_bytes(LENGTH_BYTES, "little") + raw


@lru_cache(maxsize=1024)  # many keys have the same values
def text_of_packed(value: bytes) -> str:
    """A value of `packed_fields` as a person reads and writes it; '' for one that cannot be read, which no value is."""
    try:
        return as_text(unpack(PROTOCOL + value, limits=KEY_LIMITS))
    except BlobError:
        return ""


def _unpacked(blob: bytes) -> Mapping[str, object] | None:
    """What a blob holds, None when that is no key. Raises BlobError."""
    value = unpack(blob, limits=KEY_LIMITS)
    return value if isinstance(value, dict) and all(isinstance(name, str) for name in value) else None


def key_of(fields: Mapping[str, object]) -> Key:
    """A key from its names and values, in their order."""
    shown = list(fields.items())[:PAIRS_SHOWN]
    pairs = tuple((_shown(name, NAME_CHARS), _shown(as_text(value), VALUE_CHARS)) for name, value in shown)
    return Key(pairs, len(fields) - len(pairs), fields)


def as_restriction(key: Key) -> str:
    """The key as Python to write after `Table & `, or '' when it cannot be said exactly.

    A dict such as `{"subject_id": 3, "session_date": datetime.date(2026, 1, 4)}`; a string with the condition in SQL
    where DataJoint takes a dict wrongly: 0.14.10 does not escape `"` in a text, writes bytes as Python does and
    compares floats by `=` (condition.py, prep_value).
    """
    conditions = as_sql(key)
    if key.fields is None or len(conditions) < len(key.fields):
        return ""
    literals = [_literal(_IN_PYTHON, value) for value in key.fields.values()]
    if None in literals:
        return repr(" AND ".join(conditions))
    return "{" + ", ".join(f'"{name}": {literal}' for name, literal in zip(key.fields, literals, strict=True)) + "}"


def as_sql(key: Key) -> list[str]:
    """The key as conditions for `Table & "..."` and command lines, such as "`subject_id`=3".

    All of them or none: a part of a key would select other jobs too. Quoted for MySQL, not for a shell.
    """
    fields = key.fields or {}
    conditions = [_condition(name, value) for name, value in fields.items()]
    return [] if None in conditions else [condition for condition in conditions if condition]


def _condition(name: str, value: object) -> str | None:
    literal = _literal(_IN_SQL, value)
    if literal is None or not ATTRIBUTE.fullmatch(name):
        return None
    column = f"`{name}`"  # always: which words are reserved differs from server to server
    if isinstance(value, float):
        # What was read of a FLOAT column, six digits, equals no value that is stored: it is what CONCAT() shows. So it
        # is of a DOUBLE, which shows all its digits.
        column = f"CONCAT({column})"
    return f"{column} IS NULL" if value is None else f"{column}={literal}"


def _literal(languages: Mapping[type, Callable[[Any], str | None]], value: object) -> str | None:
    write = languages.get(type(value))
    return write(value) if write else None


def _number(value: float) -> str | None:
    return repr(value) if math.isfinite(value) else None


def _decimal_in_sql(value: Decimal) -> str | None:
    return f"{value:f}" if value.is_finite() else None


def _date_in_sql(value: dt.date | dt.time) -> str | None:
    # A zone cannot be written in MariaDB, and DataJoint stores none.
    return None if getattr(value, "tzinfo", None) else f'"{value}"'


def _text_in_sql(value: str) -> str | None:
    raw = value.encode(errors="surrogatepass")
    if len(raw) > LONGEST_VALUE or SURROGATE.search(value):
        return None
    # DataJoint searches a condition for column names and understands \" and \' but not \\: hexadecimal is safe.
    if "\\" in value or not value.isprintable():
        return f"_utf8mb4 X'{raw.hex()}'"
    return '"' + value.replace('"', r"\"").replace("'", r"\'") + '"'


def _bytes_in_sql(value: bytes) -> str | None:
    return f"X'{value.hex()}'" if len(value) <= LONGEST_VALUE else None


def _text_in_python(value: str) -> str | None:
    # Without a " inside, repr() escapes neither kind of quote.
    return None if '"' in value else f'"{repr(value)[1:-1]}"'


_IN_SQL: dict[type, Callable[[Any], str | None]] = {
    NoneType: lambda _: "NULL",
    bool: lambda value: str(int(value)),
    int: repr,
    float: _number,
    str: _text_in_sql,
    bytes: _bytes_in_sql,
    uuid.UUID: lambda value: f"X'{value.hex}'",
    Decimal: _decimal_in_sql,
    dt.date: _date_in_sql,
    dt.time: _date_in_sql,
    dt.datetime: _date_in_sql,
}
_IN_PYTHON: dict[type, Callable[[Any], str | None]] = {
    NoneType: repr,
    bool: repr,
    int: repr,
    str: _text_in_python,
    uuid.UUID: lambda value: f'uuid.UUID("{value}")',
    Decimal: lambda value: f'decimal.Decimal("{value}")',
    dt.date: repr,
    dt.time: repr,
    dt.datetime: repr,
}


def as_text(value: object) -> str:
    """A value of a key as a person reads and writes it."""
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"0x{value[:BYTES_READ].hex()}"
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT_WHOLE_FLOAT:
        return str(int(value))  # MATLAB keeps every number of a key as a double
    return '""' if value == "" else str(value)


def _shown(text: str, most: int) -> str:
    return printable(text if len(text) <= most else text[: most - 1] + "…")


def _extent(blob: bytes) -> str:
    size = f"{len(blob) / 1000:.0f} kB" if len(blob) >= 1000 else f"{len(blob)} bytes"
    return f"{size}, begins {first_bytes(blob, BYTES_SHOWN)}"
