"""A moment as people read it, its zone named: 07:31:08 +01:00. Each is given in the zone in which it is to be read."""

from datetime import datetime, timedelta, timezone, tzinfo

ONE_TICK = timedelta(microseconds=1)
WEEK = timedelta(days=7)
UTC = "UTC"
MOMENT, DAY = len("2026-11-25 07:31:08"), len("2026-11-25 ")


def in_zone(when: datetime, zone: tzinfo) -> datetime:
    """Return the same moment in a zone; as it is where that leads out of the calendar."""
    try:
        return when.astimezone(zone)
    except OverflowError:
        return when


def span_of(first: datetime, lasts: timedelta, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return the first and the last moment, in UTC, of a day or a minute that begins at `first` by a zone's clocks.

    In the night when clocks are set back an hour is there twice, and both are meant. Raises OverflowError at the ends
    of the calendar.
    """
    ends = first, first + (lasts - ONE_TICK)
    moments = [when.replace(tzinfo=zone, fold=fold).astimezone(timezone.utc) for when in ends for fold in (0, 1)]
    return min(moments), max(moments)


def date_and_time(when: datetime) -> str:
    """Return the day, the time of day, and how far its zone is from UTC then: 2026-11-25 07:31:08 +01:00, or UTC."""
    written = when.isoformat(" ", "seconds")
    return f"{written[:MOMENT]} {UTC if when.tzname() == UTC else written[MOMENT:]}"


def time_of_day(when: datetime) -> str:
    """Return the same without the day: 07:31:08 +01:00."""
    return date_and_time(when)[DAY:]


def day_and_time(when: datetime, at: datetime) -> str:
    """Return the moment as people say it on the day of `at`: 07:31 today, Tue 18:20, 13 Nov 09:20, 1 Jan 2025 09:20.

    Both are in one zone, which is not named: for places where the whole is a glance away.
    """
    if when.date() == at.date():
        return f"{when:%H:%M} today"
    if timedelta() < at - when < WEEK and when.weekday() != at.weekday():
        return f"{when:%a %H:%M}"
    year = "" if when.year == at.year else f" {when.year}"
    return f"{when.day} {when:%b}{year} {when:%H:%M}"
