"""A moment in words, in the zone in which it is given."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from jobsite.moments import date_and_time, day_and_time, in_zone, time_of_day

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
AT = datetime(2026, 11, 25, 6, 31, 8, tzinfo=timezone.utc)
NOW = datetime(2026, 11, 25, 8, 4, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        (BERLIN, "2026-11-25 07:31:08 +01:00"),
        (NEW_YORK, "2026-11-25 01:31:08 -05:00"),
        (ZoneInfo("Asia/Kolkata"), "2026-11-25 12:01:08 +05:30"),
        (ZoneInfo("Europe/London"), "2026-11-25 06:31:08 +00:00"),
        (ZoneInfo("Etc/UTC"), "2026-11-25 06:31:08 UTC"),
        (timezone.utc, "2026-11-25 06:31:08 UTC"),
    ],
)
def test_a_moment_has_its_zone_beside_it(zone: ZoneInfo, said: str) -> None:
    assert date_and_time(in_zone(AT, zone)) == said


def test_the_hour_that_is_there_twice_is_told_apart_by_its_zone() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=timezone.utc)
    both = [time_of_day(in_zone(first + timedelta(hours=hours), BERLIN)) for hours in (0, 1)]
    assert both == ["02:30:00 +02:00", "02:30:00 +01:00"]


@pytest.mark.parametrize(
    ("when", "zone"),
    [
        (datetime(1, 1, 1, tzinfo=timezone.utc), NEW_YORK),
        (datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone.utc), ZoneInfo("Asia/Tokyo")),
    ],
)
def test_a_moment_at_the_end_of_the_calendar_stays_as_it_is(when: datetime, zone: ZoneInfo) -> None:
    assert in_zone(when, zone).isoformat() == when.isoformat()


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (datetime(2026, 11, 25, 2, 41, tzinfo=BERLIN), "02:41 today"),
        (datetime(2026, 11, 24, 18, 20, tzinfo=BERLIN), "Tue 18:20"),
        (datetime(2026, 11, 19, 9, 0, tzinfo=BERLIN), "Thu 09:00"),
        (datetime(2026, 11, 18, 9, 0, tzinfo=BERLIN), "18 Nov 09:00"),
        (datetime(2025, 1, 1, 9, 20, tzinfo=BERLIN), "1 Jan 2025 09:20"),
        (datetime(2026, 11, 26, 9, 20, tzinfo=BERLIN), "26 Nov 09:20"),
    ],
)
def test_a_day_is_said_as_people_say_it(when: datetime, said: str) -> None:
    assert day_and_time(when, NOW) == said
