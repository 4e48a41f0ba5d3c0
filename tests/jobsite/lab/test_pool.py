"""A process keeps few connections to the lab's server, uses none that has ended, and none for long."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, OperationalError, connections

from jobsite.lab import deadline
from jobsite.lab.backend import pool as pool_module
from jobsite.lab.backend.pool import MOST, Pool
from jobsite.lab.errors import LATE
from jobsite.lab.server import ask_server
from jobsite.lab.sql import lab_cursor
from tests.lab import eventually
from tests.server import SERVER

pytestmark = pytest.mark.usefixtures("accounts", "db", "kept")


def page_asks(statement: str = "SELECT CONNECTION_ID()") -> int:
    """Return what a page reads, and let its request end."""
    try:
        with deadline.page(), lab_cursor() as cursor:
            cursor.execute(statement)
            return int(cursor.fetchone()[0])
    finally:
        connections["lab"].close_if_unusable_or_obsolete()


def is_there(number: int) -> bool:
    """Say whether a connection is open."""
    return bool(SERVER.sql("SELECT 1 FROM information_schema.processlist WHERE id = %s", (number,)))


def test_the_next_request_goes_on_with_the_connection_of_the_last() -> None:
    assert page_asks() == page_asks()


def test_a_command_has_a_connection_of_its_own() -> None:
    kept_number = page_asks()
    with lab_cursor() as cursor:
        cursor.execute("SELECT CONNECTION_ID()")
        assert cursor.fetchone() != (kept_number,)


def test_a_connection_that_somebody_killed_is_not_used_again() -> None:
    number = page_asks()
    SERVER.sql(f"KILL {number}")
    eventually(lambda: not is_there(number), "the connection is closed")
    assert page_asks() != number


def test_a_connection_that_is_old_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    number = page_asks()
    monkeypatch.setattr(pool_module, "KEPT_S", 0.0)
    assert page_asks() != number
    eventually(lambda: not is_there(number), "the connection is closed")


def test_nobody_has_to_come_for_an_old_connection_to_be_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "KEPT_S", 0.5)
    number = page_asks()
    eventually(lambda: not is_there(number), "the connection is closed")


def test_a_connection_whose_statement_failed_is_not_kept() -> None:
    with deadline.page(), lab_cursor() as cursor:
        cursor.execute("SELECT CONNECTION_ID()")
        (number,) = cursor.fetchone()
        with pytest.raises(DatabaseError):
            cursor.execute("SELECT no_such_column")
    connections["lab"].close_if_unusable_or_obsolete()
    assert page_asks() != number


def test_a_connection_that_was_cut_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    number = page_asks()
    monkeypatch.setattr(deadline, "PART_LIMIT_S", 0.2)
    with pytest.raises(OperationalError):
        page_asks("SELECT SLEEP(5)")
    monkeypatch.undo()
    assert page_asks() != number


def test_a_transaction_that_was_left_open_is_not_lent_to_the_next() -> None:
    with deadline.page(), lab_cursor() as cursor:
        cursor.execute("SELECT CONNECTION_ID()")
        (number,) = cursor.fetchone()
        connections["lab"].set_autocommit(False)
    connections["lab"].close_if_unusable_or_obsolete()
    assert page_asks() != number


def test_twenty_threads_have_no_more_connections_than_a_process_may() -> None:
    with ThreadPoolExecutor(20) as threads:
        numbers = set(threads.map(lambda _: page_asks("SELECT CONNECTION_ID() + 0 * SLEEP(0.02)"), range(60)))
    assert 1 <= len(numbers) <= MOST


def test_who_finds_none_free_is_told_in_time(kept: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(MOST):
        kept.take("elsewhere", 0.0, anew=True)
    monkeypatch.setattr(deadline, "PART_LIMIT_S", 0.1)
    with pytest.raises(OperationalError) as raised:
        page_asks()
    assert raised.value.args[0] == LATE
    for _ in range(MOST):
        kept.give_back(None)
    page_asks()


def test_what_an_account_may_is_asked_over_a_connection_that_begins_now() -> None:
    number = page_asks()
    with deadline.page():
        asked_by = ask_server().own_id
    connections["lab"].close_if_unusable_or_obsolete()
    assert asked_by != number
    assert page_asks() == asked_by


def test_no_more_are_idle_than_a_process_may_have(kept: Pool) -> None:
    for _ in range(MOST + 3):
        with deadline.page():
            ask_server()
        connections["lab"].close_if_unusable_or_obsolete()
    site = "SELECT COUNT(*) FROM information_schema.processlist WHERE user LIKE 'jobsite%%'"
    eventually(lambda: int(SERVER.sql(site)[0][0]) <= MOST, "the connection is closed")
