"""manage.py populate while the lab's server, or the account, has no connection left: it waits for one."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import MySQLdb
import pytest

from tests.forked_worker import ForkedWorker
from tests.lab import Lab, Worker, eventually
from tests.server import SERVER

MOST, WORKERS = 20, 3
WAITS = "The lab's server has no connection left"
TASK = {"SLURM_JOB_ID": "82", "SLURM_ARRAY_JOB_ID": "80", "SLURM_ARRAY_TASK_ID": "2"}


@contextmanager
def full_server() -> Iterator[None]:
    """Take every connection that the server gives to people, until the end of the block."""
    with SERVER.set_for_everybody("max_connections", MOST), ExitStack() as taken:
        take_all(taken)
        yield


def take_all(taken: ExitStack) -> None:
    """Connect as often as the server lets anybody."""
    while True:
        try:
            taken.enter_context(SERVER.connected("bob"))
        except MySQLdb.OperationalError:
            return


def wait_until_it_says(worker: Worker) -> None:
    """Wait until a worker says that it waits."""
    assert isinstance(worker, ForkedWorker)
    eventually(lambda: WAITS in worker.complaints() or worker.poll() is not None, "the worker to wait")
    assert worker.poll() is None, worker.communicate()


@pytest.mark.parametrize("environ", [{}, TASK], ids=["a person's", "a task"])
def test_workers_that_start_on_a_full_server_wait_and_finish(lab: Lab, environ: dict[str, str]) -> None:
    schema, module = lab.pipeline(recordings={f"m{number}": "" for number in range(9)})
    with full_server():
        workers = [lab.start(schema, **environ) for _ in range(WORKERS)]
        for worker in workers:
            wait_until_it_says(worker)
    assert [worker.communicate()[1].count(WAITS) for worker in workers] == [1] * WORKERS
    assert ([worker.wait() for worker in workers], len(module.Score()), lab.jobs(schema)) == ([0] * WORKERS, 9, {})


def test_a_worker_that_has_lost_its_connection_waits_for_another(lab: Lab) -> None:
    schema, module = lab.pipeline(recordings={"a": "wait", "b": ""})
    worker = lab.start_waiting(schema)
    ((connection,),) = SERVER.sql(f"SELECT connection_id FROM `{schema}`.`~jobs`")
    with SERVER.set_for_everybody("max_connections", MOST), ExitStack() as taken:
        SERVER.sql(f"KILL {connection}")
        take_all(taken)
        lab.gate.touch()
        wait_until_it_says(worker)
    worker.communicate()
    assert (worker.wait(), module.Score.fetch("subject").tolist()) == (1, ["b"])
    assert list(lab.jobs(schema)) == ["a"]


def test_one_that_runs_for_ever_waits_as_well(lab: Lab) -> None:
    schema, module = lab.pipeline(recordings={"a": ""})
    with full_server():
        worker = lab.start(schema, "--forever", "--sleep", "1s", "--max-idle", "2s")
        wait_until_it_says(worker)
    worker.communicate()
    assert (worker.wait(), len(module.Score())) == (0, 1)


def test_a_signal_ends_the_waiting(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"a": ""})
    with full_server():
        worker = lab.start(schema)
        wait_until_it_says(worker)
        worker.terminate()
        assert worker.wait() == 143


def test_an_account_that_has_no_connection_left_is_waited_for(lab: Lab) -> None:
    schema, module = lab.pipeline(recordings={"a": ""})
    try:
        SERVER.sql("ALTER USER 'bob'@'%' WITH MAX_USER_CONNECTIONS 1")
        with SERVER.connected("bob"):
            worker = lab.start(schema, user="bob")
            wait_until_it_says(worker)
        worker.communicate()
    finally:
        SERVER.sql("ALTER USER 'bob'@'%' WITH MAX_USER_CONNECTIONS 0")
    assert (worker.wait(), len(module.Score())) == (0, 1)
