"""Why are two failures one problem? Their exception, their own frame and their message agree, but for what varies.

What exactly is compared stands in a version of the rule (jobs.tracebacks.rules). The fingerprint begins with its
number, so that no group becomes another one when a new version comes.
"""

import re
from dataclasses import dataclass
from hashlib import sha256

from jobs.tracebacks.message_words import MessagePart, exception_in, parts_of
from jobs.tracebacks.own_frames import OwnFrame
from jobs.tracebacks.rules import v1
from jobsite.masking.text import masked

__all__ = ["MessagePart", "OwnFrame", "Signature", "signature_of"]

DIGITS = 12
"""Hexadecimal digits after the version: of 10,000 groups two share them by chance once in five million times."""
FINGERPRINT = re.compile(rf"[1-9][0-9]{{0,2}}-[0-9a-f]{{{DIGITS}}}", re.ASCII)


@dataclass(frozen=True)
class Signature:
    """What the failures of a group have in common, and how one of them says it."""

    fingerprint: str
    """The name of the group: `1-6f0c2a9b41d3`, the version of the rule and a hash of what it compares."""
    exception: str
    """`ValueError`, without its module; '' where a message names none."""
    message: tuple[MessagePart, ...]
    """Without its secrets."""
    own_frame: OwnFrame | None
    """The innermost frame of own code; None where the stack has none, or none is stored."""
    alike: tuple[str, str]
    """The exception and the message as they are compared: of equal ones, only stacks can be different."""
    chain: tuple[str, ...] = ()
    """The exceptions that led to it, each with its own frame: `KeyError load · io.py`."""


def signature_of(message: str, stack: str) -> Signature:
    """Return the signature of a failure by its `error_message` and the text of its `error_stack`, '' for none."""
    compared = v1.compared(message, stack)
    exception, text = exception_in(message)
    parts = parts_of(masked(text), exception)
    return Signature(
        _fingerprint(compared), exception, parts, compared.stack.own_frame, compared[:2], compared.stack.chain
    )


def _fingerprint(compared: v1.Compared) -> str:
    exception, template, (own_frame, chain) = compared
    parts = (exception, template, *(own_frame or ()), "", *chain)
    hashed = sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()
    return f"{v1.VERSION}-{hashed[:DIGITS]}"
