"""jobs/worker/reservations: our workers write the rows that DataJoint writes, and take back their own rows alone."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from types import ModuleType
from typing import Any

import datajoint as dj
import pytest

from jobs.worker.options import Options
from jobs.worker.reservations.base import Reservation, Reservations, reservation_of
from jobs.worker.reservations.factory import reservations_of
from tests.lab import Lab
from tests.server import SERVER

KEYS: list[dict[str, Any]] = [
    {"subject": "Überlänge 🧠", "session": 7},
    {"number": 2**40, "day": dt.date(2026, 3, 1), "at": dt.datetime(2026, 3, 1, 8, 30)},  # noqa: DTZ001
    {"animal": uuid.UUID(int=5), "name": "x" * 1500},
]
COLUMNS = "table_name, key_hash, status, HEX(`key`), error_message, HEX(error_stack), user, host, pid, connection_id"
LONG_MESSAGE, LONG_STACK = "m" * 2147, "\n".join(f"line {number}: é" for number in range(8_000))


class Table:
    """Score of one schema, with DataJoint's jobs table and ours."""

    def __init__(self, lab: Lab) -> None:
        self.schema, self.module = lab.pipeline()
        self.theirs: Any = self.module.schema.jobs
        connection = self.module.Score().connection
        # As in a process that has just connected: DataJoint would write the id of its first connection for ever.
        connection.connection_id = connection.query("SELECT CONNECTION_ID()").fetchone()[0]
        self.ours: Reservations = reservations_of(self.module.Score(), Options())

    def rows(self) -> list[tuple[Any, ...]]:
        """Return the rows and leave none."""
        found = SERVER.sql(f"SELECT {COLUMNS} FROM `{self.schema}`.`~jobs`")
        SERVER.sql(f"DELETE FROM `{self.schema}`.`~jobs`")
        return found

    def statuses(self) -> list[str]:
        return [status for (status,) in SERVER.sql(f"SELECT status FROM `{self.schema}`.`~jobs`")]

    def reserve(self, *keys: dict[str, Any]) -> list[Reservation]:
        return self.ours.reserve([reservation_of(key, key) for key in keys])


@pytest.fixture
def table(lab: Lab) -> Table:
    return Table(lab)


def test_a_reservation_is_byte_for_byte_datajoints(table: Table) -> None:
    for key in KEYS:
        table.theirs.reserve("__score", key)
        theirs = table.rows()
        table.reserve(key)
        assert table.rows() == theirs


@pytest.mark.parametrize(("message", "stack"), [("ValueError: é", "short"), (LONG_MESSAGE, LONG_STACK)])
def test_an_error_is_byte_for_byte_datajoints(table: Table, message: str, stack: str) -> None:
    for key in KEYS:
        table.theirs.error("__score", key, message, stack)
        theirs = table.rows()
        (job,) = table.reserve(key)
        table.ours.error(job, message, stack)
        assert table.rows() == theirs


def test_a_long_message_is_cut_and_a_long_stack_comes_back_whole(table: Table) -> None:
    (job,) = table.reserve(KEYS[0])
    table.ours.error(job, LONG_MESSAGE, LONG_STACK)
    message, stack = table.theirs.fetch1("error_message", "error_stack")
    assert (len(message), message[-12:], stack) == (2047, "...truncated", LONG_STACK)


def keys(count: int) -> list[dict[str, Any]]:
    return [{"subject": f"s{number}", "session": 1} for number in range(count)]


def test_what_another_worker_has_is_left_out_of_the_reserved(table: Table) -> None:
    taken = keys(20)[3::5]
    for key in taken:
        table.theirs.reserve("__score", key)
    reserved = table.reserve(*keys(20))
    assert sorted(job.key["subject"] for job in reserved) == sorted(
        key["subject"] for key in keys(20) if key not in taken
    )


@pytest.mark.parametrize("status", ["error", "ignore"])
def test_errors_and_ignored_jobs_are_not_reserved(table: Table, status: str) -> None:
    if status == "error":
        table.theirs.error("__score", KEYS[0], "ValueError", "stack")
    else:
        table.theirs.ignore("__score", KEYS[0])
    assert table.reserve(KEYS[0]) == []
    assert table.statuses() == [status]


def test_completed_and_released_jobs_leave_no_row(table: Table) -> None:
    one, two, three = table.reserve(*keys(3))
    table.ours.complete(one, "COMMIT")
    table.ours.release([two, three])
    assert table.rows() == []


@pytest.mark.parametrize(("end", "open_then"), [("COMMIT", False), ("COMMIT AND CHAIN", True)])
def test_a_reservation_ends_with_makes_transaction_in_one_question_where_the_server_can(
    table: Table, end: str, open_then: bool
) -> None:
    connection = table.module.Score().connection
    (job,) = table.reserve(KEYS[0])
    connection.start_transaction()
    before = questions(connection)
    table.ours.complete(job, end)
    asked = questions(connection) - before - 1
    assert asked == (1 if "MariaDB" in str(SERVER.sql("SELECT VERSION()")) else 2)
    assert table.rows() == []  # as another connection sees it
    log = f"`{table.schema}`.`~log`"
    connection.query(f"INSERT INTO {log} (event, version, user, host) VALUES ('here', '', '', '')")
    connection.cancel_transaction()
    kept = connection.query(f"SELECT COUNT(*) FROM {log} WHERE event = 'here'").fetchone()[0]
    assert bool(kept) is not open_then


def questions(connection: Any) -> int:
    """Return how many the connection has asked, with this one."""
    return int(connection.query("SHOW SESSION STATUS LIKE 'Questions'").fetchone()[1])


def test_a_row_that_somebody_else_wrote_meanwhile_is_left_alone(table: Table) -> None:
    jobs = table.reserve(*keys(2))
    SERVER.sql(f"UPDATE `{table.schema}`.`~jobs` SET pid = pid + 1")
    table.ours.release(jobs)
    table.ours.complete(jobs[0], "COMMIT")
    table.ours.error(jobs[1], "ValueError", "stack")
    assert table.statuses() == ["reserved", "reserved"]


def test_an_error_of_a_cleared_job_is_not_recorded(table: Table) -> None:
    (job,) = table.reserve(KEYS[0])
    SERVER.sql(f"DELETE FROM `{table.schema}`.`~jobs`")
    table.ours.error(job, "ValueError", "stack")
    assert table.rows() == []


def test_a_stack_that_the_column_cannot_hold_is_cut_before_the_exception(table: Table) -> None:
    SERVER.sql(f"ALTER TABLE `{table.schema}`.`~jobs` MODIFY error_stack BLOB")  # as in schemas made long ago
    (job,) = table.reserve(KEYS[0])
    table.ours.error(job, "ValueError: é", random.Random(1).randbytes(100_000).hex() + "the end")
    message, stack = table.theirs.fetch1("error_message", "error_stack")
    assert (message, stack.splitlines()[0], stack[-7:]) == (r"ValueError: \xe9", "(180007 characters cut)", "the end")


def test_a_new_connection_is_the_one_that_is_written(table: Table) -> None:
    connection = table.module.Score().connection
    first = connection.query("SELECT CONNECTION_ID()").fetchone()[0]
    SERVER.sql(f"KILL {first}")
    table.reserve(KEYS[0])
    (((written,)),) = SERVER.sql(f"SELECT connection_id FROM `{table.schema}`.`~jobs`")
    assert written == connection.query("SELECT CONNECTION_ID()").fetchone()[0] != first


def test_datajoints_own_worker_leaves_our_reservations_alone(table: Table) -> None:
    module: ModuleType = table.module
    module.Recording.insert((f"s{number}", 1, "") for number in range(3))
    table.reserve(keys(1)[0])
    module.Score.populate(reserve_jobs=True)
    assert sorted(module.Score.fetch("subject").tolist()) == ["s1", "s2"]
    assert table.statuses() == ["reserved"]


def test_without_reservation_nothing_is_written(lab: Lab) -> None:
    schema, module = lab.pipeline(recordings={"a": ""})
    reservations = reservations_of(module.Score(), Options(reserve=False))
    (job,) = reservations.reserve([reservation_of(KEYS[0], KEYS[0])])
    reservations.error(job, "ValueError", "")
    assert not dj.conn().query(f"SHOW TABLES IN `{schema}` LIKE '~jobs'").fetchall()
