"""How many workers a run on a cluster needs, and for how long."""

import pytest

from jobs.worker.outcomes import WrongInputError
from jobs.worker.submission import Submission, run_duration_s


@pytest.mark.parametrize(
    ("keys", "live", "waiting", "tasks"),
    [
        (10, 0, 0, 10),
        (1000, 0, 0, 200),
        (0, 0, 0, 0),
        (1000, 150, 0, 50),
        (1000, 200, 20, 0),
        (1000, 300, 0, 0),
        (10, 8, 8, 2),
        (10, 12, 12, 0),
    ],
)
def test_there_are_as_many_tasks_as_keys_but_200_at_most(keys: int, live: int, waiting: int, tasks: int) -> None:
    assert Submission(200, ()).tasks_for(keys, live, waiting) == tasks


def test_each_task_has_keys_for_all_of_its_processes() -> None:
    assert Submission(200, (), processes=4).tasks_for(10, 0, 0) == 3


def test_those_that_wait_for_new_keys_are_as_many_as_were_asked_for() -> None:
    assert Submission(200, (), is_forever=True).tasks_for(0, 20, 0) == 180


@pytest.mark.parametrize(
    ("limit_s", "run_s"),
    [(None, None), (300, 180), (600, 480), (14_400, 12_960), (86_400, 84_600)],
)
def test_a_task_starts_no_key_in_the_last_tenth_of_its_time(limit_s: int | None, run_s: int | None) -> None:
    assert run_duration_s(limit_s, None) == run_s


@pytest.mark.parametrize("limit_s", [None, 600])
def test_a_run_duration_that_fits_holds(limit_s: int | None) -> None:
    assert run_duration_s(limit_s, 60) == 60


@pytest.mark.parametrize(
    ("limit_s", "asked_s", "sentence"),
    [
        (60, None, "A time limit of 1 min is too short for a worker to start, compute and end: give at least 5 min,"),
        (600, 500, "--run-duration 8 min 20 s does not fit into the time limit of 10 min: give 8 min at most,"),
    ],
)
def test_what_does_not_fit_is_refused(limit_s: int, asked_s: int | None, sentence: str) -> None:
    with pytest.raises(WrongInputError, match=f"^{sentence}"):
        run_duration_s(limit_s, asked_s)
