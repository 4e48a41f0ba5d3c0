"""Where does a text give a secret's name and its value: `password=x`, `"token": "x"`, `--api-key x`, `'x' AS secret`?

No part of a text is gone through twice: what is hidden is not looked into again, and each line's quoted texts are
looked for once.
"""

import re
from collections.abc import Iterator

from jobsite.masking.calls import end_of_safe, is_pair
from jobsite.masking.names import NAME, Secrecy, secrecy
from jobsite.masking.sentences import said_of, said_pairs
from jobsite.masking.spans import Span
from jobsite.masking.values import Values

SEPARATOR = re.compile(
    r"""\\*["'`]?\]?[ \t]*(?:
      (?P<block>:[ ]?[|>][-+]?[ ]*\n\s*)                     # password: >-
    | (?P<annotated>:[ ]?[\w\[\], .|]{1,60}[ ]?=(?!=)\s*)    # password: str = "x"
    | (?P<plain>(?::=|=>|={1,3}|!={1,2}|<>|<=>|:|→|%3[DdAa]|->(?=[ ]?["']))
        (?:\s*(?=\\*["'])|[ \t]*\n[ \t]+(?=[^\s:=-]+(?:\n|\Z))|[ \t]*))
    )""",
    re.VERBOSE,
)
PROMPTED = re.compile(r"""[ ]?:[ ]?["'](?:[,);]|$)""")
"""`input("Password: ")`: the quote closes."""
UNPACKED = re.compile(r"\n[ \t]*(?:\w{1,40},[ ]?)+\Z|\A[ \t]*(?:\w{1,40},[ ]?)+\Z")
"""`user, password = "anna", "x"`"""
NAMED = re.compile(r"""["']$|\b(?:name|key):[ ]$""")
ALSO_VALUE = re.compile(r"""\\*["']?[ ]?,?\s{0,20}\\*["']?value\\*["']?[ ]?[=:][ ]?""")
"""{"name": "password", "value": "x"}"""
PAIR = re.compile(r"""(?:\\*["'])?[ ]?,[ ]?(?=[bru]?\\*["'])""")
"""("password", "x")"""
SPACED = re.compile(r"""[`]?\s+(?=(?:_[a-z0-9]{1,10}\s?|[nxb])?['"]|0x)""")
OPTION = re.compile(r"""\\*['"],[ ]?(?=\\*['"](?!-))|[ ]+(?![-\[])""")
OPERATOR = re.compile(
    r"""[`]?\s+(?:NOT\s+)?(?:LIKE|IN|REGEXP|RLIKE|BETWEEN|USING|BY|AS)\s*
    (?=(?:_[a-z0-9]{1,10}\s?|[nxb])?['"]|\w{0,12}\(|0x)""",
    re.IGNORECASE | re.VERBOSE,
)
ELEMENT = re.compile(r"""["']?[^<>\n]{0,200}>(?=[^<\s])""")
"""<password kind="x">, <entry key="password">"""
BEFORE_ELEMENT = re.compile(r"""(?:<(?:\w{1,20}:)?|<[^<>]{0,80}[ ](?:name|key|id)=["'])$""", re.IGNORECASE)
OF_A_TEXT = re.compile(r"(?:unexpected|invalid|unknown|bad|expected|special|next|near|after|before)\s+$", re.IGNORECASE)
"""Before `token: x`: it is one of a program's text."""
NO_SUCH = re.compile(r"\b(?:no such|missing)[ ]$", re.IGNORECASE)
COMPARED = re.compile(r"""\s?[!=]=\s?(?P<quote>["'])[a-z<>/.,;:!?()-]{0,12}(?P=quote)""")
"""`token == "mouse"`: a word of a text."""

HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-amz-security-token"})
HEADER = re.compile(r"""\\*["']?[ ]?:[ ]?(?![ "'\\(\[{$%<]|[bfru]["'])""")
NO_HEADER = re.compile(r"(?:required|failed|missing|error|none|denied|invalid|not)\b", re.IGNORECASE)

ALIASED = re.compile(
    r"""((?:'[^'\n]*'|"[^"\n]*"|\b0x[0-9a-fA-F]+|(?<![\w.])\d+))\s+AS\s+[`"']?([^\W\d]\w*)""", re.IGNORECASE
)
ENTRY = re.compile(
    r"""(?:entry|value:?|string)\s+('[^\n]{0,400}?')\s+for\s+(?:key|column)\s+['`"]{1,2}([\w.`]+)""", re.IGNORECASE
)
NETRC = re.compile(r"\blogin[ ]+\S{1,80}[ ]+password[ ]+(\S+)")
SECOND_WORDS = frozenset({"key", "keys", "phrase", "code", "word", "passe", "string", "token"})
FIRST_WORD = re.compile(r"([A-Za-z]+)[ -]$")


def assignments(text: str) -> Iterator[Span]:
    """Yield the values that follow, or precede, the name of a secret."""
    values = Values(text)
    for match in NAME.finditer(text):
        if match.start() < values.hidden_to:
            continue
        name = match[0].rstrip(".-$")
        if sure := max(secrecy(name), _of_two_words(text, match.start(), name)):
            yield from _after(values, match.start(), name, sure)
        elif at := end_of_safe(text, match.end(), name, Secrecy.NONE):
            yield from values.in_line(at, also_names=True)
    yield from _by_shape(text)


def _of_two_words(text: str, begin: int, name: str) -> Secrecy:
    """Return how surely a name is the second word of a secret's: `API key`, `pass phrase`."""
    if name.lower() not in SECOND_WORDS:
        return Secrecy.NONE
    before = FIRST_WORD.search(text, max(0, begin - 20), begin)
    return secrecy(f"{before[1]}_{name}") if before else Secrecy.NONE


def _after(values: Values, begin: int, name: str, sure: Secrecy) -> Iterator[Span]:
    """Yield what is hidden after a name."""
    text, end = values.text, begin + len(name)
    if name.lower() in HEADERS and (header := HEADER.match(text, end)):
        if not NO_HEADER.match(text, header.end()):
            yield values.header(header.end(), text[max(0, begin - 1) : begin])
    elif _is_of_a_text(text, begin, end, sure):
        return
    elif separator := SEPARATOR.match(text, end):
        if UNPACKED.search(text, max(0, begin - 80), begin):
            yield from values.in_line(separator.end())
        elif not PROMPTED.match(text, end):
            yield from values.at(separator.end(), name, sure)
    elif at := _end_of_rarer(text, begin, end, sure):
        yield from values.at(at, name, sure)
    elif at := end_of_safe(text, end, name, sure):
        yield from values.in_line(at, also_names=True)


def _is_of_a_text(text: str, begin: int, end: int, sure: Secrecy) -> bool:
    """Say whether a name is a token of a program's text, or one of a secret that there is not."""
    if NO_SUCH.search(text, max(0, begin - 20), begin):
        return True
    is_token = OF_A_TEXT.search(text, max(0, begin - 20), begin) or COMPARED.match(text, end)
    return sure is Secrecy.LIKELY and bool(is_token)


def _end_of_rarer(text: str, begin: int, end: int, sure: Secrecy) -> int:
    """Return where a value begins that follows a name in a rarer way; 0 when none does."""
    before = text[max(0, begin - 100) : begin]
    ways = [ALSO_VALUE] if NAMED.search(before) else []
    ways += [PAIR] if is_pair(text, begin, end) else []
    ways += [OPTION] if before.endswith("-") else []
    ways += [ELEMENT] if BEFORE_ELEMENT.search(before) else []
    ways += [OPERATOR] if sure > Secrecy.COUNT else []
    ways += [SPACED] if sure is Secrecy.SURE else []
    ways += said_of(before, sure)
    return next((found.end() for way in ways if (found := way.match(text, end))), 0)


def _by_shape(text: str) -> Iterator[Span]:
    for match in ALIASED.finditer(text):
        if secrecy(match[2]) > Secrecy.COUNT:
            yield match.span(1)
    for match in ENTRY.finditer(text):
        if secrecy(match[2].strip("`")):
            yield match.start(1) + 1, match.end(1) - 1
    yield from (match.span(1) for match in NETRC.finditer(text))
    yield from said_pairs(text)
