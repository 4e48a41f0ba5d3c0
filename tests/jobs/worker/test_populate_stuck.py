"""manage.py populate --on-stop release: a stop releases the job also while make is stuck in C, or fails of it."""

import multiprocessing
import signal
from typing import Any

import pytest

from jobs.worker.signals import Signals
from jobs.worker.unstoppable import RELEASED
from tests.lab import Lab, eventually

PROCESSES = pytest.mark.parametrize("arguments", [(), ("--processes", "2")], ids=["one", "two"])


@PROCESSES
@pytest.mark.parametrize("behaviour", ["stuck", "stuck and deaf"])
def test_a_stop_releases_the_job_of_a_make_that_goes_on_and_keeps_nothing_of_it(
    lab: Lab, behaviour: str, arguments: tuple[str, ...]
) -> None:
    schema, module = lab.pipeline(recordings={"a": behaviour})
    worker = lab.start_waiting(schema, "--on-stop", "release", *arguments)
    worker.terminate()
    eventually(lambda: lab.jobs(schema) == {}, "the job to be released")
    assert worker.poll() is None
    lab.gate.touch()
    out, err = worker.communicate()
    assert (worker.returncode, lab.jobs(schema), len(module.Score())) == (143, {}, 0)
    assert RELEASED in err
    assert "1 released" in out or arguments


def test_what_another_worker_has_computed_meanwhile_stays(lab: Lab) -> None:
    schema, module = lab.pipeline(recordings={"a": "stuck and deaf"})
    worker = lab.start_waiting(schema, "--on-stop", "release")
    worker.terminate()
    eventually(lambda: lab.jobs(schema) == {}, "the job to be released")
    module.Recording.update1({"subject": "a", "session": 1, "behaviour": ""})
    other = lab.populate(schema)
    lab.gate.touch()
    worker.communicate()
    assert (other.returncode, lab.jobs(schema), len(module.Score())) == (0, {}, 1)


def test_a_failure_that_a_stop_follows_is_a_stop(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"a": "stopped program"})
    run = lab.populate(schema, "--on-stop", "release")
    assert (run.returncode, lab.jobs(schema)) == (143, {})


def test_a_failure_that_no_stop_follows_is_an_error(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"a": "value", "b": ""})
    run = lab.populate(schema, "--on-stop", "release")
    assert (run.returncode, lab.jobs(schema)) == (1, {"a": "ValueError: the trace is empty"})


def test_the_signals_of_a_process_that_make_forks_are_not_the_worker_s() -> None:
    with Signals() as signals, signals.listener.calling(lambda: None):
        receiver, sender = multiprocessing.Pipe(duplex=False)
        child = multiprocessing.get_context("fork").Process(target=send_wakeup, args=(sender,))
        child.start()
        assert receiver.recv() == -1
        child.join()


def send_wakeup(sender: Any) -> None:
    """Send where this process's signals are written to."""
    sender.send(signal.set_wakeup_fd(-1))
