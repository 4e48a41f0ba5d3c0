"""Requests that nobody's browser would send: the site's own, changed; the same again by their seed.

A request is a method, an address, a form and headers. What is changed are the values of the address, of the query, of
the form and of the headers; which there are comes from the site's pages, forms and addresses themselves.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote_from_bytes

from django.urls import URLPattern, URLResolver, get_resolver

Values = list[tuple[str, bytes]]

TIMES = (
    "0001-01-01",
    "0001-01-01T00:00:00+00:00",
    "9999-12-31T23:59:59.999999+00:00",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59",
    "1969-12-31T23:59:59+00:00",
    "1970-01-01T00:00:00+00:00",
    "2038-01-19T03:14:08+00:00",
    "2026-02-29T00:00:00Z",
    "2026-03-29T02:30:00+01:00",
    "20260101T000000Z",
)
NUMBERS = (
    "0",
    "-0",
    "-1",
    "1e9",
    "1e999",
    "nan",
    "inf",
    "0x10",
    "1_0",
    "٣",
    "²",
    "9" * 19,
    "9" * 400,
    "9" * 5000,
    "1.5",
    "+1",
    " 1 ",
)
TEXTS = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\n",
    "\r\nSet-Cookie: a=b",
    "'",
    '"',
    "`",
    "\\",
    "%",
    "%s",
    "%(x)s",
    "{}",
    "{0.__class__}",
    "_",
    "ü",
    "🧠",
    "\u202e",
    "\ufeff",
    "\U0010ffff",
    "ﷺ" * 300,
    "x" * 10_000,
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "' OR 1=1 -- ",
    "~jobs",
    "~2",
    "~3",
    "a|b",
    "|" * 7,
    "null",
    "true",
    "1",
    "on",
    "-age",
    "--id",
    "15m",
    "9999999999w",
    "mysql",
    "information_schema",
)
BYTES = (b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"%", b"%zz", b"\xe2\x28\xa1")
ALL: Sequence[bytes] = (*(text.encode() for text in (*TIMES, *NUMBERS, *TEXTS)), *BYTES)

CHARSETS = (
    "utf-8",
    "utf-16",
    "utf-7",
    "latin-1",
    "rot13",
    "base64",
    "zlib",
    "idna",
    "punycode",
    "undefined",
    "unicode_escape",
    "none",
)
KINDS = (
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=b",
    "multipart/form-data",
    "multipart/form-data; boundary=" + "b" * 300,
    "multipart/form-data; boundary=\xff",
    "application/json",
    "text/plain",
    "",
    ";;;=",
)
HEADERS: Mapping[str, Sequence[str]] = {
    "Host": ("", "evil.example", "localhost:99999", "127.0.0.1:x", "[::1", "a_b", "localhost.", "ü", "x" * 5000),
    "Accept-Language": ("", "xx", "*", "de;q=x", "en-" * 3000, "\xff", "zh-Hans,en;q=0.5", "../.."),
    "Accept-Encoding": ("", "gzip;q=x", "br", "*;q=0"),
    "Accept": ("", "application/json", "\xff"),
    "Content-Length": ("", "0", "3"),  # what is no number the web server refuses
    "HX-Request": ("true", "false", "\xff"),
    "HX-Boosted": ("true", "x"),
    "HX-History-Restore-Request": ("true", "x"),
    "HX-Current-URL": ("", "http://[", "//", "http://a:b/", "%FF", "\xff"),
    "HX-Current-URL-URI-AutoEncoded": ("true",),
    "HX-Target": ("job_list", "\xff", "%FF"),
    "HX-Trigger": ("%", "\xff"),
    "HX-Prompt": ("\x00", "🧠".encode().decode("latin-1")),
    "Triggering-Event": ("{", "null", "[]"),
    "Triggering-Event-URI-AutoEncoded": ("true",),
    "X-Forwarded-For": ("", "x", "1.1.1.1, ", "\xff", "," * 1000, "fe80::1%eth0"),
    "X-Forwarded-Proto": ("https", "http", "gopher", "https,http"),
    "X-Forwarded-Host": ("evil.example",),
    "X-CSRFToken": ("", "x", "\xff" * 32, "b" * 64),
    "Origin": (
        "null",
        "",
        "http://[",
        "https://evil.example",
        "http://localhost:x",
        "\xff",
        "x://",
        "http://a@localhost",
    ),
    "Referer": ("", "http://[", "\xff", "https://evil.example/"),
    "User-Agent": ("", "\xff", "x" * 5000, "\x00"),
    "If-Modified-Since": ("x", "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 99999 23:59:59 GMT"),
    "If-None-Match": ("*", '"', "x"),
    "Range": ("bytes=0-", "bytes=9-1", "bytes=-5", "x"),
    "Authorization": ("Basic x", "\xff"),
}
COOKIES = ("", "x", "\xff", "=", ";;", "a" * 5000, "\x00", '"\\377"', "eyJ9:x:y")
HOLE = b"?"
METHODS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "get", "X" * 50)


@dataclass(frozen=True)
class Sent:
    """A request as it goes over the wire."""

    method: str
    path: bytes
    query: Values = field(default_factory=list)
    form: Values = field(default_factory=list)
    kind: str = KINDS[0]
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        """The form as the content of the request."""
        if self.kind.startswith("multipart"):
            parts = [
                b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)
                for name, value in self.form
            ]
            return b"".join([*parts, b"--b--\r\n"])
        return encoded(self.form)


def encoded(values: Values) -> bytes:
    """Return names and values as a query string."""
    return "&".join(f"{name}={quote_from_bytes(value)}" for name, value in values).encode()


def addresses() -> Iterator[tuple[bytes, ...]]:
    """Yield every address of the site, but for the admin site's own, as its segments; HOLE is one to be filled in."""
    for route in _routes(get_resolver()):
        if not route.startswith("admin/"):
            yield tuple(HOLE if part.startswith("<") else part.encode() for part in route.split("/"))


def _routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from _routes(pattern, route)


class Mutator:
    """Makes requests out of those of the site."""

    def __init__(self, seed: int, sent: Sequence[Sent], values: Mapping[str, Sequence[bytes]]) -> None:
        """`sent` are requests as browsers send them, `values` those of each field as pages show them."""
        self.random, self.sent, self.values = random.Random(seed), sent, values

    def __next__(self) -> Sent:
        """Return another request, in which one to three things are changed."""
        made = self.random.choice(self.sent)
        for _ in range(self.random.randint(1, 3)):
            made = self.random.choice(self._changes)(made)
        return made

    @property
    def _changes(self) -> list[Callable[[Sent], Sent]]:
        seldom = [self._in_path, self._in_headers, self._in_cookies, self._in_kind, self._in_method]
        return [*[self._in_query] * 5, *[self._in_form] * 10, *seldom, self._in_headers]

    def value(self, of: bytes) -> bytes:
        """Return another value in place of this one."""
        choice = self.random.random()
        if choice < 0.3:
            return self.random.choice(_alike(of)).encode()
        if choice < 0.6 or not of:
            return self.random.choice(ALL)
        at = self.random.randrange(len(of))
        odd = self.random.choice(ALL)[:40]
        return self.random.choice(
            [of[:at], of[at:], of[:at] + odd + of[at + 1 :], of + odd, of * 2, of.upper(), of[::-1]]
        )

    def _in_values(self, values: Values) -> Values:
        made = list(values)
        others = [*self.values, "x" * 300, "ü", ""]
        own = sorted({name for name, _ in values})
        name = self.random.choice(own if own and self.random.random() < 0.8 else others)
        of = self.random.choice([*self.values.get(name, []), b"", *(value for other, value in values if other == name)])
        kept = of if self.random.random() < 0.2 else self.value(of)
        if self.random.random() < 0.7:
            made = [pair for pair in made if pair[0] != name]
        made.insert(self.random.randint(0, len(made)), (name, kept))
        return made * (self.random.randint(2, 400) if self.random.random() < 0.02 else 1)

    def _in_query(self, sent: Sent) -> Sent:
        return _with(sent, query=self._in_values(sent.query))

    def _in_form(self, sent: Sent) -> Sent:
        return _with(sent, form=self._in_values(sent.form))

    def _in_path(self, sent: Sent) -> Sent:
        parts = sent.path.split(b"/")
        at = self.random.randrange(len(parts))
        parts[at] = self.value(parts[at])
        return _with(sent, path=b"/" + b"/".join(parts).lstrip(b"/"))

    def _in_headers(self, sent: Sent) -> Sent:
        name = self.random.choice(list(HEADERS))
        return _with(sent, headers={**sent.headers, name: self.random.choice(HEADERS[name])})

    def _in_cookies(self, sent: Sent) -> Sent:
        name = self.random.choice(["session", "csrf", "messages", "other"])
        return _with(sent, cookies={**sent.cookies, name: self.random.choice(COOKIES)})

    def _in_kind(self, sent: Sent) -> Sent:
        kind, charset = self.random.choice(KINDS), self.random.choice(CHARSETS)
        return _with(sent, kind=f"{kind}; charset={charset}" if self.random.random() < 0.6 else kind)

    def _in_method(self, sent: Sent) -> Sent:
        return _with(sent, method=self.random.choice(METHODS))


def _alike(value: bytes) -> Sequence[str]:
    """Return what is of the kind of this value, and at the edges of it."""
    if value.isdigit():
        return NUMBERS
    return TIMES if value[:2] == b"20" and b":" in value else TEXTS


def _with(sent: Sent, **changed: object) -> Sent:
    return Sent(**{**sent.__dict__, **changed})
