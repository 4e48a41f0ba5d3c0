"""Which parts of a text are hidden, and what stands in their place."""

from collections.abc import Iterable

Span = tuple[int, int]
"""Where a part begins, and where it ends: as in text[begin:end]."""

MASK = "***"


def hide(text: str, spans: Iterable[Span]) -> str:
    """Return the text with MASK in place of each part; parts that overlap or touch become one."""
    shown, at = list[str](), 0
    for begin, end in merged(spans):
        shown += [text[at:begin], MASK]
        at = end
    return "".join([*shown, text[at:]])


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the parts in order, those that overlap or touch as one, and none that is empty."""
    found = list[Span]()
    for begin, end in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        elif begin < end:
            found.append((begin, end))
    return found
