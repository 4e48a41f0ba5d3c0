"""What may be left out waits only a moment for other writers of the site's own SQLite file."""

from contextlib import suppress

import pytest
from django.db import Error, connection

from jobsite.pages.own_database import BRIEFLY_MS, waiting_briefly

pytestmark = pytest.mark.django_db


def waits_ms() -> int:
    """Return how long a write waits now."""
    (found,) = connection.connection.execute("PRAGMA busy_timeout").fetchone()
    return int(found)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="others lock a row, not all of the database")
def test_a_write_waits_briefly_and_as_before_when_it_is_over() -> None:
    connection.ensure_connection()
    usual = waits_ms()
    with waiting_briefly():
        assert (waits_ms(), usual > BRIEFLY_MS) == (BRIEFLY_MS, True)
    assert waits_ms() == usual


@pytest.mark.skipif(connection.vendor != "sqlite", reason="others lock a row, not all of the database")
def test_a_write_that_fails_leaves_it_as_before() -> None:
    connection.ensure_connection()
    usual = waits_ms()
    with suppress(Error), waiting_briefly():
        raise Error
    assert waits_ms() == usual
