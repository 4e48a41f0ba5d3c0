"""jobs/worker/schedule.py: how long an idle worker waits before it looks for keys again."""

import pytest

from jobs.worker.schedule import RunClock, Schedule
from jobs.worker.signals import Signals


@pytest.mark.parametrize(("looked_s", "pause_s"), [(0.0, 60.0), (0.1, 60.0), (0.5, 250.0), (30.0, 600.0)])
def test_a_look_that_takes_the_server_long_comes_less_often(looked_s: float, pause_s: float) -> None:
    assert RunClock(Schedule(forever=True), Signals()).pause_s(looked_s) == pause_s


def test_who_says_how_long_gets_that() -> None:
    assert RunClock(Schedule(forever=True, sleep_s=5), Signals()).pause_s(30.0) == 5
