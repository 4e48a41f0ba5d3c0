"""manage.py jobs show: one job whole, its traceback as its page orders it."""

import json

import pytest
from datajoint.blob import pack

from tests.jobs.planting import Planted
from tests.jobs.terminal.commands import manage, run
from tests.lab import Lab
from tests.server import SERVER


def test_a_job_is_shown_with_the_exception_first_and_own_code_open(failed_jobs: str) -> None:
    done = manage("jobs", "show", "--schema", failed_jobs, "--key", "subject=m2")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[:2] == [f"Score in {failed_jobs}", "subject=m2, session=1"]
    assert lines[4] == "OwnError: no spikes: Überlänge 🧠"
    frames = [line.split()[-1] for line in lines if "/pipeline.py:" in line]
    assert frames == ["analyse", "make", "analyse"]
    assert "  caused by ZeroDivisionError: division by zero" in lines


def test_a_job_is_named_by_its_row_and_written_as_json(failed_jobs: str) -> None:
    ((key_hash,),) = SERVER.sql(f"SELECT key_hash FROM `{failed_jobs}`.`~jobs` WHERE error_message LIKE 'Own%'")
    done = manage("jobs", "show", failed_jobs, "Score", key_hash, "--format", "json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["key"], found["key_hash"]) == (0, {"subject": "m2", "session": 1}, key_hash)
    assert found["error_stack"].startswith("Traceback (most recent call last):")


def test_several_jobs_are_named_and_none_is_shown(failed_jobs: str) -> None:
    done = manage("jobs", "show", "--schema", failed_jobs, "--key", "session=1")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"CommandError: Several jobs match. Name one of these: {failed_jobs} __score ")


def test_a_job_that_is_not_there_is_one_sentence(failed_jobs: str) -> None:
    done = manage("jobs", "show", failed_jobs, "Score", "f" * 32)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("CommandError: There is no such job:")


def test_the_time_of_day_is_that_of_the_machine_and_names_its_zone(lab: Lab) -> None:
    planted = Planted(lab.schema())
    planted.row(timestamp="2026-11-25 12:00:00")
    done = manage("jobs", "show", planted.schema, "__score", "0" * 32, TZ="Asia/Kolkata")
    assert "  failed at   2026-11-25 17:30:00 +05:30" in done.stdout.splitlines()


@pytest.mark.parametrize("arguments", [[], ["lab_ephys"], ["--schema", "lab_ephys"]])
def test_which_job_has_to_be_said(arguments: list[str]) -> None:
    assert run("jobs", "show", *arguments).returncode == 2


def test_what_a_hostile_row_holds_moves_no_cursor(lab: Lab) -> None:
    planted = Planted(lab.schema())
    planted.row(table_name="\x1b[2Jx", error_message="\x1b[31m\n" * 300, host="a\rb", user="\x9b2J@h")
    done = manage("jobs", "show", planted.schema, "\x1b[2Jx", "0" * 32)
    assert done.returncode == 0
    assert [line for line in done.stdout.splitlines() if not line.isprintable()] == []


@pytest.mark.parametrize("shape", ["text", "json"])
def test_the_passwords_of_a_job_are_masked(lab: Lab, shape: str) -> None:
    planted = Planted(lab.schema())
    said = "mysql://lab:hunter2@server/x"
    planted.row(key=pack({"url": said}), error_message=said, error_stack=pack(said))
    done = manage("jobs", "show", planted.schema, "Score", "0" * 32, "--format", shape)
    shown = done.stdout.partition("Lines to copy")[0]
    assert (done.returncode, "mysql://lab:***@server/x" in shown, "hunter2" in shown) == (0, True, False)


def test_a_job_of_a_cluster_names_it_with_its_lines(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "value"})
    lab.populate(schema, SLURM_JOB_ID="82")
    lines = manage("jobs", "show", "--schema", schema, "--key", "subject=m1").stdout.splitlines()
    assert "  Slurm job   82" in lines
    assert [line for line in lines if line in ("  squeue -j 82", "  scancel 82")] == ["  squeue -j 82", "  scancel 82"]
