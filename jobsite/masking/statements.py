"""A running statement as a person may read it: without its secrets, or without any of its literals.

How a string ends depends on the session's sql_mode, and the server cuts a statement anywhere. So what may end in two
ways is hidden to the end of the statement.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from jobsite.masking.calls import takes_secret
from jobsite.masking.harmless_literals import SHOWS, harmless_literals
from jobsite.masking.names import NAME, Secrecy, secrecy
from jobsite.masking.spans import MASK, Span, hide
from jobsite.masking.text import masked

TOKEN = re.compile(
    r"""(?P<comment>/\*(?!M?!).*?(?:\*/|\Z)|--(?=\s|\Z)[^\n]*|\#[^\n]*)
    | (?P<string>(?:\b(?:_[a-z0-9]+\s*|[nxb]))?(?:'(?:[^'\\]|\\.|'')*(?:'|\\?\Z)|"(?:[^"\\]|\\.|"")*(?:"|\\?\Z)))
    | (?P<name>`(?:[^`]|``)*(?:`|\Z)|@{0,2}(?=[\d$]{0,64}[^\W\d])[\w$]+)
    | (?P<number>0x[0-9a-f]+|\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+)
    | \s+ | [(),;=+*<>!\[\]{}]+ | .""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
NUMERIC = re.compile(r"0[xb]\w*\Z|\d+(?:e\d+)?\Z", re.IGNORECASE)
FUNCTIONS = frozenset({"encode", "decode", "encrypt", "aes_encrypt", "aes_decrypt", "des_encrypt", "des_decrypt"})
USERS = frozenset({"user", "username", "login", "email", "account"})
"""Beside one of these, `pass` is a password."""
SETTINGS = frozenset({"validate_password"})
"""Before a point and the name of one."""
HASHED = re.compile(r"\b(?:md5|sha[12]?)\s?\(\s?['\"]|\brds_set_external_(?:master|source)\b", re.IGNORECASE)
"""A hash of a text that a person chose, and RDS's way to say a replica's password."""
SIZED = re.compile(
    r"\b(?:(?:var)?(?:char|binary)|(?:tiny|small|medium|big)?int|decimal|float|double|bit) ?\(\Z", re.IGNORECASE
)
AMBIGUOUS = re.compile(r"""\\["']""")
"""A backslash before a quote: the quote ends the string under NO_BACKSLASH_ESCAPES, and does not otherwise."""
ANY_LITERAL = "?"


def masked_statement(statement: str) -> str:
    """Return a statement without its secrets: where it names one, without any literal that may be it."""
    tokens = list(TOKEN.finditer(statement))
    if SHOWS.fullmatch(statement) or not (HASHED.search(statement) or _is_about_secrets(tokens)):
        return _masked_by_literal(statement, tokens)
    harmless = harmless_literals(statement, tokens)
    shown = {token.span() for token in harmless if token["number"] or not _holds_secret(token[0])}
    return hide(statement, (span for span in _literals(statement, tokens) if span not in shown))


def without_literals(statement: str) -> str:
    """Return a statement with a ? for each string and number, and without its comments."""
    return hide(statement, _literals(statement, TOKEN.finditer(statement))).replace(MASK, ANY_LITERAL)


def _literals(statement: str, tokens: Iterable[re.Match[str]]) -> Iterator[Span]:
    for token in tokens:
        if token["string"] and AMBIGUOUS.search(token[0]):
            yield token.start(), len(statement)
            return
        if token["string"] or token["comment"] or _is_number(token):
            yield token.span()


def _is_number(token: re.Match[str]) -> bool:
    """Say whether a token is a number, and not the width of a column: `varchar(64)`."""
    is_one = token["number"] or (token["name"] and NUMERIC.match(token[0]))
    return bool(is_one) and not SIZED.search(token.string, max(0, token.start() - 20), token.start())


def _masked_by_literal(statement: str, tokens: Sequence[re.Match[str]]) -> str:
    """Hide each string that holds a secret as a whole: where in it a secret ends, its escapes may hide."""
    whole = [token.span() for token in tokens if token["string"] and _holds_secret(token[0])]
    return masked(hide(statement, whole))


def _holds_secret(string: str) -> bool:
    return masked(string) != string or ((plain := _unescaped(string)) != string and masked(plain) != plain)


def _unescaped(string: str) -> str:
    return string.replace("''", "").replace('""', "").replace("\\", "")


def _is_about_secrets(tokens: Sequence[re.Match[str]]) -> bool:
    if any(_names_a_secret(token, after) for token, after in zip_longest(tokens, tokens[1:])):
        return True
    names = {token[0].strip("`@").lower() for token in tokens if token["name"]}
    return not USERS.isdisjoint(names) and any(secrecy(name) for name in names)


def _names_a_secret(token: re.Match[str], after: re.Match[str] | None) -> bool:
    text = token[0].strip("`@'\"")
    if token["name"]:
        is_called = after is not None and after[0].startswith("(")
        is_word = text.upper() == "IDENTIFIED" or (
            is_called and (text.lower() in FUNCTIONS or takes_secret(text, Secrecy.NONE))
        )
        return is_word or (secrecy(text) > Secrecy.COUNT and text.lower() not in SETTINGS)
    if not token["string"]:
        return False
    if NAME.fullmatch(text):
        return secrecy(text) > Secrecy.COUNT
    return _speaks_of_one(text)


def _speaks_of_one(string: str) -> bool:
    """Say whether a string speaks of a secret or is a statement about one: the next string may be it."""
    if not re.search(r"pass|pwd|secret|credential|key|identified", string, re.IGNORECASE):
        return False
    return any(secrecy(match[0]) is Secrecy.SURE or match[0].upper() == "IDENTIFIED" for match in NAME.finditer(string))
