"""manage.py jobs: a table on a terminal, whole values in a pipe, and documents for programs."""

import csv
import io
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.jobs.locking import locked_by_bob
from tests.jobs.planting import Planted
from tests.jobs.terminal.commands import environ_of_site, manage, on_a_terminal, run
from tests.lab import ROOT, Lab
from tests.terminals import Terminal

READ: Mapping[str, Callable[[str], list[dict[str, Any]]]] = {
    "csv": lambda text: list(csv.DictReader(io.StringIO(text))),
    "json": lambda text: json.loads(text)["jobs"],
    "ndjson": lambda text: [json.loads(line) for line in text.splitlines()],
}


def test_a_terminal_shows_a_table_as_wide_as_it_is(failed_jobs: str) -> None:
    lines = on_a_terminal("jobs", "--schema", failed_jobs, columns=120).end()
    assert lines[0].split() == ["status", "liveness", "schema", "table", "key", "error_message", "host", "timestamp"]
    assert [line.split()[0] for line in lines[1:]] == ["error", "error"]
    assert max(map(len, lines)) <= 120


def test_a_narrow_terminal_shows_which_jobs_they_are(failed_jobs: str) -> None:
    lines = on_a_terminal("jobs", "--schema", failed_jobs, columns=40).end()
    assert lines[0].split() == ["status", "table", "key"]
    assert sorted(line.split(maxsplit=2)[2] for line in lines[1:]) == ["subject=m1, session=1", "subject=m2, session=1"]


@pytest.mark.parametrize(("name", "value", "is_colored"), [("A", "", True), ("NO_COLOR", "1", False)])
def test_a_terminal_has_colors_unless_nobody_wants_them(
    failed_jobs: str, name: str, value: str, is_colored: bool
) -> None:
    env = environ_of_site(TERM="xterm", **{name: value})
    command = [sys.executable, "manage.py", "jobs", "--schema", failed_jobs, "--limit", "1"]
    terminal = Terminal(command, env)
    terminal.end()
    assert (b"\x1b[31merror" in terminal.bytes) == is_colored


def test_a_pipe_gets_whole_values_with_tabs_between(failed_jobs: str) -> None:
    done = manage("jobs", "--schema", failed_jobs, "--order-by", "message")
    header, *rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [dict(zip(header, row, strict=True))["error_message"] for row in rows] == [
        "OwnError: no spikes: Überlänge 🧠",
        "ValueError: the trace is empty",
    ]
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", READ)
def test_programs_get_a_document_of_just_these_jobs(failed_jobs: str, name: str) -> None:
    done = manage("jobs", "--schema", failed_jobs, "--table", "Score", "--format", name, "--stack")
    rows = READ[name](done.stdout)
    assert [row["table_name"] for row in rows] == ["__score", "__score"]
    assert {row["error_stack"][:9] for row in rows} == {"Traceback"}


def test_the_order_is_that_of_datajoint_s_words(lab: Lab) -> None:
    planted = Planted(lab.schema())
    for number, host in enumerate("bca"):
        planted.row(key_hash=f"{number:032}", host=host)
    done = manage("jobs", "--schema", planted.schema, "--order-by", "host desc", "--limit", "2", "--format", "ndjson")
    assert [json.loads(line)["host"] for line in done.stdout.splitlines()] == ["c", "b"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--order-by", "hots"], "Did you mean host?"),
        (["--limit", "0"], "--limit must be a whole number from 1, not “0”."),
        (["--status", "broken"], "“broken” is not a status of a job: choose one of error, reserved, ignore."),
        (["--key", "???"], "is no key"),
        (["--older", "3"], "“3” has no unit"),
    ],
)
def test_wrong_input_is_one_sentence(arguments: list[str], said: str) -> None:
    done = manage("jobs", *arguments)
    (line,) = done.stderr.splitlines()
    assert (done.returncode, done.stdout, said in line) == (2, "", True)


def test_a_schema_without_a_jobs_table_is_not_done(failed_jobs: str) -> None:
    done = manage("jobs", "--schema", f"{failed_jobs}x")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith(f"Did you mean {failed_jobs}?\n")


def test_a_reader_that_has_enough_is_no_error(lab: Lab) -> None:
    planted = Planted(lab.schema())
    planted.failed(5000)
    shell = (
        f"{sys.executable} manage.py jobs --schema {planted.schema} --format csv | head -n 1; exit ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(["bash", "-c", shell], cwd=ROOT, env=environ_of_site(), capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, "")
    assert done.stdout.startswith("schema,table,")


def test_a_server_that_is_away_is_one_sentence() -> None:
    done = run("jobs", DJ_PORT="1")
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)


def test_a_document_is_utf_8_whatever_the_encoding_of_the_terminal(failed_jobs: str) -> None:
    command = [sys.executable, "manage.py", "jobs", "--schema", failed_jobs, "--format", "csv"]
    env = environ_of_site(PYTHONIOENCODING="ascii")
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=True)
    assert "no spikes: Überlänge 🧠" in done.stdout.decode()


def test_a_full_disk_is_one_sentence(failed_jobs: str) -> None:
    command = [sys.executable, "manage.py", "jobs", "--schema", failed_jobs]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, cwd=ROOT, env=environ_of_site(), stdout=full, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (1, "CommandError: No space left on device: not all was written.\n")


def test_a_jobs_table_that_lacks_a_letter_is_named_and_the_others_are_listed(lab: Lab) -> None:
    old, new = Planted(lab.schema(charset="latin1")), Planted(lab.schema())
    old.row(error_message="plain")
    new.row(table_name="_brain", error_message="🧠")
    done = manage("jobs", 'error_message LIKE "%🧠%" AND table_name = "_brain"', "--format", "ndjson")
    assert (done.returncode, [json.loads(line)["schema"] for line in done.stdout.splitlines()]) == (1, [new.schema])
    assert f"The jobs of {old.schema} are not here: its jobs cannot be compared as the restriction" in done.stderr


def test_a_jobs_table_that_is_locked_is_named_and_the_others_are_listed(lab: Lab) -> None:
    locked, planted = lab.failed(), Planted(lab.schema())
    planted.failed(1)
    with locked_by_bob(lab, locked):
        done = manage("jobs", "--format", "ndjson")
    assert done.returncode == 1
    assert f"The jobs of {locked} are not here: its jobs table is locked" in done.stderr
    assert planted.schema in {json.loads(line)["schema"] for line in done.stdout.splitlines()}


def test_the_nearest_table_is_offered_where_none_of_the_name_has_jobs(failed_jobs: str) -> None:
    done = manage("jobs", "--schema", failed_jobs, "--table", "score")
    assert done.stderr == "No table called “score” has jobs. Did you mean Score?\n"
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1)


@pytest.mark.parametrize("name", ["lab.ephys.Score", "`lab_ephys`.`__score`"])
def test_a_table_is_not_named_by_its_module_or_schema(name: str) -> None:
    done = manage("jobs", "clear", "--yes", "--table", name)
    last = name.rpartition(".")[2].strip("`")
    assert done.stderr == (
        f"CommandError: “{name}” is not the name of a table alone: "
        f"write --table {last}, and the schema with --schema.\n"
    )
    assert (done.returncode, done.stdout) == (2, "")
