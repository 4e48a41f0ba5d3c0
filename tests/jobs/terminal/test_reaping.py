"""manage.py reap: it frees what is abandoned, and says why it leaves the rest alone."""

import os
import platform
import signal
import subprocess
import sys

import pytest

from tests.jobs.clearing import wait_a_second
from tests.jobs.planting import Planted
from tests.jobs.terminal.commands import environ_of_site, manage
from tests.jobs.terminal.test_acting import PERSON, last_act
from tests.lab import ROOT, Lab
from tests.server import EVERY_SCHEMA, SERVER, SITE


def reserved_by_somebody_gone(lab: Lab, **values: object) -> Planted:
    """Plant a reservation whose connection is gone, as is everybody of its user and machine."""
    planted = Planted(lab.schema())
    row = {"status": "reserved", "user": "gone@10.9.9.9", "host": "far", "pid": 4, "connection_id": 1, **values}
    planted.row(**row)
    wait_a_second()  # not longer ago: before the start of the server nobody was connected
    return planted


def count(planted: Planted) -> int:
    """Return how many jobs are there."""
    return int(SERVER.sql(f"SELECT COUNT(*) FROM {planted.where}")[0][0])


def test_without_apply_it_only_says_what_it_would_do(lab: Lab) -> None:
    planted = reserved_by_somebody_gone(lab)
    done = manage("reap", "--schema", planted.schema)
    (line,) = [line for line in done.stdout.splitlines() if "abandoned" in line]
    assert "gone@10.9.9.9 is not connected any more" in line
    assert done.stderr == "1 job abandoned, 0 left alone. Nothing was changed: --apply releases what is abandoned.\n"
    assert (done.returncode, count(planted)) == (0, 1)


def test_apply_frees_what_is_abandoned_and_leaves_a_living_worker_alone(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"a": "wait", "b": "wait"})
    lab.abandon(schema)
    lab.start_waiting(schema)
    wait_a_second()
    done = manage("reap", "--schema", schema, "--apply")
    assert done.returncode == 0, done.stderr
    assert sorted(line.split()[0] for line in done.stdout.splitlines() if schema in line) == ["abandoned", "running"]
    assert done.stdout.splitlines()[-1] == "Released 1 job."
    assert [user for (user,) in SERVER.sql(f"SELECT user FROM `{schema}`.`~jobs`")] == ["alice@127.0.0.1"]
    assert last_act()[:2] == (PERSON, "release")


def test_a_worker_whose_process_runs_on_this_machine_is_not_thought_gone(lab: Lab) -> None:
    planted = reserved_by_somebody_gone(lab, host=platform.node(), pid=os.getpid())
    done = manage("reap", "--schema", planted.schema, "--apply")
    assert "uncertain" in done.stdout
    assert f"it is not connected, but a process {os.getpid()} runs on Jobsite's own machine" in done.stdout
    assert (done.returncode, count(planted)) == (0, 1)


@pytest.mark.parametrize("redirected", ["| true", "> /dev/full"])
def test_apply_frees_also_where_the_list_cannot_be_written(lab: Lab, redirected: str) -> None:
    planted = reserved_by_somebody_gone(lab)
    command = f"{sys.executable} manage.py reap --schema {planted.schema} --apply {redirected}; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, env=environ_of_site(), capture_output=True, text=True)
    assert (count(planted), "Released 1 job.\n" in done.stderr) == (0, True)
    assert done.returncode in (1, 128 + signal.SIGPIPE)


def test_older_than_leaves_what_was_reserved_since(lab: Lab) -> None:
    planted = reserved_by_somebody_gone(lab)
    done = manage("reap", "--schema", planted.schema, "--older-than", "1h", "--apply")
    assert (done.returncode, done.stdout.splitlines()[1:], count(planted)) == (0, [], 1)


def test_without_the_process_privilege_nothing_is_freed(lab: Lab) -> None:
    planted = reserved_by_somebody_gone(lab)
    with SERVER.without("PROCESS"):
        done = manage("reap", "--schema", planted.schema, "--apply")
    assert "this account does not see other people's connections" in done.stdout
    assert (done.returncode, count(planted)) == (0, 1)


def test_a_missing_grant_is_named(lab: Lab) -> None:
    planted = reserved_by_somebody_gone(lab)
    with SERVER.without("DELETE", on=EVERY_SCHEMA):
        done = manage("reap", "--schema", planted.schema, "--apply")
    assert f"GRANT DELETE ON `{planted.schema}`.`~jobs` TO '{SITE}'@'%'" in done.stdout + done.stderr
    assert (done.returncode, count(planted)) == (1, 1)


def test_a_length_of_time_without_a_unit_is_refused() -> None:
    done = manage("reap", "--older-than", "1")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "CommandError: “1” has no unit: write 1s, 1m or 1h.\n"
