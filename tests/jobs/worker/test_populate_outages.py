"""manage.py populate: the lab's server stops in the middle of a run, or its disk is full; then all is well again."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import MySQLdb
import pytest

from benchmarks.full_disk import FullableServer
from tests.forked_worker import FreshWorker
from tests.lab import LIGHT, LIMIT_S, ROOT, eventually
from tests.matrix import PINNED, chosen

SCHEMA = "lab_outage"
SCORE, SUMMARY = "tests.pipeline.Score", "tests.pipeline.Summary"
WAITS_FOR_BACKUP = "SELECT id FROM information_schema.processlist WHERE state LIKE '%backup%' AND info LIKE '%COMMIT%'"
LOST = """OperationalError: (2003, "Can't connect to MySQL server on '127.0.0.1' ([Errno 111] Connection refused)")"""


class Outage:
    """A server of its own, with three keys to compute, and a worker on it."""

    def __init__(self, home: Path, *options: str) -> None:
        options = ("--innodb-lock-wait-timeout=1", *options, *chosen().options(home))
        self.server = FullableServer(home / "server", options=options)
        self.gate = home / "gate"
        self.server.start()
        self.sql(f"CREATE DATABASE {SCHEMA}", schema="")
        self.start(SCORE, SUMMARY).communicate(timeout=LIMIT_S)  # declares the tables
        self.sql("INSERT INTO recording VALUES ('a', 1, 'wait'), ('b', 1, ''), ('c', 1, '')")

    def sql(self, statement: str, schema: str = SCHEMA) -> list[tuple[Any, ...]]:
        place = {"host": "127.0.0.1", "port": self.server.port, "user": "root", "db": schema}
        driver = MySQLdb.connect(**place, autocommit=True, init_command=PINNED)
        with driver.cursor() as cursor:
            cursor.execute(statement)
            rows = list(cursor.fetchall())
        driver.close()
        return rows

    def start(self, *arguments: str, **environ: str) -> FreshWorker:
        place = {"DJ_HOST": "127.0.0.1", "DJ_PORT": str(self.server.port), "DJ_USER": "root", "DJ_PASS": ""}
        return FreshWorker(
            [sys.executable, "manage.py", "populate", *arguments],
            cwd=ROOT,
            env={
                **os.environ,
                **LIGHT,
                **place,
                **chosen().environ,
                "DJ_USE_TLS": "0",
                "TEST_SCHEMA": SCHEMA,
                "TEST_GATE": str(self.gate),
                **environ,
            },
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def restart_while_in_make(self, worker: FreshWorker) -> None:
        """Stop the server while the worker is in make, let make end, and start the server once it is missed."""
        eventually(self.gate.with_suffix(".waiting").exists, "the worker to be inside make")
        port = self.server.port
        self.server.stop()
        self.gate.touch()
        assert worker.stderr
        for line in worker.stderr:
            if "does not answer" in line:
                break
        self.server.start(port=port)


@pytest.fixture
def outage(request: pytest.FixtureRequest) -> Iterator[Outage]:
    with tempfile.TemporaryDirectory() as home:
        made = Outage(Path(home), *getattr(request, "param", ()))
        yield made
        made.server.stop()


def test_a_run_waits_for_its_server_and_goes_on(outage: Outage) -> None:
    worker = outage.start(SCORE)
    outage.restart_while_in_make(worker)
    out, _ = worker.communicate(timeout=LIMIT_S)
    assert worker.returncode == 1
    assert outage.sql("SELECT subject FROM __score ORDER BY subject") == [("b",), ("c",)]
    assert outage.sql("SELECT status, error_message FROM `~jobs`") == [("error", LOST)]
    assert out.splitlines()[-2:] == [f"{SCORE}: 2 done, 1 failed, 0 skipped", f"  FAILED subject=a, session=1: {LOST}"]


@pytest.mark.parametrize("on_stop", ["error", "release"])
def test_a_worker_that_is_stopped_while_its_server_restarts_leaves_nothing_reserved(
    outage: Outage, on_stop: str
) -> None:
    worker = outage.start(SCORE, "--on-stop", on_stop)
    eventually(outage.gate.with_suffix(".waiting").exists, "the worker to be inside make")
    port = outage.server.port
    outage.server.stop()
    worker.send_signal(signal.SIGTERM)
    assert worker.stderr
    heard = next(line for line in worker.stderr if "does not answer" in line)
    outage.server.start(port=port)
    worker.communicate(timeout=LIMIT_S)
    left = {"error": [("error", "SystemExit: SIGTERM received")], "release": []}[on_stop]
    assert outage.sql("SELECT status, error_message FROM `~jobs`") == left, heard


def test_what_was_computed_outside_of_a_transaction_is_kept(outage: Outage) -> None:
    outage.sql("INSERT INTO __score VALUES ('a', 1, 2.5)")
    worker = outage.start(SUMMARY, TEST_SUMMARY_WAITS="1")
    outage.restart_while_in_make(worker)
    out, _ = worker.communicate(timeout=LIMIT_S)
    assert (worker.returncode, out.splitlines()[-1]) == (0, f"{SUMMARY}: 1 done, 0 failed, 0 skipped")
    assert outage.sql("SELECT total FROM __summary") == [(3.5,)]
    assert outage.sql("SELECT status FROM `~jobs`") == []


def lock_jobs_while_in_make(outage: Outage, worker: FreshWorker) -> str:
    """Lock the jobs table before make ends, until the worker says that it is busy, and return what it says."""
    eventually(outage.gate.with_suffix(".waiting").exists, "the worker to be inside make")
    person = MySQLdb.connect(host="127.0.0.1", port=outage.server.port, user="root", db=SCHEMA)
    with person.cursor() as cursor:
        cursor.execute("SELECT * FROM `~jobs` FOR UPDATE")
    outage.gate.touch()
    assert worker.stderr
    heard = next(line for line in worker.stderr if "is busy" in line)
    person.rollback()
    person.close()
    return heard


def test_a_run_waits_for_somebody_who_locks_the_jobs_table(outage: Outage) -> None:
    worker = outage.start(SCORE)
    heard = lock_jobs_while_in_make(outage, worker)
    out, _ = worker.communicate(timeout=LIMIT_S)
    assert (worker.returncode, out.splitlines()[-1]) == (0, f"{SCORE}: 3 done, 0 failed, 0 skipped"), heard
    assert outage.sql("SELECT * FROM `~jobs`") == []


@pytest.mark.parametrize("outage", [["--innodb-rollback-on-timeout=ON"]], indirect=True)
def test_a_job_whose_result_a_lock_has_cost_is_an_error_and_not_done(outage: Outage) -> None:
    worker = outage.start(SCORE)
    lock_jobs_while_in_make(outage, worker)
    out, _ = worker.communicate(timeout=LIMIT_S)
    assert (worker.returncode, out.splitlines()[-2]) == (1, f"{SCORE}: 2 done, 1 failed, 0 skipped")
    assert outage.sql("SELECT status, LEFT(error_message, 45) FROM `~jobs`") == [
        ("error", "OperationalError: (1205, 'Lock wait timeout e")
    ]


def test_a_make_that_inserts_nothing_is_no_error_when_its_end_is_held_up(outage: Outage) -> None:
    outage.sql("UPDATE recording SET behaviour = 'wait for nothing' WHERE subject = 'a'")
    worker = outage.start(SCORE)
    heard = lock_jobs_while_in_make(outage, worker)
    out, _ = worker.communicate(timeout=LIMIT_S)
    told = f"{SCORE}: 2 done, 0 failed, 0 skipped, 1 nothing inserted"
    assert (worker.returncode, out.splitlines()[-1]) == (0, told), heard
    assert outage.sql("SELECT * FROM `~jobs`") == []


@pytest.mark.parametrize("outage", [["--innodb-rollback-on-timeout=ON"]], indirect=True)
def test_a_make_that_inserts_nothing_here_is_an_error_when_a_lock_has_rolled_it_back(outage: Outage) -> None:
    outage.sql("UPDATE recording SET behaviour = 'wait for nothing' WHERE subject = 'a'")
    worker = outage.start(SCORE)
    lock_jobs_while_in_make(outage, worker)
    out, _ = worker.communicate(timeout=LIMIT_S)
    assert (worker.returncode, out.splitlines()[-2]) == (1, f"{SCORE}: 2 done, 1 failed, 0 skipped")
    assert outage.sql("SELECT status FROM `~jobs`") == [("error",)]


@pytest.mark.parametrize("outage", [["--max-statement-time=2"]], indirect=True)
def test_a_job_whose_commit_a_backup_held_up_too_long_is_an_error_and_not_done(outage: Outage) -> None:
    worker = outage.start(SCORE)
    eventually(outage.gate.with_suffix(".waiting").exists, "the worker to be inside make")
    backup = MySQLdb.connect(host="127.0.0.1", port=outage.server.port, user="root", autocommit=True)
    with backup.cursor() as cursor:
        for stage in ("START", "FLUSH", "BLOCK_DDL", "BLOCK_COMMIT"):
            cursor.execute(f"BACKUP STAGE {stage}")
        outage.gate.touch()
        eventually(lambda: outage.sql(WAITS_FOR_BACKUP), "the worker's commit to be held up")
        eventually(lambda: not outage.sql(WAITS_FOR_BACKUP), "its time to be over")
    backup.close()
    out, _ = worker.communicate(timeout=LIMIT_S)
    assert out.splitlines()[-2] == f"{SCORE}: 2 done, 1 failed, 0 skipped"
    assert outage.sql("SELECT status, LEFT(error_message, 24) FROM `~jobs`") == [("error", "OperationalError: (1969,")]
    assert outage.sql("SELECT subject FROM __score ORDER BY subject") == [("b",), ("c",)]


def fill_the_disk_until_it_is_missed(outage: Outage, worker: FreshWorker) -> None:
    """Fill the server's disk, let make go on, and make room once the worker says why it waits."""
    outage.server.fill()
    outage.gate.touch()
    assert worker.stderr
    next(line for line in worker.stderr if "The lab's server takes no writes: it has no room left" in line)
    outage.server.make_room()


def test_a_full_disk_is_waited_out_and_no_key_is_an_error_for_it(outage: Outage) -> None:
    worker = outage.start(SCORE)
    eventually(outage.gate.with_suffix(".waiting").exists, "the worker to be inside make")
    fill_the_disk_until_it_is_missed(outage, worker)
    out, _ = worker.communicate(timeout=LIMIT_S)
    assert (worker.returncode, out.splitlines()[-1]) == (0, f"{SCORE}: 3 done, 0 failed, 0 skipped")
    assert outage.sql("SELECT * FROM `~jobs`") == []


def test_a_disk_that_is_full_when_the_jobs_table_is_to_be_made_is_waited_out(outage: Outage) -> None:
    outage.sql("UPDATE recording SET behaviour = ''")
    outage.server.fill()
    worker = outage.start(SCORE)
    fill_the_disk_until_it_is_missed(outage, worker)
    out, _ = worker.communicate(timeout=LIMIT_S)
    assert (worker.returncode, out.splitlines()[-1]) == (0, f"{SCORE}: 3 done, 0 failed, 0 skipped")


def test_an_error_for_which_there_is_no_room_is_written_down_later(outage: Outage) -> None:
    outage.sql("UPDATE recording SET behaviour = 'wait and fail' WHERE subject = 'a'")
    worker = outage.start(SCORE, "--restrict", "subject='a'")
    eventually(outage.gate.with_suffix(".waiting").exists, "the worker to be inside make")
    fill_the_disk_until_it_is_missed(outage, worker)
    worker.communicate(timeout=LIMIT_S)
    assert outage.sql("SELECT status, error_message FROM `~jobs`") == [("error", "ValueError: the trace is empty")]


def test_several_processes_wait_for_a_full_disk_as_one_does(outage: Outage) -> None:
    worker = outage.start(SCORE, "--processes", "2")
    eventually(outage.gate.with_suffix(".waiting").exists, "a process to be inside make")
    fill_the_disk_until_it_is_missed(outage, worker)
    out, _ = worker.communicate(timeout=LIMIT_S)
    assert (worker.returncode, out.splitlines()[-1]) == (0, f"{SCORE}: 3 done, 0 failed, 0 skipped")
    assert outage.sql("SELECT * FROM `~jobs`") == []
