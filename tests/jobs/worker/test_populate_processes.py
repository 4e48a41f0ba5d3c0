"""manage.py populate --processes: each process has a connection of its own, and one that dies takes nothing with it."""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.jobs.workers import Answer, answers
from tests.lab import Lab, eventually, is_connected
from tests.server import SERVER

SCORE, SUMMARY = "tests.pipeline.Score", "tests.pipeline.Summary"
ROWS = {"calls": [""] * 8, "all": ["", "value", *[""] * 8], "stopped": ["value", "value", *[""] * 4]}
ROWS["random"] = ["random"] * 12
ROWS["dies"] = ["crashes", "quits", "crashes", "", "quits", "", "pool"]
SCHEMAS: list[str] = []
COMMANDS = {
    "calls": [SCORE, "--restrict", "subject='calls'", "--processes", "2", "--limit", "5", "--max-calls", "3"],
    "all": [SCORE, SUMMARY, "--restrict", "subject='all'", "--processes", "2"],
    "random": [SCORE, "--restrict", "subject='random'", "--processes", "2"],
    "dies": [SCORE, "--restrict", "subject='dies'", "--processes", "2"],
    "stopped": [SCORE, SUMMARY, "--restrict", "subject='stopped'", "--processes", "2", "--stop-on-error"],
}


@pytest.fixture(scope="module")
def runs(accounts: None) -> Iterator[dict[str, Answer]]:
    """What each of COMMANDS answered."""
    with Lab() as lab:
        schema, module = lab.pipeline()
        SCHEMAS.append(schema)
        module.Recording.insert(
            (subject, session, behaviour)
            for subject, behaviours in ROWS.items()
            for session, behaviour in enumerate(behaviours, 1)
        )
        yield dict(zip(COMMANDS, answers(schema, list(COMMANDS.values())), strict=True))


def test_every_key_is_tried_once_and_tables_follow_each_other(runs: dict[str, Answer]) -> None:
    assert runs["all"].out.splitlines()[-3:] == [
        f"{SCORE}: 9 done, 1 failed, 0 skipped",
        "  FAILED subject=all, session=2: ValueError: the trace is empty",
        f"{SUMMARY}: 9 done, 0 failed, 0 skipped",
    ]
    assert (runs["all"].status, runs["all"].err) == (1, "")


def test_processes_draw_random_numbers_of_their_own(runs: dict[str, Answer]) -> None:
    assert runs["random"].out.splitlines()[-1] == f"{SCORE}: 12 done, 0 failed, 0 skipped"
    scores = SERVER.sql(f"SELECT score FROM `{SCHEMAS[-1]}`.__score WHERE subject = 'random'")
    assert len(set(scores)) == 12


def test_max_calls_and_limit_hold_for_all_processes_together(runs: dict[str, Answer]) -> None:
    left = "2 excluded (2 beyond --max-calls)"
    assert runs["calls"].out.splitlines()[-1] == f"{SCORE}: 3 done, 0 failed, 0 skipped, {left}"


def test_stop_on_error_stops_all_processes(runs: dict[str, Answer]) -> None:
    assert runs["stopped"].status == 1
    assert "not tried" in runs["stopped"].out
    assert SUMMARY not in runs["stopped"].out


def test_keys_that_kill_their_process_become_errors_and_all_others_are_computed(runs: dict[str, Answer]) -> None:
    assert f"{SCORE}: 3 done, 4 failed, 0 skipped" in runs["dies"].out.splitlines()
    rows = SERVER.sql(f"SELECT status, error_message FROM `{SCHEMAS[-1]}`.`~jobs` WHERE error_message LIKE 'Killed%'")
    assert sorted(re.sub(r"\d{2,}", "N", message) for _, message in rows) == [
        "Killed: worker process N ended with status 3",
        "Killed: worker process N ended with status 3",
        "Killed: worker process N was killed by SIGSEGV",
        "Killed: worker process N was killed by SIGSEGV",
    ]


def test_a_make_may_start_processes_of_its_own(runs: dict[str, Answer]) -> None:
    assert SERVER.sql(f"SELECT score FROM `{SCHEMAS[-1]}`.__score WHERE subject = 'dies' AND session = 7") == [(6.0,)]


def reserved(schema: str) -> list[tuple[int, int]]:
    """Return pid and connection id of every reserved job."""
    rows = SERVER.sql(f"SELECT pid, connection_id FROM `{schema}`.`~jobs` WHERE status = 'reserved'")
    return [(pid, connection) for pid, connection in rows]


def two_reserved(schema: str) -> list[tuple[int, int]]:
    rows: list[tuple[int, int]] = eventually(
        lambda: len(reserved(schema)) == 2 and reserved(schema), "two jobs at once"
    )
    return rows


def two_in_make(lab: Lab, schema: str) -> list[int]:
    """Return the ids of both processes once each is inside make: one that a signal meets before releases its job."""
    processes = [pid for pid, _ in two_reserved(schema)]
    waiting = [lab.gate.with_suffix(f".{pid}") for pid in processes]
    eventually(lambda: all(path.exists() for path in waiting), "both processes to be inside make")
    return processes


def test_processes_have_connections_of_their_own_and_a_killed_one_is_told(lab: Lab) -> None:
    schema, module = lab.pipeline(recordings={"a": "wait", "b": "wait", "c": ""})
    worker = lab.start_waiting(schema, "--processes", "2")
    (killed, one), (other, another) = two_reserved(schema)
    assert len({killed, other, worker.pid}) == 3
    assert one != another
    assert is_connected(one)
    assert is_connected(another)
    os.kill(killed, signal.SIGKILL)
    lab.gate.touch()
    out, err = worker.communicate()
    assert (worker.returncode, err, len(module.Score())) == (1, "", 2)
    how = f"Killed: worker process {killed} was killed by SIGKILL"
    assert list(lab.jobs(schema).values()) == [how]
    assert out.splitlines()[-2] == f"{SCORE}: 2 done, 1 failed, 0 skipped"
    assert out.endswith(f": {how}\n")


def test_a_process_that_is_alone_ended_is_told_and_its_job_recorded(lab: Lab) -> None:
    schema, module = lab.pipeline(recordings={"a": "wait", "b": ""})
    worker = lab.start_waiting(schema, "--processes", "2")
    eventually(lambda: len(module.Score()) == 1, "the other process to compute the rest")
    ((pid, _),) = reserved(schema)
    os.kill(pid, signal.SIGTERM)
    out, _ = worker.communicate()
    assert out.splitlines()[-1] == f"WARNING A worker process {pid} was ended by SIGTERM."
    assert (worker.returncode, lab.jobs(schema)) == (1, {"a": "SystemExit: SIGTERM received"})


def test_ctrl_c_reaches_all_processes(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"a": "wait", "b": "wait", "c": ""})
    worker = lab.start_waiting(schema, "--processes", "2")
    two_in_make(lab, schema)
    worker.send_signal(signal.SIGINT)
    _, err = worker.communicate()
    # DataJoint warns when the signal broke into a question of its own, and connects again to record the job. On a slow
    # machine the run says after a while that it waits.
    said = [line for line in err.splitlines() if "Reconnecting to MySQL server" not in line and "Waiting" not in line]
    assert (worker.returncode, said) == (130, [])
    assert lab.jobs(schema) == {"a": "KeyboardInterrupt", "b": "KeyboardInterrupt"}


def test_sigterm_for_everybody_at_once_is_recorded_as_well(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"a": "wait", "b": "wait", "c": ""})
    worker = lab.start_waiting(schema, "--processes", "2")
    processes = two_in_make(lab, schema)
    (forker,) = {parent_of(pid) for pid in processes}
    for pid in (worker.pid, forker, *processes):  # as a cluster ends all that belongs to a job
        with suppress(ProcessLookupError):  # the first has passed it on, and this one has ended by it already
            os.kill(pid, signal.SIGTERM)
    out, err = worker.communicate()
    assert worker.returncode == 143, (out, err)
    assert lab.jobs(schema) == {"a": "SystemExit: SIGTERM received", "b": "SystemExit: SIGTERM received"}
    assert out.splitlines()[-1] == "Ended by SIGTERM."


def parent_of(pid: int) -> int:
    stat = Path(f"/proc/{pid}/stat").read_text()
    return int(stat.rpartition(")")[2].split()[1])
