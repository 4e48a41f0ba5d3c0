"""The script of a task, as bash runs it and sbatch reads it."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from jobs.cluster.engine import ArrayJob
from jobs.cluster.script import SETUP_FAILED
from jobs.cluster.slurm import Slurm

HOSTILE = "it's \"two\" $HOME `id` ; echo 'no'\n\t*"


def job(*command: str, setup: tuple[str, ...] = ()) -> ArrayJob:
    return ArrayJob("populate-lab.Score", command, 10, Path("/lab"), Path("/lab/logs"), setup=setup)


def run(made: ArrayJob) -> "subprocess.CompletedProcess[str]":
    """Run the script of a job in bash."""
    script = Slurm({}).script(made)
    return subprocess.run(["bash"], input=script, capture_output=True, text=True, check=False)


def test_the_last_line_becomes_the_worker() -> None:
    last = Slurm({}).script(job("/opt/python", "manage.py", "populate", "lab.Score")).splitlines()[-1]
    assert last == "exec /opt/python manage.py populate lab.Score"


def test_options_stand_in_the_script_with_the_person_s_last() -> None:
    made = replace(job("true"), at_once=5, options=("--time=4:00:00", "-p", "main"))
    assert Slurm({}).script(made).splitlines()[:8] == [
        "#!/bin/bash",
        "#SBATCH --job-name=populate-lab.Score",
        "#SBATCH --chdir=/lab",
        "#SBATCH --array=0-9%5",
        "#SBATCH --output=/lab/logs/populate-lab.Score-%A_%a.log",
        "#SBATCH --open-mode=append",
        "#SBATCH --requeue",
        "#SBATCH --time=4:00:00 -p main",
    ]


def test_a_percent_sign_in_the_folder_s_name_stays_one() -> None:
    made = replace(job("true"), logs=Path("/lab/100%A"))
    assert "#SBATCH --output=/lab/100%%A/populate-lab.Score-%A_%a.log" in Slurm({}).script(made).splitlines()


def test_arguments_reach_the_worker_as_they_were_given() -> None:
    assert run(job("printf", "%s", HOSTILE)).stdout == HOSTILE


def test_the_setup_is_there_for_the_worker() -> None:
    made = job("sh", "-c", 'echo "$LOADED $(pwd)"', setup=("export LOADED=cuda", "cd /"))
    assert run(made).stdout == "cuda /\n"


@pytest.mark.parametrize("line", ["false", "no-such-program", "true && false"])
def test_a_line_of_setup_that_fails_ends_the_task(line: str) -> None:
    ran = run(job("echo", "computes", setup=("true", line)))
    assert (ran.returncode, ran.stdout, ran.stderr.splitlines()[-1]) == (1, "", SETUP_FAILED)


def test_a_line_of_setup_may_fail_on_its_way() -> None:
    assert run(job("echo", "computes", setup=("false; true",))).stdout == "computes\n"
