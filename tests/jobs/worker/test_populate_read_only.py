"""manage.py populate: the lab's server takes no writes for a while, and no key is lost, or an error, for that."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from jobs.worker import retry
from jobs.worker.compute import compute
from jobs.worker.context import TableContext
from jobs.worker.options import Options
from jobs.worker.outcomes import Outcome
from jobs.worker.prefetch import Prefetched
from jobs.worker.reservations.base import reservation_of
from jobs.worker.reservations.factory import reservations_of
from jobs.worker.retry import MOST_TRIES
from jobs.worker.signals import Signals
from tests.forked_worker import ForkedWorker
from tests.lab import Lab, Worker, eventually
from tests.server import SERVER

SCORE = "tests.pipeline.Score"
NO_WRITES = "The lab's server takes no writes: it is read-only"
SIGNALS = pytest.mark.parametrize(("signum", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
A = {"subject": "a", "session": 1}


@contextmanager
def read_only(variable: str = "read_only") -> Iterator[None]:
    """Let the server take no writes of the lab's people."""
    SERVER.sql(f"SET GLOBAL {variable} = 1")
    try:
        yield
    finally:
        SERVER.sql(f"SET GLOBAL {variable} = 0")


def hear(worker: Worker) -> None:
    """Wait until the worker says that the server takes no writes."""
    if isinstance(worker, ForkedWorker):
        eventually(lambda: NO_WRITES in worker.complaints(), "the worker to say why it waits")
    else:
        assert worker.stderr
        next(line for line in worker.stderr if NO_WRITES in line)


def refuse_its_make(lab: Lab, worker: Worker) -> None:
    """Let the worker go on from its gate, on a server that takes no writes, until it says so."""
    lab.gate.touch()
    hear(worker)


def last_line(worker: Worker) -> tuple[int | None, str]:
    out, _ = worker.communicate()
    return worker.returncode, out.splitlines()[-1]


def test_a_make_that_is_refused_is_tried_again_when_the_server_takes_writes(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"a": "wait", "b": "", "c": ""})
    worker = lab.start_waiting(schema)
    with read_only():
        refuse_its_make(lab, worker)
    assert last_line(worker) == (0, f"{SCORE}: 3 done, 0 failed, 0 skipped")
    assert lab.jobs(schema) == {}


def test_a_result_whose_end_is_refused_waits_in_its_transaction(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"a": "wait at the end"})
    worker = lab.start_waiting(schema)
    with read_only():
        lab.gate.with_suffix(".waiting").unlink()
        refuse_its_make(lab, worker)
    assert last_line(worker) == (0, f"{SCORE}: 1 done, 0 failed, 0 skipped")
    assert not lab.gate.with_suffix(".waiting").exists()
    assert lab.jobs(schema) == {}


def test_what_a_make_of_three_parts_has_computed_is_kept_while_its_insert_is_refused(lab: Lab) -> None:
    schema, module = lab.pipeline(recordings={"a": ""})
    lab.compute(module)
    worker = lab.start(schema, table="Summary", TEST_SUMMARY_WAITS="1")
    waiting = lab.gate.with_suffix(".waiting")
    eventually(waiting.exists, "the worker to compute")
    with read_only():
        waiting.unlink()
        refuse_its_make(lab, worker)
    assert last_line(worker) == (0, "tests.pipeline.Summary: 1 done, 0 failed, 0 skipped")
    assert not waiting.exists()


def test_an_error_is_written_down_once_the_server_takes_writes(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"a": "wait and fail"})
    worker = lab.start_waiting(schema)
    with read_only():
        refuse_its_make(lab, worker)
    worker.communicate()
    assert lab.jobs(schema) == {"a": "ValueError: the trace is empty"}


def test_without_reservation_the_key_is_tried_again_as_well(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"a": "wait", "b": ""})
    worker = lab.start_waiting(schema, "--no-reserve")
    with read_only():
        refuse_its_make(lab, worker)
    assert last_line(worker) == (0, f"{SCORE}: 2 done, 0 failed, 0 skipped")


def test_a_worker_that_begins_meanwhile_waits_for_its_jobs_table(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"a": ""})
    with read_only():
        worker = lab.start(schema)
        hear(worker)
    assert last_line(worker) == (0, f"{SCORE}: 1 done, 0 failed, 0 skipped")


def test_a_pipeline_that_declares_its_tables_meanwhile_is_waited_for(lab: Lab) -> None:
    schema = lab.schema()
    with read_only():
        worker = lab.start(schema)
        hear(worker)
    assert last_line(worker) == (0, f"{SCORE}: 0 done, 0 failed, 0 skipped")


def test_a_session_that_began_read_only_is_given_up(lab: Lab) -> None:
    schema, module = lab.pipeline(recordings={"a": ""})
    module.schema.jobs  # noqa: B018  declares it
    ((name, _), *_) = SERVER.sql(
        "SHOW GLOBAL VARIABLES WHERE variable_name IN ('transaction_read_only', 'tx_read_only')"
    )
    with read_only(name):
        worker = lab.start(schema)
        hear(worker)
    assert last_line(worker) == (0, f"{SCORE}: 1 done, 0 failed, 0 skipped")


@SIGNALS
def test_a_signal_ends_the_waiting_and_what_may_be_left_reserved_is_named(lab: Lab, signum: int, status: int) -> None:
    schema, _ = lab.pipeline(recordings={"a": "wait", "b": ""})
    worker = lab.start_waiting(schema)
    with read_only():
        refuse_its_make(lab, worker)
        worker.send_signal(signum)
        out, _ = worker.communicate()
    assert worker.returncode == status
    assert "subject=a, session=1 may be left reserved: OperationalError: (1290, " in out
    assert lab.jobs(schema) == {"a": "reserved"}


@SIGNALS
def test_a_signal_while_no_key_can_be_reserved_leaves_none(lab: Lab, signum: int, status: int) -> None:
    schema, module = lab.pipeline(recordings={"a": ""})
    module.schema.jobs  # noqa: B018  declares it
    with read_only():
        worker = lab.start(schema)
        hear(worker)
        worker.send_signal(signum)
        out, _ = worker.communicate()
    assert (worker.returncode, "left reserved" in out, lab.jobs(schema)) == (status, False, {})


def test_several_processes_wait_as_one_does(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"a": "wait", **dict.fromkeys("bcdefgh", "")})
    worker = lab.start_waiting(schema, "--processes", "2")
    with read_only():
        refuse_its_make(lab, worker)
    assert last_line(worker) == (0, f"{SCORE}: 8 done, 0 failed, 0 skipped")
    assert lab.jobs(schema) == {}


def test_what_a_killed_process_leaves_behind_is_put_right_once_the_server_takes_writes(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"a": "wait", "b": ""})
    worker = lab.start_waiting(schema, "--processes", "2", "--restrict", "subject='a'")
    ((pid,),) = SERVER.sql(f"SELECT pid FROM `{schema}`.`~jobs`")
    with read_only():
        os.kill(pid, signal.SIGKILL)
        hear(worker)
    assert last_line(worker)[0] == 1
    assert lab.jobs(schema) == {"a": f"Killed: worker process {pid} was killed by SIGKILL"}


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Backoff that a test can wait for."""
    monkeypatch.setattr(retry, "FIRST_PAUSE_S", 0.01)


@pytest.mark.usefixtures("short_pauses")
def test_a_key_that_is_refused_each_time_comes_last_and_is_an_error_in_the_end(lab: Lab) -> None:
    schema, module = lab.pipeline(recordings={"a": "fills", "b": "", "c": ""})
    table, started, told = module.Score(), list[str](), list[Outcome]()
    keys = [{**A, "subject": subject} for subject in "abc"]

    def on_start(number: int) -> None:
        started.append("abc"[number])

    with Signals() as signals:
        reservations = reservations_of(table, Options())
        compute(TableContext(table, Options(), signals, reservations, told.append, on_start), keys)
    assert (started[0], Counter(started)) == ("a", {"a": MOST_TRIES, "b": 1, "c": 1})
    assert [(outcome.key["subject"], outcome.status) for outcome in told] == [
        ("b", "done"),
        ("c", "done"),
        ("a", "failed"),
    ]
    assert set(lab.jobs(schema)) == {"a"}
    assert lab.jobs(schema)["a"].startswith("OperationalError: (1114, ")


def test_a_result_that_gave_way_to_somebody_else_in_a_deadlock_is_computed_again(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"a": "wait at the end", **{f"x{n}": "" for n in range(9)}})
    worker = lab.start_waiting(schema, "--restrict", "subject='a'")
    with SERVER.connected() as person, person.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(f"UPDATE `{schema}`.recording SET behaviour = 'value' WHERE subject > 'w'")
        cursor.execute(f"SELECT * FROM `{schema}`.`~jobs` FOR UPDATE")
        lab.gate.touch()
        # The server ends the transaction that has written less: the worker's, which waits for the jobs table.
        cursor.execute(f"SELECT * FROM `{schema}`.__score FOR UPDATE")
        cursor.execute("ROLLBACK")
    assert last_line(worker) == (0, f"{SCORE}: 1 done, 0 failed, 0 skipped")
    assert lab.jobs(schema) == {}


def test_what_waits_behind_a_long_make_is_released_as_soon_as_the_server_takes_writes(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.worker.prefetch.RETRY_S", 0.1)
    schema, module = lab.pipeline()
    reservations = reservations_of(module.Score(), Options())
    jobs = reservations.reserve(
        [reservation_of({**A, "subject": subject}, {**A, "subject": subject}) for subject in "abc"]
    )
    with Prefetched(reservations) as prefetched:
        with read_only():
            prefetched.add(jobs)
            prefetched.start_next()
            eventually(lambda: not prefetched, "the jobs behind the long one to be taken away")
        eventually(lambda: set(lab.jobs(schema)) == {"a"}, "them to be released")
        unstarted = prefetched.take_unstarted()
    assert (unstarted.released, unstarted.deferred) == (jobs[1:], [])
