"""A small real pipeline: what a lab would write, with makes that fail, wait or succeed as their key says.

Imported by worker processes (`manage.py populate tests.pipeline.Score`) and by the tests themselves. The schemas' names
come from the environment, so that each test has schemas of its own on the shared server.
"""

# DataJoint is published without types.
# mypy: allow-subclassing-any, disable-error-code="operator"

import ctypes
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import datajoint as dj
import numpy

schema = dj.schema(os.environ.get("TEST_SCHEMA", "lab_test"))
DEAF_S = 60.0
MUTEX_BYTES = 64
STOPPED_FIRST = "sleep 1; (sleep 0.2; kill -TERM $PPID) & kill -TERM $$"
"""A program that is signalled, and the worker a moment later."""


@schema
class Recording(dj.Manual):
    definition = """
    subject: varchar(24)
    session: int
    ---
    behaviour="": varchar(24)   # what make does: "", value, database, kill, wait, chained, hostile, exits, random, ...
    """


class OwnError(Exception):
    """A lab's own exception."""


class SpeechlessError(Exception):
    """One that fails when it is asked what it says."""

    def __str__(self) -> str:
        return str(self.no_such_attribute)  # type: ignore[attr-defined]


def analyse(behaviour: str) -> float:
    """Fail as `behaviour` says, in a function of the lab's own."""
    if behaviour in ("value", "wait and fail"):
        raise ValueError("the trace is empty")
    if behaviour == "hostile":
        raise ValueError("\x1b[2Jwiped\nsubject=z done\u202e")
    if behaviour == "exits":
        sys.exit(3)
    if behaviour == "speaks":
        print("make speaks")
    if behaviour == "chained":
        try:
            return 1 / 0
        except ZeroDivisionError as error:
            raise OwnError("no spikes: Überlänge 🧠") from error
    if behaviour == "list":
        raise ValueError(["a", "b"])
    if behaviour == "surrogate":
        raise ValueError("cannot read caf\udce9.bin")
    if behaviour == "speechless":
        raise SpeechlessError
    if behaviour == "quits":
        os._exit(3)
    if behaviour == "crashes":
        os.kill(os.getpid(), signal.SIGSEGV)
    if behaviour == "pool":
        with multiprocessing.get_context("fork").Pool(2) as pool:
            return float(sum(pool.map(abs, range(-3, 0))))
    if behaviour == "random":
        return float(numpy.random.random())
    return 1.0


def go_on_whatever_comes() -> None:
    """Say that we wait, and catch every interruption."""
    until = time.monotonic() + DEAF_S
    Path(os.environ["TEST_GATE"]).with_suffix(".waiting").touch()
    while time.monotonic() < until:
        try:
            time.sleep(0.1)
        except BaseException:
            continue


def wait_at_gate() -> None:
    """Wait until the test opens the gate; a worker in make shows as a sleeping connection."""
    gate = Path(os.environ["TEST_GATE"])
    gate.with_suffix(f".{os.getpid()}").touch()
    gate.with_suffix(".waiting").touch()
    while not gate.exists():
        time.sleep(0.02)


def wait_in_c() -> None:
    """Wait until the test opens the gate, in C and without the interpreter's lock: no signal handler runs meanwhile."""
    c, mutex = ctypes.CDLL(None), ctypes.create_string_buffer(MUTEX_BYTES)

    def unlock_at_gate() -> None:
        wait_at_gate()
        c.pthread_mutex_unlock(mutex)

    c.pthread_mutex_lock(mutex)
    threading.Thread(target=unlock_at_gate, daemon=True).start()
    c.pthread_mutex_lock(mutex)


def fill_a_table(connection: Any) -> None:
    """Insert more than there is room for, whatever room the server has."""
    name = f"`{schema.database}`.filled"
    connection.query(f"DROP TEMPORARY TABLE IF EXISTS {name}")
    connection.query("SET SESSION max_heap_table_size = 16384")
    connection.query(f"CREATE TEMPORARY TABLE {name} (bytes CHAR(250)) ENGINE = MEMORY")
    connection.query(f"INSERT INTO {name} SELECT REPEAT('x', 250) FROM information_schema.collations")


@schema
class Score(dj.Computed):
    definition = """
    -> Recording
    ---
    score: double
    """

    def make(self, key: dict[str, Any], **options: Any) -> None:
        behaviour = (Recording & key).fetch1("behaviour")
        if behaviour in ("wait", "wait and fail"):
            wait_at_gate()
        if behaviour == "wait for nothing":
            wait_at_gate()
            return
        if behaviour == "deaf":
            go_on_whatever_comes()
        if behaviour == "stuck":
            wait_in_c()
        if behaviour == "stuck and deaf":
            with suppress(SystemExit):
                wait_in_c()
                time.sleep(0)
        if behaviour == "stopped program":
            subprocess.run(["sh", "-c", STOPPED_FIRST], check=True)
        if behaviour == "slow":
            time.sleep(float(os.environ["TEST_SLOW_S"]))
        if behaviour == "fixable" and not os.environ.get("TEST_FIXED"):
            raise RuntimeError("the settings file is missing")
        if behaviour == "asks":
            Path(os.environ["TEST_GATE"]).with_suffix(".waiting").touch()
            self.connection.query("SELECT SLEEP(30)")
        if behaviour == "handles":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if behaviour == "database":
            self.connection.query("SELECT no_such_column FROM no_such_table")
        if behaviour.startswith("cancels"):
            self.connection.cancel_transaction()
        if behaviour.endswith("fails"):
            behaviour = "value"
        if behaviour == "is live":
            rows = self.connection.query(f"SELECT connection_id = CONNECTION_ID() FROM `{schema.database}`.`~jobs`")
            options["scale"] = rows.fetchone()[0]
        if behaviour == "fills":
            fill_a_table(self.connection)
        if behaviour == "kill":
            self.connection.query("KILL CONNECTION_ID()")
        self.insert1({**key, "score": options.get("scale", 1) * analyse(behaviour)})
        if behaviour == "wait at the end":
            wait_at_gate()


@schema
class Summary(dj.Computed):
    definition = """
    -> Score
    ---
    total: double
    """

    def make_fetch(self, key: dict[str, Any]) -> tuple[float]:
        return ((Score & key).fetch1("score"),)

    def make_compute(self, key: dict[str, Any], score: float) -> tuple[float]:
        if os.environ.get("TEST_SUMMARY_WAITS"):
            wait_at_gate()
        return (score + 1,)

    def make_insert(self, key: dict[str, Any], total: float) -> None:
        self.insert1({**key, "total": total})
