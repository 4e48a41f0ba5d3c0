"""Which job of a cluster a process is."""

import subprocess
import sys
from pathlib import Path

import pytest

from jobs.cluster.this_job import ThisJob, this_job
from tests.lab import ROOT

ASK = "import os; from jobs.cluster.this_job import this_job; print(this_job(os.environ).heading)"


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"SLURM_JOB_ID": "82", "SLURM_ARRAY_JOB_ID": "80", "SLURM_ARRAY_TASK_ID": "2"}, "slurm 80_2"),
        ({"SLURM_JOB_ID": "82"}, "slurm 82"),
        ({"PBS_JOBID": "80[2].head"}, "pbs 80[2].head"),
        ({"LSB_JOBID": "80"}, "lsf 80"),
    ],
)
def test_a_task_is_called_as_the_cluster_s_commands_call_it(environ: dict[str, str], name: str) -> None:
    job = this_job(environ)
    assert job is not None
    assert job.name == name


def test_a_process_like_any_other_is_none() -> None:
    assert this_job({"HOME": "/home/alice"}) is None


def test_the_log_is_the_file_that_the_process_writes_to(tmp_path: Path) -> None:
    log = tmp_path / "lab.Score-82.log"
    with log.open("w") as file:
        subprocess.run([sys.executable, "-c", ASK], stdout=file, cwd=ROOT, env={"SLURM_JOB_ID": "82"}, check=True)
    assert log.read_text() == f"slurm job 82, log {log}\n"


def test_the_heading_is_one_line_whatever_the_log_is_called() -> None:
    assert ThisJob("slurm", "82", "/lab/a\n\x1b[2Jb.log").heading == r"slurm job 82, log /lab/a\n\x1b[2Jb.log"
