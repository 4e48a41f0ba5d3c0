"""The site remembers when each group of errors was there."""

from datetime import datetime, timedelta, timezone

import pytest
from django.db import connection

from jobsite.seen.models import SeenGroup
from jobsite.seen.noting import Times, note, noting, seen_groups

FIRST = datetime(2026, 1, 1, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


def see(first: datetime, last: datetime, name: str = "1-a") -> SeenGroup:
    """Let a page read a group, and return what is remembered of it."""
    with noting():
        note({name: Times(first, last)})
    return seen_groups()[name]


def times(seen: SeenGroup) -> tuple[datetime, datetime, datetime | None]:
    """Return what is remembered of a group."""
    return seen.first_at, seen.last_at, seen.back_at


def test_a_group_is_remembered_with_its_earliest_and_its_latest_job() -> None:
    see(FIRST + HOUR, FIRST + 2 * HOUR)
    assert times(see(FIRST, FIRST + HOUR)) == (FIRST, FIRST + 2 * HOUR, None)


def test_a_group_whose_jobs_were_all_gone_is_back() -> None:
    see(FIRST, FIRST + HOUR)
    assert times(see(FIRST + 2 * HOUR, FIRST + 3 * HOUR)) == (FIRST, FIRST + 3 * HOUR, FIRST + 2 * HOUR)


def test_it_stays_back_while_more_of_its_jobs_fail() -> None:
    see(FIRST, FIRST)
    see(FIRST + HOUR, FIRST + HOUR)
    assert see(FIRST + HOUR, FIRST + 5 * HOUR).back_at == FIRST + HOUR


def test_what_is_known_already_is_not_written_again() -> None:
    see(FIRST, FIRST)
    with noting():
        note({"1-a": Times(FIRST, FIRST)})
        before = SeenGroup.objects.get().pk
    assert SeenGroup.objects.get().pk == before


def test_outside_of_a_request_nothing_is_written() -> None:
    note({"1-a": Times(FIRST, FIRST)})
    assert dict(seen_groups()) == {}


def test_where_it_cannot_be_written_the_page_is_there_all_the_same() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE seen_seengroup RENAME TO away")
    with noting():
        note({"1-a": Times(FIRST, FIRST)})
