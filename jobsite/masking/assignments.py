"""Where does a text give a secret's name and its value: `password=x`, `"token": "x"`, `--api-key x`, `'x' AS secret`?

No part of a text is gone through twice: what is hidden is not looked into again, and each line's quoted texts are
looked for once.
"""

import re
from collections.abc import Iterator

from jobsite.masking.names import NAME, Secrecy, secrecy
from jobsite.masking.spans import Span
from jobsite.masking.values import QUOTE, Values, quoted_end

SEPARATOR = re.compile(
    r"""\\*["'`]?\]?[ \t]*(?:
      (?P<block>:[ ]?[|>][-+]?[ ]*\n\s*)                     # password: >-
    | (?P<annotated>:[ ]?[\w\[\], .|]{1,60}[ ]?=(?!=)\s*)    # password: str = "x"
    | (?P<plain>(?::=|=>|==|!=|<>|<=>|=|:|→|%3[DdAa]|->(?=[ ]?["']))\s*)
    )""",
    re.VERBOSE,
)
NAMED = re.compile(r"""["']$|\b(?:name|key):[ ]$""")
ALSO_VALUE = re.compile(r"""\\*["']?[ ]?,?\s{0,20}\\*["']?value\\*["']?[ ]?[=:][ ]?""")
"""{"name": "password", "value": "x"}"""
PAIR = re.compile(r"""\\*["'][ ]?,[ ]?(?=[bru]?\\*["'])""")
BEFORE_PAIR = re.compile(
    r"""(?:\(|\.set\([^()\n]{0,80},[ ]?|(?:setattr|putenv|setenv|setdefault)\([^()\n]{0,80})[bru]?\\*["']$"""
)
SPACED = re.compile(r"""[`]?\s+(?=(?:_[a-z0-9]{1,10}\s?|[nxb])?['"]|0x)""")
OPTION = re.compile(r"""\\*['"],[ ]?(?=\\*['"](?!-))|[ ]+(?![-\[])""")
SAID = re.compile(
    r"""[ \t](?:(?:is|was)[ ](?=['"])|(?:(?:is|was)[ ])?(?=\S{0,60}\d)(?=\S{0,60}[^\W\d])(?=[^\s=:(]{5}))"""
)
OPERATOR = re.compile(
    r"""[`]?\s+(?:NOT\s+)?(?:LIKE|IN|REGEXP|RLIKE|BETWEEN|USING|BY|AS)\s*
    (?=(?:_[a-z0-9]{1,10}\s?|[nxb])?['"]|\w{0,12}\(|0x)""",
    re.IGNORECASE | re.VERBOSE,
)
CALLED = re.compile(r"\s?\(")
ELEMENT = re.compile(r"""["']?[ ]?>(?=[^<\s])""")
OF_A_TEXT = re.compile(r"(?:unexpected|invalid|unknown|bad|expected|special|next|near|after|before)\s+$", re.IGNORECASE)
"""Before `token: x`: it is one of a program's text."""
COMPARED = re.compile(r"""\s?[!=]=\s?(?P<quote>["'])[a-z<>/.,;:!?()-]{0,12}(?P=quote)""")
"""`token == "mouse"`: a word of a text."""

HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-amz-security-token"})
HEADER = re.compile(r"""\\*["']?[ ]?:[ ]?(?![ "'\\(\[{$%<])""")
NO_HEADER = re.compile(r"(?:required|failed|missing|error|none|denied|invalid|not)\b", re.IGNORECASE)

ALIASED = re.compile(
    r"""((?:'[^'\n]*'|"[^"\n]*"|\b0x[0-9a-fA-F]+|(?<![\w.])\d+))\s+AS\s+[`"']?([^\W\d]\w*)""", re.IGNORECASE
)
ENTRY = re.compile(
    r"""(?:entry|value:?|string)\s+('[^\n]{0,400}?')\s+for\s+(?:key|column)\s+['`"]{1,2}([\w.`]+)""", re.IGNORECASE
)
NETRC = re.compile(r"\blogin[ ]+\S{1,80}[ ]+password[ ]+(\S+)")
ORACLE = re.compile(r"\b(?:sqlplus|sqlldr|expdp|impdp)[ ]+[^\s/]{1,80}/([^\s@]+)")
POSITIONAL = re.compile(r"\bconn(?:ect)?\([^,()\n]{1,80},[^,()\n]{1,80},")
LOGS_IN = frozenset(
    {"HTTPBasicAuth", "HTTPDigestAuth", "BasicAuth", "login", "authenticate", "hashpw", "SecretStr", "SecretBytes"}
    | {"Minio", "Fernet", "jwt.encode", "jwt.decode", "hmac.new", "ldap_bind", "simple_bind", "simple_bind_s"}
)
"""Functions that take a secret without saying its name."""
SECOND_WORDS = frozenset({"key", "keys", "phrase", "code", "word"})
FIRST_WORD = re.compile(r"([A-Za-z]+)[ ]$")
PROMPTS = frozenset({"getpass", "input", "prompt"})

SHELL = re.compile(
    r"""(?P<client>\b(?:mysql|maria|mycli|mydumper|xtrabackup|sshpass|redis-cli|(?:docker|podman|helm)[ ]login)[\w-]*)
    | (?P<line>\n)
    | (?<=[\s'"])-(?P<option>[pa])(?P<value>
        (?P<apart>[ ][^\s'"-][^\s'"]*) | ['"]?[^\s'",-][^\s'"]* | [ ]['"][^'"\n]+(?=['"]))""",
    re.VERBOSE,
)
APART = ("sshpass", "redis-cli", "login")
"""How the programs end whose password may stand apart from the option."""


def assignments(text: str) -> Iterator[Span]:
    """Yield the values that follow, or precede, the name of a secret."""
    values = Values(text)
    for match in NAME.finditer(text):
        if match.start() < values.hidden_to:
            continue
        name = match[0].rstrip(".-$")
        if sure := secrecy(name) or _of_two_words(text, match.start(), name):
            yield from _after(values, match.start(), name, sure)
        elif name in LOGS_IN or name.rpartition(".")[2] in LOGS_IN:
            yield from _in_call(values, match.end())
    yield from _by_shape(text)
    yield from _in_shells(text)


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
    elif sure is Secrecy.LIKELY and (OF_A_TEXT.search(text, max(0, begin - 20), begin) or COMPARED.match(text, end)):
        return
    elif separator := SEPARATOR.match(text, end):
        yield from values.at(separator.end(), name, sure)
    elif at := _end_of_rarer(text, begin, end, sure):
        yield from values.at(at, name, sure)
    elif sure is Secrecy.SURE and name.lower() not in PROMPTS:
        yield from _in_call(values, end)


def _end_of_rarer(text: str, begin: int, end: int, sure: Secrecy) -> int:
    """Return where a value begins that follows a name in a rarer way; 0 when none does."""
    before = text[max(0, begin - 100) : begin]
    ways = [ALSO_VALUE] if NAMED.search(before) else []
    ways += [PAIR] if _ends_pair(text, end) and BEFORE_PAIR.search(before) else []
    ways += [OPTION] if before.endswith("-") else []
    ways += [ELEMENT] if before.endswith(("<", 'name="')) else []
    ways += [OPERATOR] if sure > Secrecy.COUNT else []
    ways += [SPACED, SAID] if sure is Secrecy.SURE and not before.endswith(("'", '"')) else []
    return next((found.end() for way in ways if (found := way.match(text, end))), 0)


def _ends_pair(text: str, at: int) -> bool:
    separator = PAIR.match(text, at)
    opening = QUOTE.match(text, separator.end()) if separator else None
    return opening is not None and text.startswith(")", quoted_end(text, opening))


def _in_call(values: Values, at: int) -> Iterator[Span]:
    if called := CALLED.match(values.text, at):
        yield from values.in_line(called.end())


def _by_shape(text: str) -> Iterator[Span]:
    for match in ALIASED.finditer(text):
        if secrecy(match[2]) > Secrecy.COUNT:
            yield match.span(1)
    for match in ENTRY.finditer(text):
        if secrecy(match[2].strip("`")):
            yield match.start(1) + 1, match.end(1) - 1
    for pattern in (NETRC, ORACLE):
        yield from (match.span(1) for match in pattern.finditer(text))
    values = Values(text)
    for match in POSITIONAL.finditer(text):
        yield from values.in_line(match.end())


def _in_shells(text: str) -> Iterator[Span]:
    """Yield what follows -p in the command line of a program that takes a password there: `mysql -uroot -ppw`."""
    client = ""
    for match in SHELL.finditer(text):
        if match["client"] or match["line"]:
            client = match["client"] or ""
        elif _takes_password(client, match):
            yield match.span("value")


def _takes_password(client: str, option: re.Match[str]) -> bool:
    is_its = client.startswith("redis") == (option["option"] == "a")
    return bool(client) and is_its and (not option["apart"] or client.endswith(APART))
