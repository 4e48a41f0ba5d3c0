"""Filters for a moment: `2026-11-26`, `2026-11-26 08:00` or `2026-11-26T08:00:10Z`, always in UTC.

A link means the same moment to everybody, whatever the zone of who opens it.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from django import forms
from django.db.models import Q

from jobsite.one_line import printable
from jobsite.pages.filter_form import FilterField

TIME = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d))?)?(?: ?Z)?", re.ASCII)
DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
ONE_TICK = timedelta(microseconds=1)
NO_TIME = "“{}” is no time: write 2026-11-26, 2026-11-26 08:00 or 2026-11-26 08:00:10, in UTC."
SHOWN = 20
"""Characters of a text that are shown when it cannot be read."""


def read_span(text: str) -> tuple[datetime, datetime]:
    """Return the first and the last moment that a time names, in UTC. Raises ValueError for a text that is none."""
    found = TIME.fullmatch(text)
    if not found:
        raise ValueError(text)
    day, minute, second = found.groups()
    first = datetime.fromisoformat(f"{day} {minute or '00:00'}:{second or '00'}").replace(tzinfo=timezone.utc)
    lasts = SECOND if second else MINUTE if minute else DAY
    return first, first + (lasts - ONE_TICK)


def written(when: datetime) -> str:
    """Return an aware moment as the address of a list has it, to the second."""
    return when.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class TimeField(FilterField):
    """A moment; its value is the first that the text names."""

    def __init__(self, clause: str, condition: Callable[[datetime], Q], **kwargs: Any) -> None:
        """`condition` is on rows, for an aware time."""
        super().__init__(clause, lambda when, now: condition(when), size=18, placeholder="2026-11-26 08:00", **kwargs)

    def of_span(self, first: datetime, last: datetime) -> datetime:
        """Return the value for what a text names."""
        return first

    def to_python(self, value: Any) -> Any:
        """Return the moment, or None for nothing. Raises ValidationError with one sentence."""
        text = super().to_python(value) or ""
        try:
            return self.of_span(*read_span(text)) if text else None
        except ValueError:
            raise forms.ValidationError(NO_TIME.format(printable(text[:SHOWN]))) from None

    def say(self, value: Any) -> str:
        """Return the clause with the moment and its zone."""
        return super().say(f"{value:%Y-%m-%d %H:%M:%S} UTC")


class LastTimeField(TimeField):
    """A moment; its value is the last that the text names: of a day, its end."""

    def of_span(self, first: datetime, last: datetime) -> datetime:
        """Return the value for what a text names."""
        return last
