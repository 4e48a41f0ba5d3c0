"""Which parts of a text look like a secret wherever they stand: URLs with credentials, keys in PEM, tokens.

Each search goes through the text once, and no part of it twice: a text that somebody made to be slow is not.
"""

import re
from collections.abc import Iterator

from jobsite.masking.random_texts import random_texts
from jobsite.masking.spans import Span
from jobsite.masking.values import PLACEHOLDER

PEM = re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY[A-Z ]{0,20}-----(.*?)(?:-----END|\Z)", re.DOTALL)
TOKENS = re.compile(
    r"""(?<![A-Za-z0-9])(?:
      (?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,} | LTAI\w{12,}      # Amazon, Alibaba
    | gh[pousr]_[A-Za-z0-9]{16,} | github_pat_\w{16,} | gl[a-z]{2,8}-[\w-]{16,}    # GitHub, GitLab
    | xox[a-z]-[\w-]{8,} | xapp-[\w-]{8,}                   # Slack
    | sk-(?=[\w-]{0,60}\d)[\w-]{16,} | [srp]k_(?:live|test)_\w{8,}
    | (?:AIza|ya29\.|GOCSPX-|npm_|pypi-|hf_|d(?:ckr_[op]at_|o[opr]_v1_|api)|SG\.|hvs\.|ATATT|key-(?=[0-9a-f]{32}\b)
      |whsec_|NRAK-|HRKU-|xkeysib-|CLOJARS_|AGE-SECRET-KEY-|SWM(?:TKN|KEY)-)[\w.=-]{16,}
    | eyJ[\w-]{8,}\.[\w-]{2,}(?:\.[\w-]*)? | eyJ[\w-]{20,}\.?   # a JWT
    | \$(?:2[abxy]|[156]|y|apr1)\$[\w./$]{20,} | \$argon2(?:id?|d)\$[\w=,+/$]{10,} | \$A\$005\$\S{20,}
    | pbkdf2_sha\d+\$\d+\$[\w+/=$]{10,}                     # hashes of passwords
    )""",
    re.VERBOSE,
)
"""Those that are too short, or have too few kinds of characters, to look drawn."""
MYSQL_HASH = re.compile(r"(?<![\w*])\*[0-9A-Fa-f]{40}(?![0-9A-Fa-f])")
WEBHOOK = re.compile(r"(?:hooks\.slack\.com/services|discord(?:app)?\.com/api/webhooks)/([^\s'\"<>]{8,})")
BEARER = re.compile(
    r"\b(?:bearer[ ]+([A-Za-z0-9._~+/=-]{6,})|basic[ ]+([A-Za-z0-9+/]{8,}={0,2})|token[ ]+([A-Za-z0-9._~+/=-]{16,}))",
    re.IGNORECASE,
)
ENCODED = re.compile(r"[0-9=]|[a-z][A-Z]")
"""What a token has and a word of a language has not."""
URL_REST = re.compile(r"(?<!docker)(?<!oras)://((?:(?!://)[^\s'\"`<>])*)")
SIGNED = re.compile(
    r"[?&](?:X-Amz-(?:Signature|Credential|Security-Token)|X-Goog-(?:Signature|Credential)|AWSAccessKeyId|Signature|"
    r"sig)=([^\s&'\"<>#]{6,})",
    re.IGNORECASE,
)
PORT = re.compile(r"\d{1,5}(?![^/?#,;)\].:])")
USER = re.compile(r"(?!\[)[^:@/?#]*:")
LONE_TOKEN = re.compile(r"(?=[^@]*\d)(?=[^@]*[A-Za-z])([\w-]{16,})(?::x-oauth-basic)?@")
DSN = re.compile(
    r"(?<![\w.+%-])(?!mailto:)[\w.+%-]{1,64}:([^\s:@/'\"()\[\]{}]{1,128})"
    r"@(?:[a-z]+\(|[\w.-]{1,255}(?::\d{2,5}\b|/\w|['\"])|(?:\d{1,3}\.){3}\d{1,3}\b|localhost\b)"
)
"""user:password@host:3306, without a scheme."""
PGPASS = re.compile(r"^[\w.*-]{1,255}:(?:\d{3,5}|\*):[^:\s]{1,64}:[^:\s]{1,64}:(\S+)$", re.MULTILINE)
PUTTY = re.compile(r"^Private-(?:Lines:\s*\d+\n((?:(?!Private)[A-Za-z0-9+/=]+\n?)+)|MAC:\s*(\S+))", re.MULTILINE)
QUERY_KEY = re.compile(
    r"[?&](?:key|code|k|hash|credential)=(?=[^&\s]{0,40}\d)(?=[^&\s]{0,40}[A-Za-z])([^\s&'\"<>#]{10,})", re.IGNORECASE
)


def shapes(text: str) -> Iterator[Span]:
    """Yield the parts of a text that are secrets by their own look."""
    for pattern in (PEM, WEBHOOK, SIGNED, DSN, PGPASS, PUTTY, QUERY_KEY):
        yield from (match.span(match.lastindex or 0) for match in pattern.finditer(text))
    for pattern in (TOKENS, MYSQL_HASH):
        yield from (match.span() for match in pattern.finditer(text))
    yield from (match.span(match.lastindex or 0) for match in BEARER.finditer(text) if _is_encoded(match))
    yield from credentials_in_urls(text)
    yield from random_texts(text)


def _is_encoded(match: re.Match[str]) -> bool:
    return bool(ENCODED.search(match[match.lastindex or 0]))


def credentials_in_urls(text: str) -> Iterator[Span]:
    """Yield the passwords between `scheme://user:` and `@host`, also where the text ends before the host."""
    for match in URL_REST.finditer(text):
        begin, rest = match.start(1), match[1]
        is_cut = text.startswith(("…", "..."), match.end()) or match.end() == len(text)
        if user := USER.match(rest):
            yield from _after_user(rest, begin, user.end(), is_cut)
        elif token := LONE_TOKEN.match(rest):
            yield begin, begin + token.end(1)


def _after_user(rest: str, begin: int, at: int, is_cut: bool) -> Iterator[Span]:
    end = rest.rfind("@")
    if end >= at:
        is_port = PORT.match(rest, at) and ("/" in rest[at:end] or "?" in rest[at:end])
        if not is_port and not PLACEHOLDER.fullmatch(rest, at, end):
            yield begin + at, begin + end
    elif is_cut and rest[at:] and not rest[at].isdecimal() and rest[at] not in "/\\{%$*":
        yield begin + at, begin + len(rest)
