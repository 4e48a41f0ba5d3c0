"""What came of acts on failed jobs is told of their groups."""

from datetime import datetime, timedelta, timezone

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from jobs.error_groups.groups import Advice, ErrorGroup, Help
from jobs.error_groups.history import with_history
from jobs.error_groups.reading import groups_of, shared_groups
from jobs.layouts.reading import Reading
from jobs.listing.filters import JobFilter
from jobs.listing.shared import second_of
from jobsite.lab.server import who_is_connected
from jobsite.seen.models import SeenGroup
from tests.jobs.acting import do
from tests.jobs.clearing import clear_all, everything, selected
from tests.jobs.failing import fail
from tests.jobs.planting import Planted
from tests.server import SERVER

BEFORE, NEXT_YEAR = (datetime(year, 1, 1, tzinfo=timezone.utc) for year in (2026, 2100))
LONG_AGO = "2025-01-01 00:00:00"
KEY = "1" * 32


def known(planted: Planted, last_visit: datetime | None = None) -> list[ErrorGroup]:
    """Return the groups with what is known of them."""
    reading = Reading.begin()
    read = shared_groups(JobFilter.read({"schema": planted.schema}), reading, second_of(who_is_connected())).answer
    return list(with_history(groups_of(read), read, reading, last_visit).groups)


@pytest.fixture
def failed(planted: Planted) -> Planted:
    """A failed job, long ago."""
    fail(planted, "ValueError: bad 1", "pipe.py make", key_hash=KEY, timestamp=LONG_AGO)
    return planted


def test_a_group_that_began_after_the_last_visit_is_new(failed: Planted) -> None:
    assert [group.is_new for group in known(failed, BEFORE)] == [False]
    fail(failed, "KeyError: 'a'", "pipe.py make")
    assert sorted((group.signature.exception, group.is_new) for group in known(failed, BEFORE)) == [
        ("KeyError", True),
        ("ValueError", False),
    ]


def test_without_a_last_visit_nothing_is_called_new_or_old(failed: Planted) -> None:
    assert [(group.is_new, group.came_back) for group in known(failed)] == [(None, False)]


def test_a_key_that_was_cleared_and_failed_again_came_back(failed: Planted, operator: Client) -> None:
    clear_all(operator, everything(operator, f"schema={failed.schema}"))
    fail(failed, "ValueError: bad 2", "pipe.py make", key_hash=KEY)
    (group,) = known(failed, BEFORE)
    assert (group.came_back, group.is_new) == (True, False)
    assert group.advice == Advice(Help.FIX, "the same key failed twice")


def test_another_key_with_this_error_did_not_come_back(failed: Planted, operator: Client) -> None:
    clear_all(operator, everything(operator, f"schema={failed.schema}"))
    fail(failed, "ValueError: bad 2", "pipe.py make", key_hash="2" * 32)
    assert [group.came_back for group in known(failed)] == [False]


def test_an_error_that_was_ignored_before_is_told(failed: Planted, operator: Client) -> None:
    with SERVER.granting("UPDATE"):
        do(operator, "ignore", selected(operator, f"schema={failed.schema}"))
    fail(failed, "ValueError: bad 3", "pipe.py make")
    (group,) = known(failed)
    assert group.advice == Advice(Help.IGNORE, "1 key with this error is ignored already")


def test_without_the_record_nothing_is_said_of_what_came_back(failed: Planted) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE activity_actchunk RENAME TO away")  # until the test's transaction is rolled back
    assert [group.came_back for group in known(failed)] == [None]


def test_a_group_that_was_all_gone_before_came_back(failed: Planted) -> None:
    (group,) = known(failed)
    SeenGroup.objects.create(
        server=settings.LAB.name, fingerprint=group.fingerprint, first_at=BEFORE, last_at=BEFORE, back_at=group.first
    )
    assert [(group.came_back, group.is_new) for group in known(failed, BEFORE)] == [(True, False)]


def test_a_group_that_the_site_saw_before_the_last_visit_is_not_new(planted: Planted) -> None:
    fail(planted, "ValueError: bad 1", "pipe.py make")
    (group,) = known(planted)
    SeenGroup.objects.create(
        server=settings.LAB.name, fingerprint=group.fingerprint, first_at=BEFORE - timedelta(1), last_at=NEXT_YEAR
    )
    assert [(group.came_back, group.is_new) for group in known(planted, BEFORE)] == [(False, False)]
