"""What does a comparison with a time compare? A column of times is stored in UTC, a person writes times of the server.

DataJoint's session is in the zone of the server, and Jobsite's in UTC (jobsite.lab.session). So what a time column is
compared with is converted, where it has no column itself: the column stays as it is, and an index on it serves.
"""

from collections.abc import Sequence
from dataclasses import replace

from jobsite.restrictions.columns import Kind
from jobsite.restrictions.literals import is_time
from jobsite.restrictions.terms import Constant, InUtc, Named, Term

NO_TIME = (
    "is compared with a time, and is none: write it as 2026-11-27 or 2026-11-27 10:30:00, or NOW() - INTERVAL 2 HOUR."
)


class UnlikeError(ValueError):
    """A value that cannot be compared with a time; `number` says which of them it is."""

    def __init__(self, number: int) -> None:
        """As a text it is what follows after the value in a sentence."""
        super().__init__(NO_TIME)
        self.number = number


def compared(values: Sequence[Term]) -> tuple[Term, ...]:
    """Return values as they are compared with one another. Raises UnlikeError."""
    if not any(_is_time_column(value) for value in values):
        return tuple(values)
    for number, value in enumerate(values):
        if not _is_time(value):
            raise UnlikeError(number)
    if all(_is_time_column(value) or not any(value.columns) for value in values):
        return tuple(_in_utc(value) for value in values)
    return tuple(values)


def _is_time_column(value: Term) -> bool:
    return isinstance(value, Named) and value.kind is Kind.TIME


def _is_time(value: Term) -> bool:
    if isinstance(value, Constant) and isinstance(value.value, str):
        return is_time(value.value)
    return value.kind in (Kind.TIME, Kind.NULL)


def _in_utc(value: Term) -> Term:
    if isinstance(value, Named):
        return replace(value, in_utc=True)
    return InUtc(value) if value.kind is not Kind.NULL else value
