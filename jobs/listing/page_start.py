"""Where does a page of the list begin, by the words of the address?

`after` and `before` hold the place of a job that was shown; `last` asks for the last page; `from` is what a person
typed to go to: a time or an age, or how a text begins.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.timezone import get_current_timezone

from jobs.formats.table_name import beginning_of_name
from jobs.listing.filters import ago
from jobs.listing.order import MESSAGE, NUMBER, SCHEMA, TIME, VALUE_LETTERS, Bound, Order, Place
from jobs.models import QualifiedName
from jobsite.durations import read_duration_s
from jobsite.masking.hints import may_hold_a_secret
from jobsite.moments import span_of
from jobsite.one_line import printable
from jobsite.pages.paging import AskedPage
from jobsite.pages.tokens import read_token, write_token

PARTS = 6
IS_NULL, IS, IS_HIDDEN = "", "is", "hidden"
ZERO_DATE = "0000-00-00 00:00:00"
MOST_DIGITS = 19
SPANS = (
    ("%Y-%m-%d", timedelta(days=1)),
    ("%Y-%m-%d %H:%M", timedelta(minutes=1)),
    ("%Y-%m-%d %H:%M:%S", timedelta(seconds=1)),
)
"""How a person writes a time of their zone, and how long what it names lasts by the clock."""

NO_PLACE = "The address names no place in this list."


@dataclass(frozen=True)
class Start:
    """Where a page begins or, `backward`, where it ends; the list's own beginning or end without a place or a bound."""

    place: Place | None = None
    bound: Bound | None = None
    backward: bool = False
    is_hidden: bool = False
    """Whether the place's value has to be looked up: it may hold a secret, which does not belong in an address."""


FIRST, LAST = Start(), Start(backward=True)


def read_start(asked: AskedPage, order: Order, now: datetime) -> Start:
    """Return where the page begins that is asked for. Raises ValueError with one sentence."""
    if asked.after or asked.before:
        return _read_place(asked.after or asked.before, order, backward=not asked.after)
    if asked.last:
        return LAST
    return Start(bound=_read_bound(asked.beginning, order, now)) if asked.beginning else FIRST


def write_place(place: Place, order: Order) -> str:
    """Return a place as text, for an address, which browsers and servers keep: a message with a secret is left out."""
    value, kind = place.value or "", IS_NULL if place.value is None else IS
    if order.column == MESSAGE and may_hold_a_secret(value):
        value, kind = "", IS_HIDDEN
    return write_token(*place.table, *place.key, kind, value)


def _read_place(token: str, order: Order, *, backward: bool) -> Start:
    try:
        schema, jobs_table, table_name, key_hash, kind, value = read_token(token, PARTS)
        if kind == IS:
            _check_value(value, order)
        if kind not in (IS, IS_NULL, IS_HIDDEN) or "\x00" in token + table_name + key_hash + value:
            raise ValueError(kind)
    except ValueError:
        raise ValueError(NO_PLACE) from None
    place = Place(QualifiedName(schema, jobs_table), (table_name, key_hash), value if kind == IS else None)
    return Start(place, backward=backward, is_hidden=kind == IS_HIDDEN)


def _check_value(value: str, order: Order) -> None:
    """Raise ValueError for what no column of this order can hold, which the server might refuse to compare."""
    if order.column == TIME and value != ZERO_DATE:
        datetime.fromisoformat(value)
    if order.column == NUMBER:
        int(value[: MOST_DIGITS + 2])


def _read_bound(text: str, order: Order, now: datetime) -> Bound:
    if order.column == TIME:
        return _read_time(text, now)
    if order.column == NUMBER:
        if not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
            raise ValueError(f"“{printable(text[:20])}” is no number to go to: write the id of a connection.")
        return Bound(text, text)
    if "\x00" in text or len(text) > VALUE_LETTERS:
        raise ValueError(f"To go to a text, write how it begins, in at most {VALUE_LETTERS} letters.")
    first = beginning_of_name(text) if order.column == "table_name" else text
    begins = "" if order.column == SCHEMA else re.sub(r"([\\%_])", r"\\\1", first) + "%"
    return Bound(first, first, begins)


def _read_time(text: str, now: datetime) -> Bound:
    for form, lasts in SPANS:
        try:
            first = datetime.strptime(text, form)  # noqa: DTZ007  its zone is the reader's
            return Bound(*map(_written, span_of(first, lasts, get_current_timezone())))
        except (ValueError, OverflowError):  # the second at the ends of the calendar
            continue
    try:
        when = _written(ago(read_duration_s(text.replace(" ", "")), now))
    except ValueError:
        raise ValueError(
            f"“{printable(text[:20])}” is no time to go to: write 2026-11-26, 2026-11-26 08:00, or an age such as 3 d."
        ) from None
    return Bound(when, when)


def _written(when: datetime) -> str:
    """Return a time of UTC as the server takes it."""
    return when.replace(tzinfo=None).isoformat(" ", "microseconds")
