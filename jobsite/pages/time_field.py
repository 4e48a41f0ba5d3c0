"""Filters for a moment: `2026-11-26` or `2026-11-26 08:00` in the reader's zone, `2026-11-26T08:00:10Z` in UTC.

The filter has it in UTC: what viewers share, and what a page links to, is the same moment to everybody.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.timezone import get_current_timezone

from jobsite.moments import date_and_time, in_zone, span_of
from jobsite.one_line import printable
from jobsite.pages.filter_form import FilterField

TIME = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d))?)?(?: ?Z)?", re.ASCII)
DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
NO_TIME = "“{}” is no time: write 2026-11-26 or 2026-11-26 08:00, or in UTC 2026-11-26T07:00:10Z."
SHOWN = 20
"""Characters of a text that are shown when it cannot be read."""


def read_span(text: str) -> tuple[datetime, datetime]:
    """Return the first and the last moment that a time names, in UTC. Raises ValueError for a text that is none.

    It is a time in the reader's zone, unless it ends in Z.
    """
    found = TIME.fullmatch(text)
    if not found:
        raise ValueError(text)
    day, minute, second = found.groups()
    first = datetime.fromisoformat(f"{day} {minute or '00:00'}:{second or '00'}")
    lasts = SECOND if second else MINUTE if minute else DAY
    try:
        return span_of(first, lasts, timezone.utc if text.endswith("Z") else get_current_timezone())
    except OverflowError:
        raise ValueError(text) from None


def written(when: datetime) -> str:
    """Return an aware moment as the address of a list has it, to the second."""
    return when.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class TimeField(FilterField):
    """A moment; its value is the first that the text names."""

    def __init__(self, clause: str, condition: Callable[[datetime], Q], **kwargs: Any) -> None:
        """`condition` is on rows, for an aware time."""
        super().__init__(clause, lambda when, now: condition(when), size=18, placeholder="2026-11-26 08:00", **kwargs)

    def text_in(self, query: Mapping[str, str], name: str) -> str:
        """Return the moment in UTC; what is none, as it is."""
        text = super().text_in(query, name)
        try:
            return written(self.of_span(*read_span(text)))
        except ValueError:
            return text

    def prepare_value(self, value: Any) -> Any:
        """Return the text for the box: in the reader's zone, unless by its clocks the moment is there twice."""
        try:
            local = in_zone(self.of_span(*read_span(value)), get_current_timezone())
            shown = f"{local:%Y-%m-%d %H:%M:%S}"
            return shown if written(self.of_span(*read_span(shown))) == value else value
        except (TypeError, ValueError):
            return value

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
        return super().say(date_and_time(in_zone(value, get_current_timezone())))


class LastTimeField(TimeField):
    """A moment; its value is the last that the text names: of a day, its end."""

    def of_span(self, first: datetime, last: datetime) -> datetime:
        """Return the value for what a text names."""
        return last
