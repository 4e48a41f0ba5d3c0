"""Times on the screen: how long ago, with the exact moment and its zone on hover."""

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jobsite.durations import say_duration

register = template.Library()


@register.simple_tag
def ago(when: datetime | None, now: datetime) -> SafeString | str:
    """Return `<time>` with the age of `when` at `now`; both are aware."""
    if when is None:
        return "unknown"
    exact = f"{when:%Y-%m-%d %H:%M:%S} UTC"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', when.isoformat(), exact, say_duration((now - when).total_seconds())
    )


@register.filter
def duration(seconds: float | None) -> str:
    """Return seconds as people say them; nothing for None."""
    return "" if seconds is None else say_duration(seconds)
