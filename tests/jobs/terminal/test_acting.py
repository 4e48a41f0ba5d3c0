"""manage.py jobs clear: said in the words of the page that asks, confirmed as there, done, and recorded."""

import os
import platform
import pwd
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from tests.jobs.clearing import confirm, everything, says, wait_a_second
from tests.jobs.planting import Planted
from tests.jobs.terminal.commands import environ_of_site, manage, on_a_terminal, run
from tests.lab import ROOT, Lab
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


def test_a_person_is_told_by_which_command_the_keys_are_computed_again(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "value"})
    lab.populate(schema)  # in a process of its own: a process that has computed forks no terminal reliably
    terminal = on_a_terminal("jobs", "clear", "--schema", schema)
    terminal.shows(lambda lines: any(line.startswith("Clear 1 job? [y/N]") for line in lines), "the question")
    terminal.type("y\n")
    command = """python manage.py populate YOUR_MODULE.Score --restrict '`subject`="m1"' --restrict '`session`=1'"""
    assert terminal.end()[-2:] == ["To compute what was freed again, with your own module:", command]


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
    done = manage("jobs", "clear", "--status", "error", "--yes", DJ_PORT="1")
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


@pytest.mark.parametrize("command", ["clear", "retry", "release", "ignore", "unignore"])
@pytest.mark.parametrize("empty", [[""], ["   "], ["--host", ""], ["--older="], ["--key", "\t"]])
def test_an_empty_value_does_not_mean_all_jobs(failed: Planted, command: str, empty: list[str]) -> None:
    done = manage("jobs", command, "--schema", failed.schema, *empty, "--yes")
    (line,) = done.stderr.splitlines()
    assert (done.returncode, done.stdout, len(statuses(failed.schema))) == (2, "", 3)
    assert line.endswith("is empty: leave it out, or write a value.")


@pytest.mark.parametrize("command", ["clear", "retry", "release", "ignore", "unignore"])
def test_yes_needs_a_restriction_or_a_filter(failed: Planted, command: str) -> None:
    done = manage("jobs", command, "--yes")
    assert (done.returncode, done.stdout, len(statuses(failed.schema))) == (2, "", 3)
    assert done.stderr.startswith("CommandError: --yes needs a restriction or a filter")


@pytest.mark.parametrize("command", ["clear", "retry", "release", "ignore"])
def test_yes_leaves_the_job_of_a_process_of_this_machine_alone(lab: Lab, command: str) -> None:
    planted = Planted(lab.schema())
    planted.row(status="reserved", user="gone@10.9.9.9", host=platform.node(), pid=os.getpid(), connection_id=1)
    wait_a_second()
    with SERVER.granting("INSERT, UPDATE"):
        done = manage("jobs", command, "--schema", planted.schema, "--yes")
    assert (done.returncode, done.stdout, statuses(planted.schema)) == (0, "", ["reserved"])


@pytest.mark.parametrize("table", ["Typo", "__typo", "Session"])
def test_a_key_of_no_computed_table_is_not_ignored(lab: Lab, table: str) -> None:
    planted = Planted(lab.schema())
    for name in ("session", "__type"):
        SERVER.sql(f"CREATE TABLE `{planted.schema}`.`{name}` (id int PRIMARY KEY)")
    key = ["--schema", planted.schema, "--table", table, "--key", '{"id": 1}']
    with SERVER.granting("INSERT, UPDATE"):
        done = manage("jobs", "ignore", *key, "--yes")
    assert (done.returncode, done.stdout, statuses(planted.schema)) == (2, "", [])
    assert f"No imported or computed table called {table} can be seen in {planted.schema}" in done.stderr
    assert ("Did you mean" in done.stderr) == (table != "Session")


@pytest.mark.parametrize("name", ["_recording", "__recording"])
def test_a_key_is_ignored_under_the_name_of_its_table(lab: Lab, name: str) -> None:
    planted = Planted(lab.schema())
    SERVER.sql(f"CREATE TABLE `{planted.schema}`.`{name}` (id int PRIMARY KEY)")
    key = ["--schema", planted.schema, "--table", "Recording", "--key", '{"id": 1}']
    with SERVER.granting("INSERT, UPDATE"):
        done = manage("jobs", "ignore", *key, "--yes")
    assert (done.returncode, done.stdout) == (0, "Ignored 1 job.\n"), done.stderr
    assert SERVER.sql(f"SELECT table_name FROM {planted.where}") == [(name,)]


def test_a_key_that_is_computed_just_now_is_not_said_to_have_no_job(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"a": "wait"})
    lab.start_waiting(schema, user="bob")
    wait_a_second()
    key = ["--schema", schema, "--table", "Score", "--key", '{"subject": "a", "session": 1}']
    with SERVER.granting("INSERT, UPDATE"):
        done = manage("jobs", "ignore", *key, "--yes")
    assert (done.stdout, "1 is left alone (1 running)" in done.stderr) == ("", True)
    assert "It has no job yet" not in done.stderr


@pytest.mark.parametrize("command", ["clear", "ignore"])
def test_nothing_is_done_where_not_all_jobs_of_a_key_are_found(lab: Lab, command: str) -> None:
    planted = Planted(lab.schema())
    rows = ", ".join(f"('__t{number}', '{0:032}', 'error', '2026-01-01')" for number in range(2001))
    SERVER.sql(f"INSERT INTO {planted.where} (table_name, key_hash, status, timestamp) VALUES {rows}")
    with SERVER.granting("INSERT, UPDATE"):
        done = manage("jobs", command, "--schema", planted.schema, "--key-hash", f"{0:032}", "--yes")
    assert (done.returncode, done.stdout, statuses(planted.schema).count("error")) == (1, "", 2001)
    assert "only the newest 2,000 are listed" in done.stderr


def test_the_first_jobs_are_named_however_many_newer_ones_may_be_running(failed: Planted) -> None:
    rows = ", ".join(f"('__score', 'r{number:031}', 'reserved')" for number in range(60))
    SERVER.sql(f"INSERT INTO {failed.where} (table_name, key_hash, status) VALUES {rows}")
    wait_a_second()
    done = manage("jobs", "clear", "--schema", failed.schema, "--dry-run", "--yes")
    assert len([line for line in done.stdout.splitlines() if line.startswith("    ")]) == 3


@pytest.mark.parametrize("closed", ["<&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_as_if_nobody_were_there(failed: Planted, closed: str) -> None:
    command = f"{sys.executable} manage.py jobs clear --schema {failed.schema} {closed}"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, env=environ_of_site(), capture_output=True, text=True)
    assert (done.returncode, "Traceback" in done.stdout + done.stderr, len(statuses(failed.schema))) == (1, False, 3)
