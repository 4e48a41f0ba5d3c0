"""In which order does a page show a traceback? The exception that ended make first, and its innermost frame first."""

from dataclasses import dataclass

from jobs.stacks import Raised, Run, Stack, folded

FRAMES_SHOWN = 300
"""Frames of all exceptions together; a recursion can leave thousands, and the full text has them all."""

SAID = {"cause": "caused by", "context": "while handling"}
"""What Python's two sentences between tracebacks mean, read from the last exception back to the first."""


@dataclass(frozen=True)
class ShownException:
    """One exception of a chain as the page shows it: how it led to the one above, and its frames, innermost first."""

    said: str
    exception: str
    message: str
    runs: list[Run]
    truncated_frames: int


def shown(stack: Stack) -> list[ShownException]:
    """Return the exceptions of a stack, last raised first."""
    led_on_by = [*(raised.relation for raised in stack.chain[1:]), ""]
    found, frames_left = list[ShownException](), FRAMES_SHOWN
    # A text that is no traceback has no chain, and so one relation too many.
    for raised, relation in reversed(list(zip(stack.chain, led_on_by, strict=False))):
        found.append(_shown(raised, relation, frames_left))
        frames_left = max(0, frames_left - len(raised.frames))
    return found


def _shown(raised: Raised, relation: str, most: int) -> ShownException:
    frames = raised.frames[-most:] if most else ()
    left_out = raised.truncated_frames + len(raised.frames) - len(frames)
    return ShownException(SAID.get(relation, ""), raised.exception, raised.message, folded(reversed(frames)), left_out)
