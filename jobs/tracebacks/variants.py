"""In what do the messages of one group differ? Each is laid beside the message that all of them have in common."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jobs.tracebacks.signature import MessagePart, Signature


@dataclass(frozen=True)
class Variant:
    """A message of a group, with its own words where the messages vary, and how many jobs have it."""

    parts: tuple[MessagePart, ...]
    number: int


def variants(signature: Signature, messages: Iterable[str]) -> list[Variant]:
    """Return the different ones of some messages of a group, those of most jobs first.

    A message that does not read as the common one, as one that was cut, stands there as it is.
    """
    found = Counter(_variant(signature, message) for message in messages)
    return [Variant(parts, number) for parts, number in found.most_common()]


def _variant(signature: Signature, message: str) -> tuple[MessagePart, ...]:
    name, _, rest = message.partition(":")
    is_named = bool(signature.exception) and name.rpartition(".")[2] == signature.exception
    said = rest.strip() if is_named else message.strip()
    return filled(signature.message, said) or (MessagePart(said),)


def filled(common: Sequence[MessagePart], message: str) -> tuple[MessagePart, ...]:
    """Return the common parts of a message with its own words in place of what varies; () where they do not fit.

    Takes time in proportion to the length of the message, whatever stands in it.
    """
    parts = list[MessagePart]()
    at, varies = 0, not common or common[0].varies
    for part in common:
        if part.varies:
            varies = True
            continue
        found = message.find(part.text, at)
        if found < 0 or (found > at and not varies):
            return ()
        if varies:
            parts.append(MessagePart(message[at:found], varies=True))
        parts.append(part)
        at, varies = found + len(part.text), False
    if varies and common:
        parts.append(MessagePart(message[at:], varies=True))
    return tuple(parts)
