"""In which order does a page show a traceback? The exception that ended make first, and its innermost frame first."""

from dataclasses import dataclass

from jobs.stacks import Raised, Run, Stack, folded

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
    # A text that is no traceback has no chain, and so one relation too many.
    return [_shown(raised, relation) for raised, relation in reversed(list(zip(stack.chain, led_on_by, strict=False)))]


def _shown(raised: Raised, relation: str) -> ShownException:
    runs = folded(reversed(raised.frames))
    return ShownException(SAID.get(relation, ""), raised.exception, raised.message, runs, raised.truncated_frames)
