"""manage.py jobs clear: said in the words of the page that asks, confirmed as there, done, and recorded."""

import os
import pwd
import signal
import sqlite3
from pathlib import Path

import pytest
from django.test import Client

from tests.jobs.clearing import confirm, everything, says, wait_a_second
from tests.jobs.planting import Planted
from tests.jobs.terminal.commands import manage, on_a_terminal, run
from tests.lab import Lab
from tests.server import EVERY_SCHEMA, SERVER, SITE

ACCOUNT = pwd.getpwuid(os.getuid()).pw_name
PERSON = f"{ACCOUNT} by manage.py as '{SITE}'@'%'"


@pytest.fixture
def failed(lab: Lab) -> Planted:
    """Two failed jobs and an ignored one."""
    planted = Planted(lab.schema())
    for number, status in enumerate(("error", "error", "ignore")):
        planted.row(key_hash=f"{number:032}", status=status, error_message="ValueError: x", timestamp="2026-01-01")
    return planted


def statuses(schema: str) -> list[str]:
    """Return the statuses of the jobs of a schema."""
    return [status for (status,) in SERVER.sql(f"SELECT status FROM `{schema}`.`~jobs` ORDER BY status, key_hash")]


def last_act() -> tuple[str, str, str]:
    """Return who did what at last by a command, and what came of it."""
    with sqlite3.connect(SERVER.home / "site" / "site.sqlite3") as site:
        found = site.execute("SELECT username, verb, outcome FROM activity_act ORDER BY id DESC LIMIT 1").fetchone()
    return tuple(found)


def test_a_command_says_what_the_page_says_and_refuses_without_a_terminal(failed: Planted, operator: Client) -> None:
    of_page = says(confirm(operator, everything(operator, f"schema={failed.schema}&status=error")))
    done = manage("jobs", "clear", "--schema", failed.schema, "--status", "error")
    assert (done.returncode, done.stdout) == (1, "")
    assert [line[2:] for line in done.stderr.splitlines() if line.startswith("  ") and line[2] != " "] == of_page
    assert done.stderr.splitlines()[0] == "Clear 2 jobs?"
    assert done.stderr.splitlines()[-1] == (
        "Nothing was cleared: there is no terminal to ask on. Say --yes to confirm what stands above."
    )
    assert statuses(failed.schema) == ["error", "error", "ignore"]


def test_a_dry_run_says_it_and_does_nothing(failed: Planted) -> None:
    done = manage("jobs", "clear", "--schema", failed.schema, "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == "Clear 3 jobs?"
    assert statuses(failed.schema) == ["error", "error", "ignore"]


def test_yes_confirms_what_is_said_and_the_record_names_both_accounts(failed: Planted) -> None:
    done = manage("jobs", "clear", "--schema", failed.schema, "--status", "error", "--yes")
    assert (done.returncode, done.stdout) == (0, "Cleared 2 jobs.\n")
    assert statuses(failed.schema) == ["ignore"]
    assert last_act() == (PERSON, "clear", "Cleared 2 jobs.")


def test_nothing_that_matches_is_nothing_to_do(failed: Planted) -> None:
    done = manage("jobs", "clear", "--schema", failed.schema, "--status", "reserved", "--yes")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines()[0] == "Nothing to clear."


def test_yes_leaves_the_job_of_a_living_worker_alone_unless_it_is_told_to_take_it(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"a": "value", "b": "wait"})
    lab.start_waiting(schema, user="bob")
    wait_a_second()
    done = manage("jobs", "clear", "--schema", schema, "--yes")
    assert (done.returncode, done.stdout) == (0, "Cleared 1 job.\n")
    assert "1 job that may be running is left alone: with --running, it would be cleared too." in done.stderr
    assert lab.jobs(schema) == {"b": "reserved"}
    assert manage("jobs", "clear", "--schema", schema, "--yes", "--running").stdout == "Cleared 1 job.\n"
    assert lab.jobs(schema) == {}


def test_yes_clears_the_job_of_a_worker_that_is_gone(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"b": "wait"})
    lab.abandon(schema)
    wait_a_second()
    done = manage("jobs", "clear", "--schema", schema, "--yes")
    assert (done.returncode, done.stdout) == (0, "Cleared 1 job.\n")
    assert "1 of them is abandoned: the worker is gone." in done.stderr


@pytest.mark.parametrize(("answer", "status", "left"), [("y", 0, ["ignore"]), ("n", 1, ["error", "error", "ignore"])])
def test_a_person_is_asked(failed: Planted, answer: str, status: int, left: list[str]) -> None:
    terminal = on_a_terminal("jobs", "clear", "--schema", failed.schema, "--status", "error")
    terminal.shows(lambda lines: any(line.startswith("Clear 2 jobs? [y/N]") for line in lines), "the question")
    terminal.type(f"{answer}\n")
    terminal.end()
    assert (terminal.process.returncode, statuses(failed.schema)) == (status, left)


def test_a_person_types_the_number_of_many(lab: Lab) -> None:
    planted = Planted(lab.schema())
    planted.failed(51)
    terminal = on_a_terminal("jobs", "clear", "--schema", planted.schema)
    terminal.shows(lambda lines: any(line.startswith("Type 51 to confirm:") for line in lines), "the question")
    terminal.type("50\n")
    assert terminal.end()[-1] == "Nothing was cleared: type 51 to confirm."
    assert (terminal.process.returncode, len(statuses(planted.schema))) == (1, 51)


def test_ctrl_c_at_the_question_does_nothing(failed: Planted) -> None:
    terminal = on_a_terminal("jobs", "clear", "--schema", failed.schema, "--status", "error")
    terminal.shows(lambda lines: any(line.startswith("Clear 2 jobs? [y/N]") for line in lines), "the question")
    terminal.type("\x03")
    assert terminal.end()[-1] == "Ended by Ctrl-C."
    assert (terminal.process.returncode, len(statuses(failed.schema))) == (128 + signal.SIGINT, 3)


def test_nothing_is_done_that_cannot_be_recorded(failed: Planted, tmp_path: Path) -> None:
    done = run("jobs", "clear", "--schema", failed.schema, "--yes", JOBSITE_HOME=str(tmp_path))
    assert (done.returncode, len(statuses(failed.schema))) == (1, 3)
    assert "The site's own record of acts could not be written" in done.stdout


def test_a_missing_grant_is_named(failed: Planted) -> None:
    with SERVER.without("DELETE", on=EVERY_SCHEMA):
        done = manage("jobs", "clear", "--schema", failed.schema, "--yes")
    assert (done.returncode, len(statuses(failed.schema))) == (1, 3)
    assert f"GRANT DELETE ON `{failed.schema}`.`~jobs` TO '{SITE}'@'%'" in done.stderr


def test_a_server_that_only_reads_is_said_to(failed: Planted) -> None:
    with SERVER.set_for_everybody("read_only", 1):
        done = manage("jobs", "clear", "--schema", failed.schema, "--yes")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip().endswith("only reads (read_only is set): clear jobs on its primary.")


def test_a_server_that_is_away_is_one_sentence() -> None:
    done = manage("jobs", "clear", "--yes", DJ_PORT="1")
    (line,) = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (1, "")
    assert "does not answer: check DJ_HOST and DJ_PORT" in line


def test_a_hostile_job_moves_no_cursor_in_a_narrow_terminal(lab: Lab) -> None:
    planted = Planted(lab.schema())
    planted.row(table_name="__a\x1b[2Jb\n", error_message="\x1b]0;owned\x07\n" + "x" * 2000, user="\x1b[31mred@h")
    SERVER.sql(f"UPDATE {planted.where} SET timestamp = '2026-01-01'")
    terminal = on_a_terminal("jobs", "clear", "--schema", planted.schema, columns=40)
    terminal.shows(lambda lines: any("[y/N]" in line for line in lines), "the question")
    terminal.type("n\n")
    terminal.end()
    assert terminal.bytes.count(b"\x1b") == 0


def test_retry_says_that_it_clears(failed: Planted) -> None:
    done = manage("jobs", "retry", "--schema", failed.schema, "--status", "error", "--dry-run")
    assert "each is cleared" in done.stdout


def test_release_leaves_a_living_worker_alone(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"a": "wait"})
    lab.start_waiting(schema)
    wait_a_second()
    done = manage("jobs", "release", "--schema", schema, "--yes")
    assert (done.returncode, done.stdout) == (0, "")
    assert "1 is left alone (1 running): only a reservation whose worker is gone can be released." in done.stderr
    assert lab.jobs(schema) == {"a": "reserved"}


def test_a_failed_job_is_ignored_and_un_ignored(failed: Planted) -> None:
    with SERVER.granting("INSERT, UPDATE"):
        done = manage("jobs", "ignore", "--schema", failed.schema, "--key", f"{0:032}", "--yes")
    assert (done.returncode, done.stdout) == (0, "Ignored 1 job.\n"), done.stderr
    assert statuses(failed.schema) == ["error", "ignore", "ignore"]
    wait_a_second()
    done = manage("jobs", "unignore", "--schema", failed.schema, "--yes")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Un-ignored 2 jobs.")


def test_a_key_that_has_no_job_yet_is_ignored_as_datajoint_does(lab: Lab) -> None:
    schema, module = lab.pipeline(recordings={"a": "", "b": ""})
    assert len(module.schema.jobs) == 0  # DataJoint makes the jobs table
    key = ["--schema", schema, "--table", "Score", "--key", '{"subject": "a", "session": 1}']
    with SERVER.granting("INSERT, UPDATE"):
        done = manage("jobs", "ignore", *key, "--yes")
    assert (done.returncode, done.stdout) == (0, "Ignored 1 job.\n"), done.stderr
    assert "The key subject=a, session=1 of " in done.stderr
    lab.compute(module)
    assert module.Score.fetch("subject").tolist() == ["b"]
