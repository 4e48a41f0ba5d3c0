"""What the templates of errors ask of a group."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from jobs.tracebacks.signature import MessagePart

MESSAGE_CHARS = 160
"""Characters of a message that a row of a list shows; the page of the group has all of it."""
LEAST_FOLDED, MOST_FOLDED = 3, 8
"""So often words come again before they are folded, and of so many parts they may be."""
BAR_WIDTH, BAR_STEP, BARS_HEIGHT, BARS_TOP = 10, 12, 24, 2
SHARE_WIDTH = 110
LEAST_SCALE = 4
"""Jobs of a day that fill the height of a chart: fewer must not look like many."""

register = template.Library()


@register.filter
def message_line(parts: Sequence[MessagePart], most: int = MESSAGE_CHARS) -> SafeString:
    """Return a message as HTML: what varies as grey words, cut after `most` characters."""
    return _drawn(_cut(folded(parts), most))


@register.filter
def message(parts: Sequence[MessagePart]) -> SafeString:
    """Return a message as HTML: what varies as grey words."""
    return _drawn(folded(parts))


def folded(parts: Sequence[MessagePart]) -> list[MessagePart]:
    """Return a message in which the same words that come LEAST_FOLDED times or more, one after the other, stand once.

    `id (n µV), id (n µV), id (n µV)`, as a list of values becomes, says no more than `id (n µV), …`.
    """
    kept: list[MessagePart] = []
    at = 0
    while at < len(parts):
        unit, end = _repeated(parts, at)
        kept += [*unit, MessagePart("… " if parts[end:] else "…", varies=False)] if unit else [parts[at]]
        at = end
    return kept


def _repeated(parts: Sequence[MessagePart], at: int) -> tuple[Sequence[MessagePart], int]:
    """Return the words that come again and again from a place on, and where that ends; () where none do."""
    for length in range(1, MOST_FOLDED + 1):
        unit, end = parts[at : at + length], at + length
        while parts[end : end + length] == unit:
            end += length
        if end - at >= LEAST_FOLDED * length and any(part.varies for part in unit):
            return unit, end + _of_the_last(unit, parts[end:])
    return (), at + 1


def _of_the_last(unit: Sequence[MessagePart], rest: Sequence[MessagePart]) -> int:
    """Return how many parts follow of the same words once more, without the comma, if nothing but these does."""
    is_one = 0 < len(rest) <= len(unit) and all(
        one.varies == part.varies and one.text.startswith(part.text.rstrip("…"))
        for one, part in zip(unit, rest, strict=False)
    )
    return len(rest) if is_one else 0


def _drawn(parts: Iterable[MessagePart]) -> SafeString:
    return format_html_join(
        "", "{}", ((format_html("<var>{}</var>", part.text) if part.varies else part.text,) for part in parts)
    )


@register.filter
def variant(parts: Sequence[MessagePart]) -> SafeString:
    """Return one message of a group as HTML: what others have not is bold."""
    shown = _cut(parts, MESSAGE_CHARS)
    return format_html_join(
        "", "{}", ((format_html("<b>{}</b>", part.text) if part.varies else part.text,) for part in shown)
    )


def _cut(parts: Iterable[MessagePart], most: int) -> Iterable[MessagePart]:
    for part in parts:
        if len(part.text) > most:
            yield MessagePart(part.text[:most] + "…", part.varies)
            return
        yield part
        most -= len(part.text)


@register.inclusion_tag("jobs/_day_bars.html")
def day_bars(days: Sequence[int], names: str = "c-bad") -> dict[str, Any]:
    """Return what a chart of days shows, the oldest first: bars of server-drawn SVG, and the same in words."""
    most = max([LEAST_SCALE, *days])
    room = BARS_HEIGHT - 1 - BARS_TOP
    heights = [round(number * room / most, 1) for number in days]
    return {
        "names": names,
        "said": f"By day, the last {len(days)}: {', '.join(f'{number:,}' for number in days)}",
        "width": BAR_STEP * len(days),
        "bars": [
            {"x": BAR_STEP * place, "y": round(BARS_HEIGHT - 1 - height, 1), "height": height}
            for place, height in enumerate(heights)
            if height
        ],
    }


@register.inclusion_tag("jobs/_share_bar.html")
def share_bar(share: Any, names: str) -> dict[str, Any]:
    """Return what a bar shows of a share, whose `part` is from 0 to 1: the number beside it says it in words."""
    return {"names": names, "width": SHARE_WIDTH, "filled": round(share.part * SHARE_WIDTH, 1)}
