"""manage.py populate: Ctrl-C and SIGTERM end a run cleanly, wherever they land."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import pymysql
import pytest

from jobs.tracebacks.parsing import read_stack
from jobs.worker.compute import compute
from jobs.worker.context import TableContext
from jobs.worker.options import Options
from jobs.worker.outcomes import InterruptedRunError, Outcome
from jobs.worker.reservations.base import Reservation, Reservations
from jobs.worker.reservations.factory import reservations_of
from jobs.worker.signals import ONE_SIGNAL_S, Signals
from tests.lab import ROOT, Lab
from tests.server import SERVER

KEYBOARD, TERMINATED = "KeyboardInterrupt", "SystemExit: SIGTERM received"
SIGNALS = pytest.mark.parametrize(
    ("signum", "status", "message"), [(signal.SIGINT, 130, KEYBOARD), (signal.SIGTERM, 143, TERMINATED)]
)
KEY = {"subject": "a", "session": 1}


@SIGNALS
def test_a_signal_in_make_is_recorded_and_ends_the_run(lab: Lab, signum: int, status: int, message: str) -> None:
    schema, module = lab.pipeline(recordings={"a": "", "b": "wait", "c": ""})
    worker = lab.start_waiting(schema)
    worker.send_signal(signum)
    out, err = worker.communicate()
    assert (worker.returncode, err, lab.jobs(schema)) == (status, "", {"b": message})
    assert out.splitlines()[-3:] == [
        "tests.pipeline.Score: 1 done, 1 failed, 0 skipped, 1 not tried",
        f"  FAILED subject=b, session=1: {message}",
        f"Ended by {'Ctrl-C' if signum == signal.SIGINT else 'SIGTERM'}.",
    ]
    assert module.Score.fetch("subject").tolist() == ["a"]


@SIGNALS
def test_on_stop_release_releases_the_job_for_another_worker(lab: Lab, signum: int, status: int, message: str) -> None:
    schema, _ = lab.pipeline(recordings={"a": "", "b": "wait", "c": ""})
    worker = lab.start_waiting(schema, "--on-stop", "release")
    worker.send_signal(signum)
    out, err = worker.communicate()
    assert (worker.returncode, err, lab.jobs(schema)) == (status, "", {})
    assert out.splitlines()[-2] == "tests.pipeline.Score: 1 done, 0 failed, 0 skipped, 1 released, 1 not tried"


@pytest.mark.parametrize("on_stop", [("error", "SystemExit: SIGTERM received"), ("release", None)])
def test_a_signal_that_breaks_into_a_question_of_make_leaves_nothing_reserved(
    lab: Lab, on_stop: tuple[str, str | None]
) -> None:
    schema, _ = lab.pipeline(recordings={"a": "asks"})
    worker = lab.start_waiting(schema, "--on-stop", on_stop[0])
    worker.terminate()
    assert worker.wait() == 143
    assert lab.jobs(schema).get("a") == on_stop[1]


def test_a_stack_begins_at_the_labs_own_make(lab: Lab) -> None:
    schema, module = lab.pipeline(recordings={"a": "value"})
    lab.populate(schema)
    first, second, *_ = module.schema.jobs.fetch1("error_stack").splitlines()
    assert (first, second.rpartition(",")[2]) == ("Traceback (most recent call last):", " in make")


@SIGNALS
def test_the_stack_of_a_signal_ends_at_the_labs_own_line(lab: Lab, signum: int, status: int, message: str) -> None:
    schema, module = lab.pipeline(recordings={"b": "wait"})
    worker = lab.start_waiting(schema)
    worker.send_signal(signum)
    worker.communicate()
    last = read_stack(module.schema.jobs.fetch1("error_stack")).chain[-1]
    assert (last.exception, last.frames[-1].function) == (message.partition(":")[0], "wait_at_gate")


def test_sigterm_ends_a_run_without_reservation_as_well(lab: Lab) -> None:
    schema, module = lab.pipeline(recordings={"a": "wait", "b": ""})
    worker = lab.start_waiting(schema, "--no-reserve")
    worker.terminate()
    _, err = worker.communicate()
    assert (worker.returncode, err, len(module.Score())) == (143, "", 0)


def send_before(act: Callable[..., Any], signum: int) -> Callable[..., Any]:
    """Return `act` with a signal to this process just before it."""

    def trapped(*arguments: Any, **named: Any) -> Any:
        os.kill(os.getpid(), signum)
        return act(*arguments, **named)

    return trapped


def run(table: Any, reservations: Reservations) -> list[tuple[str, str]]:
    """Compute KEY here, expect to be interrupted, and return the outcomes."""
    told: list[Outcome] = []
    with Signals() as signals, pytest.raises(InterruptedRunError):
        compute(TableContext(table, Options(), signals, reservations, told.append), [KEY, {**KEY, "session": 2}])
    return [(outcome.status, outcome.message) for outcome in told]


@SIGNALS
def test_a_signal_between_reservation_and_make_gives_the_key_back(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, signum: int, status: int, message: str
) -> None:
    schema, module = lab.pipeline(recordings={"a": ""})
    reservations = reservations_of(module.Score(), Options())
    monkeypatch.setattr(reservations, "reserve", send_before(reservations.reserve, signum))
    assert run(module.Score(), reservations) == []
    assert (lab.jobs(schema), len(module.Score())) == ({}, 0)


@SIGNALS
def test_a_signal_as_make_begins_is_recorded(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, signum: int, status: int, message: str
) -> None:
    schema, module = lab.pipeline(recordings={"a": ""})
    table = module.Score()
    begin = table.connection.start_transaction
    monkeypatch.setattr(table.connection, "start_transaction", send_before(begin, signum))
    assert run(table, reservations_of(table, Options())) == [("failed", message)]
    assert lab.jobs(schema) == {"a": message}
    assert not table.connection.in_transaction


def test_a_signal_while_a_job_is_finished_waits_until_it_is(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    schema, module = lab.pipeline(recordings={"a": ""})
    reservations = reservations_of(module.Score(), Options())
    monkeypatch.setattr(reservations, "complete", send_before(reservations.complete, signal.SIGTERM))
    assert run(module.Score(), reservations) == [("done", "")]
    assert (lab.jobs(schema), len(module.Score())) == ({}, 1)


def test_a_job_whose_commit_is_answered_as_interrupted_is_done_all_the_same(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema, module = lab.pipeline(recordings={"a": ""})
    reservations = reservations_of(module.Score(), Options())
    complete = reservations.complete

    def interrupted_late(job: Reservation, end: str) -> None:  # as a KILL QUERY that comes just after the commit
        complete(job, end)
        os.kill(os.getpid(), signal.SIGTERM)
        raise pymysql.err.OperationalError(1317, "Query execution was interrupted")

    monkeypatch.setattr(reservations, "complete", interrupted_late)
    assert run(module.Score(), reservations) == [("done", "")]
    assert (lab.jobs(schema), len(module.Score())) == ({}, 1)


def test_a_signal_while_an_error_is_recorded_waits_until_it_is(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    schema, module = lab.pipeline(recordings={"a": "value"})
    reservations = reservations_of(module.Score(), Options())
    monkeypatch.setattr(reservations, "error", send_before(reservations.error, signal.SIGTERM))
    assert run(module.Score(), reservations) == [("failed", "ValueError: the trace is empty")]
    assert lab.jobs(schema) == {"a": "ValueError: the trace is empty"}


@pytest.mark.parametrize("arguments", [(), ("--processes", "2")], ids=["one", "two"])
@pytest.mark.parametrize(("on_stop", "left"), [("error", {"a": KEYBOARD}), ("release", {})])
def test_a_second_ctrl_c_ends_a_make_that_goes_on(
    lab: Lab, on_stop: str, left: dict[str, str], arguments: tuple[str, ...]
) -> None:
    schema, module = lab.pipeline(recordings={"a": "deaf"})
    worker = lab.start_waiting(schema, "--on-stop", on_stop, *arguments)
    worker.send_signal(signal.SIGINT)
    time.sleep(ONE_SIGNAL_S + 0.2)
    assert worker.poll() is None
    worker.send_signal(signal.SIGINT)
    _, err = worker.communicate()
    assert (worker.returncode, lab.jobs(schema), len(module.Score())) == (130, left, 0)
    assert "make does not stop, so its process is ended." in err


def test_a_second_signal_does_not_wait() -> None:
    with Signals() as signals, signals.deferred():
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(ONE_SIGNAL_S)  # a person's second Ctrl-C
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_a_signal_that_is_sent_twice_at_once_is_one() -> None:
    with Signals() as signals, signals.deferred():
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
        assert signals.received == signal.SIGTERM


def test_a_signal_that_a_cluster_sends_twice_leaves_no_reservation(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"a": "wait", "b": ""})
    worker = lab.start_waiting(schema)
    worker.send_signal(signal.SIGTERM)
    worker.send_signal(signal.SIGTERM)
    worker.communicate()
    assert lab.jobs(schema) == {"a": TERMINATED}


def test_a_process_forked_by_make_dies_of_a_signal_that_its_parent_would_defer() -> None:
    script = """
import os, signal, time
from jobs.worker.signals import ONE_SIGNAL_S, Signals
with Signals() as signals, signals.deferred():
    ready, say_ready = os.pipe()
    child = os.fork()
    if not child:
        os.write(say_ready, b".")
        while True:
            time.sleep(0.01)
    os.read(ready, 1)
    os.kill(child, signal.SIGTERM)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == f"{-signal.SIGTERM}\n"


def test_signals_are_as_before_after_a_run() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Signals():
        pass
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_job_names_the_connection_that_runs_it_although_it_was_lost_after_the_reservation(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema, module = lab.pipeline(recordings={"a": "is live"})
    table = module.Score()
    reservations = reservations_of(table, Options())
    reserve = reservations.reserve
    killed: list[int] = []

    def reserve_and_lose(jobs: Sequence[Reservation]) -> list[Reservation]:
        reserved = reserve(jobs)
        if not killed:
            killed.append(reserved[0].connection_id)
            SERVER.sql(f"KILL {killed[0]}")
        return reserved

    monkeypatch.setattr(reservations, "reserve", reserve_and_lose)
    told: list[Outcome] = []
    with Signals() as signals:
        compute(TableContext(table, Options(), signals, reservations, told.append), [KEY])
    assert [outcome.status for outcome in told] == ["done"]
    assert (module.Score.fetch1("score"), lab.jobs(schema)) == (1.0, {})


def test_a_process_that_make_forks_has_no_handler_of_the_workers() -> None:
    with Signals():
        receiver, sender = multiprocessing.Pipe(duplex=False)
        child = multiprocessing.get_context("fork").Process(target=send_handlers, args=(sender,))
        child.start()
        assert receiver.recv() == [signal.SIG_DFL, signal.SIG_DFL]
        child.join()


def send_handlers(sender: Any) -> None:
    """Send what a process does on the two signals."""
    sender.send([signal.getsignal(signum) for signum in (signal.SIGINT, signal.SIGTERM)])
