"""The words, texts, numbers and signs of a restriction, as both families of servers tell them apart.

MySQL manual, "Language Structure"; MariaDB Knowledge Base, "Literals". A text may stand in double quotes and escape by
a backslash: DataJoint's session has neither ANSI_QUOTES nor NO_BACKSLASH_ESCAPES (0.14.10, connection.py). What servers
read in different ways, or not at all, is refused here.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from jobsite.restrictions.refusal import RestrictionError, shown

LONGEST = 10_000
"""Characters of a restriction."""

# Beyond ASCII every character may stand in a name.
IN_WORD = r"A-Za-z0-9_$\x80-\U0010ffff"
TOKEN = re.compile(
    rf"""
    (?P<blank>   [ \t\n\v\f\r]+ )
  | (?P<comment> \#|/\*|\*/|-- )
  | (?P<text>    '(?:[^'\\]|\\.|'')*' | "(?:[^"\\]|\\.|"")*" )
  | (?P<name>    `(?:[^`]|``)+` )
  | (?P<number>  (?:[0-9]+(?:\.[0-9]+)?|(?<![{IN_WORD}`])\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![{IN_WORD}.`]) )
  | (?P<word>    (?![0-9])[{IN_WORD}]+ )
  | (?P<sign>    <=>|<=|>=|<>|!=|&&|\|\||[=<>(),+*/-] )
    """,
    re.VERBOSE | re.DOTALL,
)
SURROGATE = re.compile("[\ud800-\udfff]")
STRAY = re.compile(rf"[{IN_WORD}.]+|.", re.DOTALL)
CURVED = "“”„‟‘’‚‛«»"
"""Quotation marks of prose, which a copied text may have."""

WHY_NOT = {
    "'": "begins a text that has no end: put ' after it",
    '"': 'begins a text that has no end: put " after it',
    "`": "begins a name that has no end: put ` after it",
    ";": "would end a statement: a restriction is one condition",
    "@": "would begin a variable: write the value itself",
    "!": "is not taken: write NOT",
    "&": "is not taken: write AND",
    "|": "is not taken: write OR",
    "%": 'is no operator of a restriction: inside a text it stands for any letters, as in host LIKE "%gpu%"',
    ".": "cannot stand here: name a column alone, without its table",
}
OTHERWISE = "cannot stand in a restriction outside of a text"


class Token(NamedTuple):
    """A piece of a restriction: a word, a name in backticks, a text, a number or a sign, as it was written."""

    kind: str
    text: str
    position: int

    @property
    def end(self) -> int:
        """The position after it."""
        return self.position + len(self.text)

    @property
    def word(self) -> str:
        """The word in capital letters, '' for anything else; Python's capitals of some other letters are of ASCII."""
        return self.text.upper() if self.kind == "word" and self.text.isascii() else ""

    def is_sign(self, sign: str) -> bool:
        """Say whether it is this sign."""
        return self.kind == "sign" and self.text == sign


def tokens_of(text: str) -> list[Token]:
    """Return the pieces of a restriction. Raises RestrictionError."""
    if len(text) > LONGEST:
        raise RestrictionError(f"A restriction may have {LONGEST:,} characters, and this has {len(text):,}.", LONGEST)
    if "\x00" in text:
        raise RestrictionError("A restriction cannot hold the character NUL.", text.index("\x00"))
    if half := SURROGATE.search(text):
        raise RestrictionError(f"{shown(half[0])} is half a character, which no server stores.", half.start())
    return list(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        found = TOKEN.match(text, at)
        kind = found.lastgroup if found else None
        if found is None or kind is None:
            raise _stray(text, at)
        if kind == "comment":
            raise RestrictionError(f"{shown(found[0])} would begin or end a comment: a restriction has none.", at)
        if kind != "blank":
            yield Token(kind, found[0], at)
        at = found.end()


def _stray(text: str, at: int) -> RestrictionError:
    found = STRAY.match(text, at)
    stray = found[0] if found else ""
    if stray[0].isdecimal() or (stray[0] == "." and stray[1:2].isdecimal()):
        return RestrictionError(f"{shown(stray)} is no number: write 12, 1.5 or 1e3, and a blank after it.", at)
    return RestrictionError(f"{shown(stray)} {WHY_NOT.get(stray[0], OTHERWISE)}.", at)
