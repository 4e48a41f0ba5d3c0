"""jobs/ahead.py: what is reserved ahead of a long make is given back, once, and nothing of it is lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from jobs.worker.dj.connecting import reservations_of
from jobs.worker.outcomes import Options
from jobs.worker.prefetch import Ahead
from jobs.worker.reservations.schema_wide import Job, Reservations, job_of
from tests.ground import GROUND
from tests.lab import Lab, eventually


class Held:
    """Three jobs, reserved by this process and held ahead."""

    def __init__(self, lab: Lab, ahead: Ahead, reservations: Reservations, schema: str, connection: Any) -> None:
        self.lab, self.ahead, self.reservations, self.schema, self.connection = (
            lab,
            ahead,
            reservations,
            schema,
            connection,
        )
        keys = [{"subject": subject, "session": 1} for subject in "abc"]
        self.jobs: list[Job] = reservations.reserve([job_of(key, key) for key in keys])

    def reserved(self) -> set[str]:
        return set(self.lab.jobs(self.schema))


@pytest.fixture
def held(lab: Lab) -> Iterator[Held]:
    schema, module = lab.pipeline()
    table = module.Score()
    reservations = reservations_of(table, Options())
    with Ahead(reservations) as ahead:
        yield Held(lab, ahead, reservations, schema, table.connection)


def test_what_waits_behind_a_long_make_is_given_back_while_it_runs(held: Held) -> None:
    held.ahead.hold(held.jobs)
    assert held.ahead.begin() == held.jobs[0]
    eventually(lambda: held.reserved() == {"a"}, "the jobs behind the long one to be given back")
    rest = held.ahead.end()
    assert (rest.held, rest.given_back, rest.owed) == ([], held.jobs[1:], [])
    assert held.ahead.begin() is None


def test_what_could_not_be_given_back_is_owed(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(held.connection.conn_info, "passwd", "another")  # the thread is not let in
    held.ahead.hold(held.jobs)
    held.ahead.begin()
    eventually(lambda: not held.ahead, "the jobs behind the long one to be taken away")
    rest = held.ahead.end()
    assert (rest.held, rest.given_back, rest.owed) == ([], [], held.jobs[1:])
    assert held.reserved() == {"a", "b", "c"}


def test_what_is_held_at_the_end_is_returned_and_still_reserved(held: Held) -> None:
    held.ahead.hold(held.jobs)
    held.ahead.begin()
    assert held.ahead.end().held == held.jobs[1:]
    assert held.reserved() == {"a", "b", "c"}


def test_the_job_itself_is_never_given_back(held: Held) -> None:
    held.ahead.hold(held.jobs[:2])
    held.ahead.begin()
    eventually(lambda: held.reserved() == {"a", "c"}, "the second job to be given back")
    GROUND.sql(f"UPDATE `{held.schema}`.`~jobs` SET pid = pid + 1")
    held.ahead.hold(held.jobs[2:])
    held.ahead.begin()
    assert held.ahead.end().jobs == held.jobs[1:2]
