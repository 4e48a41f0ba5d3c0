"""Texts and numbers of a restriction as values: the very values that a server reads in them.

MySQL manual, "String Literals" and "Numeric Literals"; MariaDB reads them the same way.
"""

import re
from datetime import datetime
from decimal import Decimal
from math import isinf

MOST_DIGITS = 65
"""Digits of a number that are exact on every server (MySQL manual, "Fixed-Point Types")."""
MOST_DECIMALS = 30

ESCAPES = {"0": "\x00", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a", "%": "\\%", "_": "\\_"}
"""What a backslash makes of a letter; any other stands for itself. LIKE reads those of % and _ once more."""
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
TO_ESCAPE = re.compile(r'[\\"\x00-\x1f]')
WRITTEN = {"\x00": "\\0", "\b": "\\b", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\x1a": "\\Z", '"': '\\"', "\\": "\\\\"}

TIME = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,6}))?)?)?", re.ASCII)
"""A day, or a time of one. Other spellings mean different times to different servers."""


def text_in(literal: str) -> str:
    """Return the value of a text in single or double quotes."""
    quote, inside = literal[0], literal[1:-1]
    # Of '\'' and '''' both are one quote; a doubled one is never preceded by a backslash of its own.
    pieces = re.split(r"(\\.)", inside, flags=re.DOTALL)
    return "".join(_unescaped(piece, quote) for piece in pieces)


def _unescaped(piece: str, quote: str) -> str:
    if ESCAPED.fullmatch(piece):
        return ESCAPES.get(piece[1], piece[1])
    return piece.replace(quote * 2, quote)


def as_literal(text: str) -> str:
    """Return a text in double quotes as a person writes it: text_in reads the same text again."""
    inside = TO_ESCAPE.sub(lambda found: WRITTEN.get(found[0], found[0]), text)
    # A backslash before % or _ stays alone: read again, it stands before it.
    return '"' + re.sub(r"\\\\(?=[%_])", r"\\", inside) + '"'


def number_in(literal: str) -> int | Decimal | float | None:
    """Return the value of a number: exact, but for one with an exponent; None when it has too many digits."""
    if "e" in literal.lower():
        value = float(literal)
        is_lost = isinf(value) or (value == 0 and re.search(r"[1-9]", literal.lower().partition("e")[0]))
        return None if is_lost else value
    whole, _, decimals = literal.partition(".")
    if len(whole) + len(decimals) > MOST_DIGITS or len(decimals) > MOST_DECIMALS:
        return None
    return Decimal(literal) if "." in literal else int(literal)


def is_time(text: str) -> bool:
    """Say whether a text is a day or a time that every server reads as the same one."""
    found = TIME.fullmatch(text)
    if found is None:
        return False
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    try:
        datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  it has the zone of the server
    except ValueError:
        return False
    return True
