"""A filter for a moment: written in the reader's zone, kept in UTC."""

from datetime import datetime, timezone

import pytest
from django.utils.timezone import override

from jobs.listing.filters import JobFilter

KOLKATA, BERLIN = "Asia/Kolkata", "Europe/Berlin"


@pytest.mark.parametrize(
    ("zone", "text", "since", "until"),
    [
        ("UTC", "2026-11-26", "2026-11-26T00:00:00Z", "2026-11-26T23:59:59Z"),
        (KOLKATA, "2026-11-26", "2026-11-25T18:30:00Z", "2026-11-26T18:29:59Z"),
        (KOLKATA, "2026-11-26 08:00", "2026-11-26T02:30:00Z", "2026-11-26T02:30:59Z"),
        (KOLKATA, "2026-11-26T08:00:10Z", "2026-11-26T08:00:10Z", "2026-11-26T08:00:10Z"),
        (BERLIN, "2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z"),
        (BERLIN, "2026-10-25 02:30", "2026-10-25T00:30:00Z", "2026-10-25T01:30:59Z"),
    ],
)
def test_a_moment_is_kept_in_utc(zone: str, text: str, since: str, until: str) -> None:
    with override(zone):
        chosen = JobFilter.read({"since": text, "until": text})
        assert (chosen.texts, JobFilter.read(chosen.texts).texts) == ({"since": since, "until": until},) * 2


def test_the_sentence_has_it_in_the_readers_zone() -> None:
    with override(KOLKATA):
        chosen = JobFilter.read({"since": "2026-11-26", "until": "2026-11-26T08:00:10Z"})
        assert chosen.in_words == ("All jobs later than 2026-11-26 00:00:00 +05:30, until 2026-11-26 13:30:10 +05:30.")


@pytest.mark.parametrize(
    ("zone", "text", "shown"),
    [
        (KOLKATA, "2026-11-26T08:00:10Z", "2026-11-26 13:30:10"),
        (BERLIN, "2026-10-25T00:30:00Z", "2026-10-25 02:30:00"),
        (BERLIN, "2026-10-25T01:30:00Z", "2026-10-25T01:30:00Z"),  # its 02:30 is there twice, and begins an hour before
        (KOLKATA, "soon", "soon"),
    ],
)
def test_the_box_has_it_in_the_readers_zone(zone: str, text: str, shown: str) -> None:
    with override(zone):
        assert JobFilter.read({"since": text}).form()["since"].value() == shown


@pytest.mark.parametrize(("zone", "text"), [("America/New_York", "9999-12-31"), (KOLKATA, "0001-01-01")])
def test_a_day_beyond_the_calendar_is_told(zone: str, text: str) -> None:
    with override(zone):
        (problem,) = JobFilter.read({"since": text}).problems
    assert problem.startswith(f"“{text}” is no time: write 2026-11-26 or ")


def test_the_condition_is_on_the_moment() -> None:
    with override(KOLKATA):
        condition = JobFilter.read({"since": "2026-11-26"}).condition(datetime(2026, 11, 27, tzinfo=timezone.utc))
    assert "datetime.datetime(2026, 11, 25, 18, 30, tzinfo=datetime.timezone.utc)" in repr(condition)
