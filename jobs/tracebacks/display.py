"""In which order does a page show a traceback? The exception that ended make first, and its innermost frame first."""

from collections.abc import Sequence
from dataclasses import dataclass

from jobs.tracebacks.parsing import Frame, FrameGroup, Raised, Stack, folded

FRAMES_SHOWN = 300
"""Frames of all exceptions together; a recursion can leave thousands, and the full text has them all."""

OWN_FRAMES_OPEN = 20
"""Neighbouring frames of own code that stand open; a mutual recursion is hundreds of the same."""

SAME_CHARS = 1000
"""A message that agrees so far is the same: DataJoint cuts what it stores at 2047."""

REPEATED_CHARS = 120
"""So much of a message stands above its frames when the page has said the whole message already."""

RELATIONS_IN_WORDS = {"cause": "caused by", "context": "while handling"}
"""What Python's two sentences between tracebacks mean, read from the last exception back to the first."""


@dataclass(frozen=True)
class ShownGroup:
    """Neighbouring frames: open, or folded under a `summary`."""

    frames: tuple[Frame, ...]
    summary: str = ""


@dataclass(frozen=True)
class ShownException:
    """One exception of a chain as the page shows it: how it led to the one above, and its frames, innermost first."""

    relation: str
    exception: str
    message: str
    groups: list[ShownGroup]
    truncated_frames: int


def shown(stack: Stack, already_said: str = "") -> list[ShownException]:
    """Return the exceptions of a stack, last raised first; `already_said` is the message that stands above them."""
    led_on_by = [*(raised.relation for raised in stack.chain[1:]), ""]
    found, frames_left = list[ShownException](), FRAMES_SHOWN
    # A text that is no traceback has no chain, and so one relation too many.
    for raised, relation in reversed(list(zip(stack.chain, led_on_by, strict=False))):
        found.append(_shown(raised, relation, frames_left, already_said))
        frames_left = max(0, frames_left - len(raised.frames))
    return found


def _shown(raised: Raised, relation: str, most: int, already_said: str) -> ShownException:
    frames = raised.frames[-most:] if most else ()
    left_out = raised.truncated_frames + len(raised.frames) - len(frames)
    groups = [shown for group in folded(reversed(frames)) for shown in _shown_groups(group)]
    message = _cut(raised.message) if raised.message[:SAME_CHARS] in already_said else raised.message
    return ShownException(RELATIONS_IN_WORDS.get(relation, ""), raised.exception, message, groups, left_out)


def _shown_groups(group: FrameGroup) -> list[ShownGroup]:
    if not group.own:
        return [ShownGroup(group.frames, f"{_count(group.frames)} in {', '.join(group.packages)}")]
    first, rest = group.frames[:OWN_FRAMES_OPEN], group.frames[OWN_FRAMES_OPEN:]
    return [ShownGroup(first), *([ShownGroup(rest, f"{_count(rest)} more of own code")] if rest else [])]


def _count(frames: Sequence[Frame]) -> str:
    return "1 frame" if len(frames) == 1 else f"{len(frames)} frames"


def _cut(message: str) -> str:
    first = message.partition("\n")[0][:REPEATED_CHARS]
    return first if first == message else f"{first}…"
