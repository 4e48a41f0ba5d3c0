"""What does a comparison with a time compare? A column of times is stored in UTC, a person writes times of the server.

DataJoint's session is in the zone of the server, and Jobsite's in UTC (jobsite.lab.session). So what a time column is
compared with is converted, where it has no column itself: the column stays as it is, and an index on it serves.

In the hour that a clock has twice when summer ends, a server has two answers of its own to one text: by an index it
compares times of UTC, without one the times on the clock. Here it is always the first.
"""

from collections.abc import Sequence
from dataclasses import replace

from jobsite.restrictions.columns import Kind
from jobsite.restrictions.literals import is_time
from jobsite.restrictions.terms import Constant, InUtc, Named, Term

NO_TIME = (
    "stands beside a time, and is none: write it as 2026-11-27 or 2026-11-27 10:30:00, or NOW() - INTERVAL 2 HOUR."
)


class UnlikeError(ValueError):
    """A value that stands beside a time, but is none; `number` says which of them it is."""

    def __init__(self, number: int) -> None:
        """As a text it is what follows after the value in a sentence."""
        super().__init__(NO_TIME)
        self.number = number


def compared(values: Sequence[Term]) -> tuple[Term, ...]:
    """Return values as they are compared with one another. Raises UnlikeError."""
    check_alike(values)
    columns = [isinstance(value, Named) and value.kind is Kind.TIME for value in values]
    if any(columns) and all(
        is_column or not any(value.columns) for is_column, value in zip(columns, values, strict=True)
    ):
        return tuple(_in_utc(value) for value in values)
    return tuple(values)


def check_alike(values: Sequence[Term]) -> None:
    """Raise UnlikeError where one of the values is a time, and another none.

    What a server makes of a number or of any text as a time differs by family and by sql_mode.
    """
    if any(value.kind is Kind.TIME for value in values):
        for number, value in enumerate(values):
            if not is_time_like(value):
                raise UnlikeError(number)


def is_time_like(value: Term) -> bool:
    """Say whether a value is a time, NULL, or a text that is read as a time."""
    if isinstance(value, Constant) and isinstance(value.value, str):
        return is_time(value.value)
    return value.kind in (Kind.TIME, Kind.NULL)


def _in_utc(value: Term) -> Term:
    if isinstance(value, Named):
        return replace(value, in_utc=True)
    return InUtc(value) if value.kind is not Kind.NULL else value
