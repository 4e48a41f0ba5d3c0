"""Why are two failures one problem? Their exception, their own frame and their message agree, but for what varies.

So Sentry groups ("Issue Grouping"): own frames, the exception, and the message without its parameters; chained
exceptions all count. The fingerprint begins with the version of the rule, so that a group keeps its name until the
rule is another one.
"""

from dataclasses import dataclass
from hashlib import sha256

DIGITS = 12
"""Hexadecimal digits after the version: of 10,000 groups two share them by chance once in five million times."""


@dataclass(frozen=True)
class MessagePart:
    """A run of a message: text that all its failures have, or a word for what varies among them."""

    text: str
    """`shape mismatch: `, or one of n, id, path, address, name, shape, date."""
    varies: bool = False


@dataclass(frozen=True)
class OwnFrame:
    """The innermost frame of own code: its file without the folders it lies in, and its function; no line."""

    file: str
    function: str

    def __str__(self) -> str:
        """Return it as people name it."""
        return f"{self.function} · {self.file}" if self.function else self.file


@dataclass(frozen=True)
class Signature:
    """What the failures of a group have in common."""

    version: int
    """Of the rule by which it was made."""
    exception: str
    """`ValueError`, without its module; '' where a message names none."""
    message: tuple[MessagePart, ...]
    own_frame: OwnFrame | None = None
    """None where the stack has none, or none is stored."""
    chain: tuple[str, ...] = ()
    """The exceptions before the last one, in their order, each with its own frame, as one text."""

    @property
    def fingerprint(self) -> str:
        """The name of the group: `1-6f0c2a9b41d3`, the version of the rule and a hash of all the rest."""
        message = [f"{part.varies:d}{part.text}" for part in self.message]
        frame = [self.own_frame.file, self.own_frame.function] if self.own_frame else []
        parts = (self.exception, *message, "", *frame, "", *self.chain)
        hashed = sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()
        return f"{self.version}-{hashed[:DIGITS]}"
