"""manage.py populate --forever: it looks again, feeds one table from the other, and ends when it was told to."""

from __future__ import annotations

import signal
from typing import Any

from tests.forked_worker import ForkedWorker
from tests.lab import Lab, Worker, eventually
from tests.server import SERVER

SCORE, SUMMARY = "tests.pipeline.Score", "tests.pipeline.Summary"
CONNECTED = "SELECT 1 FROM information_schema.processlist WHERE user = 'bob'"


def start(lab: Lab, schema: str, *arguments: str, table: str = "Score") -> Worker:
    return lab.start(schema, *arguments, "--forever", "--sleep", "1s", table=table)


def insert(module: Any, *subjects: str) -> None:
    module.Recording.insert((subject, 1, "") for subject in subjects)


def test_keys_that_come_later_are_computed_until_the_run_is_idle_for_too_long(lab: Lab) -> None:
    schema, module = lab.pipeline(recordings={"a": "", "b": "value"})
    worker = start(lab, schema, "--max-idle", "3s")
    assert isinstance(worker, ForkedWorker)
    eventually(lambda: "Nothing to compute" in worker.so_far(), "the first keys to be tried")
    insert(module, "c")
    out, err = worker.communicate()
    assert (worker.returncode, err) == (1, "")
    assert out.splitlines() == [
        f"{SCORE}: 2 to compute",
        "done subject=a, session=1",
        "FAILED subject=b, session=1: ValueError: the trace is empty",
        "Nothing to compute; looking again every 1 s.",
        f"{SCORE}: 1 to compute, 1 excluded (1 error)",
        "done subject=c, session=1",
        "Nothing to compute; looking again every 1 s.",
        "Ended by --max-idle: there was nothing to compute for 3 s.",
        f"{SCORE}: 2 done, 1 failed, 0 skipped, 1 excluded (1 error)",
        "  FAILED subject=b, session=1: ValueError: the trace is empty",
    ]


def test_one_table_feeds_the_next_in_every_round_whatever_their_order(lab: Lab) -> None:
    schema, module = lab.pipeline(recordings={"a": ""})
    worker = start(lab, schema, SCORE, table="Summary")
    eventually(lambda: len(module.Summary()) == 1, "the second table to be computed")
    insert(module, "b")
    eventually(lambda: len(module.Summary()) == 2, "the second table to be fed again")
    worker.terminate()
    out, _ = worker.communicate()
    assert (worker.returncode, out.splitlines()[-3:]) == (
        143,
        [f"{SCORE}: 2 done, 0 failed, 0 skipped", f"{SUMMARY}: 2 done, 0 failed, 0 skipped", "Ended by SIGTERM."],
    )


def test_several_processes_go_on_for_ever_as_well_and_end_by_a_signal(lab: Lab) -> None:
    schema, module = lab.pipeline(recordings={"a": ""})
    worker = start(lab, schema, "--processes", "2")
    eventually(lambda: len(module.Score()) == 1, "the first key to be computed")
    insert(module, "b")
    eventually(lambda: len(module.Score()) == 2, "the second key to be computed")
    worker.send_signal(signal.SIGINT)
    out, _ = worker.communicate()
    assert (worker.returncode, out.splitlines()[-1]) == (130, "Ended by Ctrl-C.")


def test_a_run_of_some_duration_begins_no_key_after_it(lab: Lab) -> None:
    schema, module = lab.pipeline(recordings={"a": "slow", "b": "slow", "c": "slow"})
    worker = lab.populate(schema, SUMMARY, "--run-duration", "2s", TEST_SLOW_S="3")
    assert worker.returncode == 0
    assert worker.stdout.splitlines() == [
        f"{SCORE}: 3 to compute",
        "done subject=a, session=1",
        "Ended by --run-duration, after 2 s.",
        f"{SCORE}: 1 done, 0 failed, 0 skipped, 2 not tried",
    ]
    assert (lab.jobs(schema), len(module.Score())) == ({}, 1)


def test_max_calls_bounds_all_rounds_together(lab: Lab) -> None:
    schema, module = lab.pipeline(recordings={"a": "", "b": "", "c": ""})
    worker = lab.start(schema, "--forever", "--max-calls", "2")
    out, _ = worker.communicate(timeout=60)
    left = "1 excluded (1 beyond --max-calls)"
    assert (worker.returncode, out.splitlines()[-1]) == (0, f"{SCORE}: 2 done, 0 failed, 0 skipped, {left}")
    assert len(module.Score()) == 2


def test_a_whole_module_is_populated_in_the_order_of_its_tables(lab: Lab) -> None:
    schema, module = lab.pipeline(recordings={"a": "", "b": ""})
    worker = lab.start(schema, table="")
    out, _ = worker.communicate()
    assert out.splitlines()[-2:] == [
        f"{SCORE}: 2 done, 0 failed, 0 skipped",
        f"{SUMMARY}: 2 done, 0 failed, 0 skipped",
    ]
    assert (worker.returncode, len(module.Summary())) == (0, 2)


def test_a_staggered_run_begins_later_and_a_signal_ends_the_wait(lab: Lab) -> None:
    schema, module = lab.pipeline(recordings={"a": ""})
    worker = lab.start(schema, "--stagger", "100w", user="bob")
    eventually(lambda: SERVER.sql(CONNECTED), "the worker to connect")
    worker.terminate()
    out, _ = worker.communicate()
    assert (worker.returncode, out, len(module.Score())) == (143, "Ended by SIGTERM.\n", 0)
