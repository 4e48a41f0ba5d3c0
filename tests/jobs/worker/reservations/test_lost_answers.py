"""What a worker has reserved is released in the end, also when the server's answer about it was lost or was an error.

The statements are real ones. Only what the driver raises about one of them is put in its place, because no server can
be made to lose an answer at a chosen statement.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pymysql
import pytest

from tests.jobs.worker.reservations.test_schema_wide import Table, keys
from tests.lab import Lab

DEADLOCK = pymysql.err.OperationalError(1213, "Deadlock found when trying to get lock; try restarting transaction")
READ_ONLY = pymysql.err.OperationalError(1290, "The server is running with the --read-only option")
INTERRUPTED = pymysql.err.OperationalError(1317, "Query execution was interrupted")
LOCKED = pymysql.err.OperationalError(1205, "Lock wait timeout exceeded; try restarting transaction")
INSERT, WHO, DELETE, COMMIT = "INSERT INTO", "SELECT CONNECTION_ID()", "DELETE FROM", "COMMIT"
Send = Callable[[], Any]
Answer = Callable[[Send], Any]


@pytest.fixture
def table(lab: Lab) -> Table:
    """Score, with our reservations of it."""
    return Table(lab)


@pytest.fixture
def connection(table: Table) -> Any:
    """DataJoint's connection."""
    return table.module.Score().connection


def refused(error: Exception) -> Answer:
    """Return an answer: the statement is not sent, and `error` is raised."""

    def answer(send: Send) -> Any:
        raise error

    return answer


def sent(send: Send) -> Any:
    """Send the statement."""
    return send()


def lost(connection: Any, then: Exception | None = None) -> Answer:
    """Return an answer: the statement is sent, and DataJoint connects anew; then `then` is raised, if anything."""

    def answer(send: Send) -> Any:
        answered = send()
        connection.connect()
        if then:
            raise then
        return answered

    return answer


@contextmanager
def answered(connection: Any, *answers: tuple[str, Answer]) -> Iterator[None]:
    """Answer the next statements that begin so, each once and in this order; all others are sent."""
    left = list(answers)
    query = connection.query

    def answer(statement: str, *args: Any, **options: Any) -> Any:
        def send() -> Any:
            return query(statement, *args, **options)

        if left and statement.startswith(left[0][0]):
            return left.pop(0)[1](send)
        return send()

    connection.query = answer
    try:
        yield
    finally:
        del connection.query
    assert left == []


def reserve_in_vain(table: Table, count: int, *answers: tuple[str, Answer]) -> None:
    """Reserve keys while the statements are answered so that the server's error is raised."""
    connection = table.module.Score().connection
    with answered(connection, *answers), pytest.raises(pymysql.err.OperationalError):
        table.reserve(*keys(count))


def test_the_first_half_of_a_chunk_is_released_when_the_second_half_fails(table: Table) -> None:
    reserve_in_vain(table, 2, (INSERT, refused(DEADLOCK)), (INSERT, sent), (INSERT, refused(DEADLOCK)))
    assert table.statuses() == ["reserved"]
    table.ours.release([])
    assert table.statuses() == []


def test_rows_whose_answer_was_lost_are_released_when_the_next_server_only_reads(table: Table, connection: Any) -> None:
    reserve_in_vain(table, 2, (INSERT, lost(connection, then=READ_ONLY)))
    table.ours.release([])
    assert table.statuses() == []


def test_they_are_released_when_the_new_connection_cannot_be_asked(table: Table, connection: Any) -> None:
    reserve_in_vain(table, 2, (INSERT, lost(connection)), (WHO, refused(INTERRUPTED)))
    table.ours.release([])
    assert table.statuses() == []


def test_they_are_released_when_a_lock_stands_in_the_way_at_first(table: Table, connection: Any) -> None:
    reserve_in_vain(table, 2, (INSERT, lost(connection)), (DELETE, refused(LOCKED)))
    table.ours.release([])
    assert table.statuses() == []


def test_they_are_released_after_a_second_signal(table: Table, connection: Any) -> None:
    def interrupted(send: Send) -> Any:
        send()
        raise KeyboardInterrupt

    with answered(connection, (INSERT, interrupted)), suppress(KeyboardInterrupt):
        table.reserve(*keys(2))
    assert table.statuses() == ["reserved", "reserved"]
    table.ours.release([])
    assert table.statuses() == []


def test_what_a_server_that_only_reads_has_refused_is_not_remembered(table: Table, connection: Any) -> None:
    table.ours.release(table.reserve(*keys(1)))
    reserve_in_vain(table, 2, (INSERT, refused(READ_ONLY)))
    assert count_statements(connection, lambda: table.ours.release([])) == 0


def test_what_is_doubtful_is_remembered_when_the_commit_fails_that_would_have_released_it(
    table: Table, connection: Any
) -> None:
    def rolled_back(send: Send) -> Any:
        connection.cancel_transaction()
        raise DEADLOCK

    first, second = keys(2)
    with answered(connection, (INSERT, lost(connection, then=READ_ONLY))), suppress(pymysql.err.OperationalError):
        table.reserve(first)
    (job,) = table.reserve(second)
    connection.start_transaction()
    with answered(connection, (COMMIT, rolled_back)), pytest.raises(pymysql.err.OperationalError):
        table.ours.complete(job, COMMIT)
    assert table.statuses() == ["reserved", "reserved"]
    table.ours.release([job])
    assert table.statuses() == []


def count_statements(connection: Any, act: Callable[[], object]) -> int:
    """Return how many statements an act sends."""
    count = 0
    query = connection.query

    def counting(*args: Any, **options: Any) -> Any:
        nonlocal count
        count += 1
        return query(*args, **options)

    connection.query = counting
    try:
        act()
    finally:
        connection.query = query
    return count
