"""In which order does a page show a traceback? The exception that ended make first, and its innermost frame first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from jobs.tracebacks.parsing import Frame, FrameGroup, Raised, Stack, folded

FRAMES_SHOWN = 300
"""Frames of all exceptions together; the full text has them all."""

OUTERMOST_SHOWN = 20
"""Of an exception with more frames than are left, so many are the outermost: make, which began it, is among them."""

OWN_INNERMOST, OWN_OUTERMOST = 17, 3
"""Neighbouring frames of own code that stand open; those between are folded."""

SAME_CHARS = 1000
"""A message that agrees so far is the same: DataJoint cuts what it stores at 2047."""

RELATIONS_IN_WORDS = {"cause": "caused by", "context": "while handling"}
"""What Python's two sentences between tracebacks mean, read from the last exception back to the first."""


@dataclass(frozen=True)
class ShownGroup:
    """Neighbouring frames: open, or folded under a `summary`. Below them a `note` says what is not shown again."""

    frames: tuple[Frame, ...]
    summary: str = ""
    note: str = ""


@dataclass(frozen=True)
class ShownException:
    """One exception of a chain as the page shows it: how it led to the one above, and its frames, innermost first.

    What the page has said already is empty: the exception and its message, or the message alone.
    """

    relation: str
    exception: str
    message: str
    groups: list[ShownGroup]


def shown(stack: Stack, already_said: str = "") -> list[ShownException]:
    """Return the exceptions of a stack, last raised first; `already_said` is the message that stands above them."""
    led_on_by = [*(raised.relation for raised in stack.chain[1:]), ""]
    found, frames_left, above = list[ShownException](), FRAMES_SHOWN, ""
    # A text that is no traceback has no chain, and so one relation too many.
    for raised, relation in reversed(list(zip(stack.chain, led_on_by, strict=False))):
        one = ShownException(
            RELATIONS_IN_WORDS.get(relation, ""), raised.exception, raised.message, list(_groups(raised, frames_left))
        )
        found.append(_once(one, raised.name, above if found else already_said))
        frames_left, above = max(0, frames_left - len(raised.frames)), raised.message
    return found


def _once(one: ShownException, name: str, said: str) -> ShownException:
    """Leave out what stands above it: the whole exception, or, of one that led to another, an equal message."""
    if not one.relation:
        is_said = name in said and one.message[:SAME_CHARS] in said
        return replace(one, exception="", message="") if is_said else one
    return replace(one, message="") if one.message == said else one


def _groups(raised: Raised, most: int) -> Iterator[ShownGroup]:
    """Yield the frames of an exception, at most `most`: of too many those of the middle are left out."""
    if len(raised.frames) <= most:
        yield from _blocks(raised.frames)
        return
    outermost = min(OUTERMOST_SHOWN, most // 2)
    innermost = most - outermost
    left_out = raised.truncated_frames + len(raised.frames) - most
    yield from _blocks(raised.frames[len(raised.frames) - innermost :])
    yield ShownGroup((), note=f"{left_out} more frame{'s' if left_out > 1 else ''}: see the full text.")
    yield from _blocks(raised.frames[:outermost])


def _blocks(frames: Sequence[Frame]) -> Iterator[ShownGroup]:
    """Yield the groups of some frames, which stand outermost first; a block that comes again says so below it."""
    stop = len(frames)
    while stop:
        size = min(frames[stop - 1].group, stop) or _until_a_block(frames, stop)
        *before, last = [one for group in folded(reversed(frames[stop - size : stop])) for one in _shown(group)]
        yield from before
        yield replace(last, note=_note(frames[stop - 1]))
        stop -= size


def _until_a_block(frames: Sequence[Frame], stop: int) -> int:
    """Return how many frames before `stop` are no part of a block that comes again."""
    return next((size for size in range(1, stop) if frames[stop - 1 - size].group), stop)


def _note(frame: Frame) -> str:
    return f"… these {frame.group} frames repeated {frame.group_repeats} times" if frame.group else ""


def _shown(group: FrameGroup) -> Iterator[ShownGroup]:
    frames = group.frames
    if not group.own:
        yield ShownGroup(frames, f"{_count(len(frames))} in {', '.join(group.packages)}")
    elif len(frames) <= OWN_INNERMOST + OWN_OUTERMOST:
        yield ShownGroup(frames)
    else:
        between = frames[OWN_INNERMOST:-OWN_OUTERMOST]
        yield ShownGroup(frames[:OWN_INNERMOST])
        yield ShownGroup(between, f"{_count(len(between))} more of own code")
        yield ShownGroup(frames[-OWN_OUTERMOST:])


def _count(frames: int) -> str:
    return "1 frame" if frames == 1 else f"{frames} frames"
