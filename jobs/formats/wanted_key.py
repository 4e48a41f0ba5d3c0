"""Which key does a person look for? A part of a key or a whole one as people write it, or a key's hash.

`subject_id=3, session=1`, the same with AND or blanks between, a dict of Python, JSON, or 32 characters of key_hash.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from jobs.formats.key import SURROGATE, as_text

HASH = re.compile(r"[0-9a-f]{32}|[A-Za-z0-9+/]{32}")
"""An md5, or what MATLAB writes: the beginning of a SHA-256 in base64."""
PAIR = re.compile(
    r"""\s*`?(?P<name>\w{1,64})`?\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s,&"']+))"""
)
BETWEEN = re.compile(r"\s*(?:,|&|and\b)\s*|\s+|\Z", re.IGNORECASE)
LONGEST = 2000
"""Characters of a key that are read."""
HOW = "write subject_id=3, session=1, a whole key as JSON, or a key_hash"


@dataclass(frozen=True)
class WantedKey:
    """The attributes that a key must have, with their values as text; or the hash of a whole key."""

    fields: Mapping[str, str] = field(default_factory=dict, hash=False)
    key_hash: str = ""

    def __str__(self) -> str:
        """Return it as people write it."""
        return self.key_hash or ", ".join(f"{name}={value}" for name, value in self.fields.items())

    def is_in(self, found: Mapping[str, object]) -> bool:
        """Say whether the fields of a key are these attributes with these values, among others."""
        return bool(found) and all(name in found and as_text(found[name]) == text for name, text in self.fields.items())


def read_wanted_key(text: str) -> WantedKey:
    """Return the key in a text. Raises ValueError with one sentence when there is none."""
    if HASH.fullmatch(text):
        return WantedKey(key_hash=text)
    fields = _of_dict(text) if text.startswith("{") else _of_pairs(text)
    if not fields or len(text) > LONGEST or any(SURROGATE.search(one) for pair in fields.items() for one in pair):
        shown = text if len(text) <= 40 else f"{text[:40]}…"
        raise ValueError(f"“{shown}” is no key: {HOW}.")
    return WantedKey(fields)


def _of_dict(text: str) -> dict[str, str]:
    for read in (json.loads, ast.literal_eval):
        try:
            found = read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(found, dict) and all(isinstance(name, str) for name in found):
            return {name: as_text(value) for name, value in found.items()}
    return {}


def _of_pairs(text: str) -> dict[str, str]:
    found, at = dict[str, str](), 0
    while at < len(text):
        pair = PAIR.match(text, at)
        between = BETWEEN.match(text, pair.end()) if pair else None
        if pair is None or between is None or pair["name"] in found:
            return {}
        found[pair["name"]] = next(
            value for value in (pair["double"], pair["single"], pair["bare"]) if value is not None
        )
        at = between.end()
    return found
