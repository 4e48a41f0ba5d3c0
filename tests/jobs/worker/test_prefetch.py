"""jobs/worker/prefetch.py: what is reserved behind a long make is released, once, and nothing of it is lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from jobs.worker.options import Options
from jobs.worker.prefetch import Prefetched
from jobs.worker.reservations.base import Reservation, Reservations, reservation_of
from jobs.worker.reservations.factory import reservations_of
from tests.lab import Lab, eventually
from tests.server import SERVER


class ThreePrefetched:
    """Three jobs, reserved by this process and not started."""

    def __init__(
        self, lab: Lab, prefetched: Prefetched, reservations: Reservations, schema: str, connection: Any
    ) -> None:
        self.lab, self.prefetched, self.reservations, self.schema, self.connection = (
            lab,
            prefetched,
            reservations,
            schema,
            connection,
        )
        keys = [{"subject": subject, "session": 1} for subject in "abc"]
        self.jobs: list[Reservation] = reservations.reserve([reservation_of(key, key) for key in keys])

    def reserved(self) -> set[str]:
        return set(self.lab.jobs(self.schema))


@pytest.fixture
def three(lab: Lab) -> Iterator[ThreePrefetched]:
    schema, module = lab.pipeline()
    table = module.Score()
    reservations = reservations_of(table, Options())
    with Prefetched(reservations) as prefetched:
        yield ThreePrefetched(lab, prefetched, reservations, schema, table.connection)


def test_what_waits_behind_a_long_make_is_released_while_it_runs(three: ThreePrefetched) -> None:
    three.prefetched.add(three.jobs)
    assert three.prefetched.start_next() == three.jobs[0]
    eventually(lambda: three.reserved() == {"a"}, "the jobs behind the long one to be released")
    unstarted = three.prefetched.take_unstarted()
    assert (unstarted.reserved, unstarted.released, unstarted.deferred) == ([], three.jobs[1:], [])
    assert three.prefetched.start_next() is None


def test_what_could_not_be_released_is_deferred(three: ThreePrefetched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(three.connection.conn_info, "passwd", "another")  # the thread is not let in
    three.prefetched.add(three.jobs)
    three.prefetched.start_next()
    eventually(lambda: not three.prefetched, "the jobs behind the long one to be taken away")
    unstarted = three.prefetched.take_unstarted()
    assert (unstarted.reserved, unstarted.released, unstarted.deferred) == ([], [], three.jobs[1:])
    assert three.reserved() == {"a", "b", "c"}


def test_what_is_unstarted_at_the_end_is_returned_and_still_reserved(three: ThreePrefetched) -> None:
    three.prefetched.add(three.jobs)
    three.prefetched.start_next()
    assert three.prefetched.take_unstarted().reserved == three.jobs[1:]
    assert three.reserved() == {"a", "b", "c"}


def test_the_job_itself_is_never_released(three: ThreePrefetched) -> None:
    three.prefetched.add(three.jobs[:2])
    three.prefetched.start_next()
    eventually(lambda: three.reserved() == {"a", "c"}, "the second job to be released")
    SERVER.sql(f"UPDATE `{three.schema}`.`~jobs` SET pid = pid + 1")
    three.prefetched.add(three.jobs[2:])
    three.prefetched.start_next()
    assert three.prefetched.take_unstarted().jobs == three.jobs[1:2]
