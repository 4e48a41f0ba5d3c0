"""A message for people: text that all failures of a problem have, and a word for what varies among them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jobs.tracebacks.shapes import SHAPE_CHARS
from jobs.tracebacks.templates import EMAIL, OF_CODE, QUOTED, WITH_SLASH, is_name, said

NAMED = re.compile(r"([A-Za-z_#][\w.#]*)(?::\s+|:?$)", re.ASCII)
"""An exception before its text, as DataJoint stores both (DataJoint 0.14.10, autopopulate.py)."""

NUMBER = r"[-+]?(?:[0-9]+(?:[.,][0-9]+)*(?:[eE][-+]?[0-9]+)?(?:\.(?=[\s,\])]))?|\b(?:nan|NaN|inf|Inf)\b)"
HEX = r"[0-9A-Fa-f]"
TIME = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?"
VARYING = (
    (
        "date",
        rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:[T ]{TIME})?(?:Z|[-+][0-9]{{2}}:?[0-9]{{2}})?\b",
    ),
    ("date", rf"\b{TIME}\b"),
    ("name", QUOTED),
    ("address", r"\b[a-z][a-z+.-]+://[^\s'\",;()<>]+"),
    ("address", r"\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?::[0-9]+)?\b"),
    ("address", r"\b0x[0-9A-Fa-f]+\b"),
    ("address", EMAIL),
    ("path", WITH_SLASH),
    ("id", rf"\b{HEX}{{8}}-{HEX}{{4}}-{HEX}{{4}}-{HEX}{{4}}-{HEX}{{12}}\b"),
    ("shape", rf"[\[(]\s*{NUMBER}?(?:\s*[,;x]\s*{NUMBER}|\s*,\s*(?=[\])]))+\s*[\])]"),
    ("id", r"\b(?=[A-Za-z_0-9-]*[A-Za-z_])(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_]+(?:-[A-Za-z0-9_]+)*\b"),
    ("n", NUMBER),
)
"""What varies, the most special first."""
EITHER = re.compile("|".join(f"(?P<w{number}>{pattern})" for number, (_, pattern) in enumerate(VARYING)))
PATH_IN_QUOTES = re.compile(WITH_SLASH)


@dataclass(frozen=True)
class MessagePart:
    """A run of a message: text that all its failures have, or a word for what varies among them."""

    text: str
    """`shape mismatch: `, or one of n, id, path, address, name, shape, date."""
    varies: bool = False


def exception_in(message: str) -> tuple[str, str]:
    """Return the exception that a message begins with, without its module, and its text; '' where it names none."""
    found = NAMED.match(message)
    if not found:
        return "", message
    return found[1].rpartition(".")[2], message[found.end() :]


def parts_of(text: str, exception: str = "") -> tuple[MessagePart, ...]:
    """Return a message's text in parts, as far as it is compared; `exception` is what it was the message of."""
    return tuple(_parts(said(" ".join(text[:SHAPE_CHARS].split()), exception), exception))


def _parts(text: str, exception: str) -> Iterator[MessagePart]:
    at = 0
    for found in EITHER.finditer(text):
        word = VARYING[int(str(found.lastgroup)[1:])][0]
        if word == "name" and (exception in OF_CODE or not is_name(found[0])):
            continue
        if at < found.start():
            yield MessagePart(text[at : found.start()])
        yield MessagePart(_word(word, found[0]), varies=True)
        at = found.end()
    if at < len(text):
        yield MessagePart(text[at:])


def _word(word: str, found: str) -> str:
    """Return the word for what was found; what is quoted may be a path."""
    return "path" if word == "name" and PATH_IN_QUOTES.search(found) else word
