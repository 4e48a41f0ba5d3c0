"""Which key does a person look for? A part of a key or a whole one as people write it, or a key's hash.

`subject_id=3, session=1`, the same with AND or blanks between, a dict of Python, JSON, or 32 characters of key_hash.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod

from jobs.formats.key import (
    BYTES_READ,
    SURROGATE,
    as_text,
    key_hash,
    packed_fields,
    packed_name,
    read_fields,
    text_of_packed,
)

HASH = re.compile(r"[0-9a-f]{32}|[A-Za-z0-9+/]{32}")
"""An md5, or what MATLAB writes: the beginning of a SHA-256 in base64."""
PAIR = re.compile(
    r"""\s*`?(?P<name>\w{1,64})`?\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s,&"']+))"""
)
BETWEEN = re.compile(r"\s*(?:,|&|and\b)\s*|\s+|\Z", re.IGNORECASE)
WHOLE = re.compile(r"-?\d+")
BYTES = re.compile(r"0x(?:[0-9a-f]{2})*")
LONGEST = 2000
"""Characters of a key that are read."""
MOST_HASHES = 64
"""Hashes that are tried for one key: six numbers, each of which may be stored as 3 or as 3.0."""
HOW = "write subject_id=3, session=1, a whole key as JSON, or a key_hash"


@dataclass(frozen=True)
class WantedKey:
    """The attributes that a key must have, with their values as text; or the hash of a whole key."""

    fields: Mapping[str, str] = field(default_factory=dict, hash=False)
    key_hash: str = ""

    def __str__(self) -> str:
        """Return it as people write it."""
        return self.key_hash or ", ".join(f"{name}={value}" for name, value in self.fields.items())

    @property
    def hashes(self) -> Sequence[str]:
        """The hashes that a key of exactly these attributes may have; none where they are too many to be tried.

        DataJoint hashes values as str() writes them (jobs.formats.key.key_hash), which differs from how a person reads
        some of them: where a DOUBLE holds 3.0, a person reads 3.
        """
        written = [_as_hashed(text) for text in self.fields.values()]
        if not 0 < prod(map(len, written)) <= MOST_HASHES:
            return []
        return [key_hash(dict(zip(self.fields, values, strict=True))) for values in product(*written)]

    def is_in(self, found: Mapping[str, object]) -> bool:
        """Say whether the fields of a key are these attributes with these values, among others."""
        return bool(found) and all(name in found and as_text(found[name]) == text for name, text in self.fields.items())

    def is_in_blob(self, blob: bytes | None) -> bool:
        """Say the same of a key as it is stored. Of many keys most are seen to be others before they are decoded."""
        packed = packed_fields(blob) if blob else None
        if packed is not None:
            for name, text in self.fields.items():
                value = packed.get(packed_name(name))
                if value is not None and text_of_packed(value) != text:
                    return False
        return self.is_in(read_fields(blob))


def read_wanted_key(text: str) -> WantedKey:
    """Return the key in a text. Raises ValueError with one sentence when there is none."""
    if HASH.fullmatch(text):
        return WantedKey(key_hash=text)
    fields = _of_pairs(text)
    if text.startswith("{"):
        fields = {name: as_text(value) for name, value in read_dict(text).items()}
    if not fields or len(text) > LONGEST or any(SURROGATE.search(one) for pair in fields.items() for one in pair):
        shown = text if len(text) <= 40 else f"{text[:40]}…"
        raise ValueError(f"“{shown}” is no key: {HOW}.")
    return WantedKey(fields)


def _as_hashed(text: str) -> list[str]:
    """Return how str() writes the values that `as_text` writes so; none where it cannot be known."""
    if text == "NULL":
        return [text, str(None)]
    if text == as_text(""):
        return [text, ""]
    if WHOLE.fullmatch(text):
        return [text, f"{text}.0", *(["-0.0"] if text == "0" else [])]
    if BYTES.fullmatch(text):
        raw = bytes.fromhex(text[2:])
        return [text, str(raw)] if len(raw) < BYTES_READ else []
    return [text]


def read_dict(text: str) -> dict[str, object]:
    """Return what a text is as JSON or as a dict of Python, with names for its keys; {} for anything else."""
    for read in (json.loads, ast.literal_eval):
        try:
            found = read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(found, dict) and all(isinstance(name, str) for name in found):
            return found
    return {}


def _of_pairs(text: str) -> dict[str, str]:
    found, at = dict[str, str](), 0
    while at < len(text):
        pair = PAIR.match(text, at)
        between = BETWEEN.match(text, pair.end()) if pair else None
        if pair is None or between is None or pair["name"] in found:
            return {}
        value = next(value for value in (pair["double"], pair["single"], pair["bare"]) if value is not None)
        found[pair["name"]] = as_text(value)
        at = between.end()
    return found
