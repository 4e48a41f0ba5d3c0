"""Times on the screen, in the reader's zone: how long ago, or the moment; the exact one with its zone on hover."""

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone

from jobsite.durations import say_duration
from jobsite.moments import date_and_time, day_and_time, in_zone, time_of_day

register = template.Library()


@register.simple_tag
def ago(when: datetime | None, now: datetime) -> SafeString | str:
    """Return `<time>` with the age of `when` at `now`; both are aware."""
    return "unknown" if when is None else _time(here(when), say_duration((now - when).total_seconds()))


@register.simple_tag
def day(when: datetime | None, now: datetime) -> SafeString | str:
    """Return `<time>` with `when` as people say it at `now`: 07:31 today, Tue 18:20, 13 Nov 09:20."""
    return "unknown" if when is None else _time(here(when), day_and_time(here(when), here(now)))


@register.filter
def clock(when: datetime) -> SafeString:
    """Return `<time>` with the time of day: 07:31:08 +01:00."""
    return _time(here(when), time_of_day(here(when)))


@register.filter
def exact(when: datetime) -> str:
    """Return the day, and the time of day: 2026-11-25 07:31:08 +01:00."""
    return date_and_time(here(when))


@register.filter
def duration(seconds: float | None) -> str:
    """Return seconds as people say them; nothing for None."""
    return "" if seconds is None else say_duration(seconds)


def here(when: datetime) -> datetime:
    """Return the same moment in the reader's zone."""
    return in_zone(when, get_current_timezone())


def _time(when: datetime, text: str) -> SafeString:
    return format_html('<time datetime="{}" title="{}">{}</time>', when.isoformat(), date_and_time(when), text)
