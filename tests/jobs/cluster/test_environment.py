"""Which environment goes along with the tasks of a job."""

import json
from pathlib import Path

import pytest

from jobs.cluster.environment import environ_of_tasks
from jobsite.lab.address import find_lab

SECRET = "a-password-of-the-tests"
PERSON = {"DJ_HOST": "db", "DJ_USER": "alice", "DJ_PASS": SECRET, "CUDA": "12"}
ALWAYS = {"JOBSITE_SECRET_KEY": "a worker signs nothing"}


def goes_along(environ: dict[str, str], folder: Path) -> dict[str, str]:
    lab = find_lab(environ, folder, folder / "home")
    return environ_of_tasks(environ, lab, folder, folder / "home")


def write_settings(folder: Path, password: str) -> None:
    settings = {"database.host": "db", "database.user": "alice", "database.password": password}
    (folder / "dj_local_conf.json").write_text(json.dumps(settings))


def test_a_password_that_the_settings_file_has_stays_here(tmp_path: Path) -> None:
    write_settings(tmp_path, SECRET)
    assert goes_along(PERSON, tmp_path) == {"DJ_HOST": "db", "DJ_USER": "alice", "CUDA": "12", **ALWAYS}


@pytest.mark.parametrize("other", ["another", None])
def test_a_password_that_no_settings_file_has_goes_along(tmp_path: Path, other: str | None) -> None:
    if other is not None:
        write_settings(tmp_path, other)
    assert goes_along(PERSON, tmp_path) == {**PERSON, **ALWAYS}


def test_what_is_the_site_s_own_stays_here(tmp_path: Path) -> None:
    environ = {"DATABASE_URL": f"mysql://site:{SECRET}@db/site", "JOBSITE_SECRET_KEY": SECRET}
    assert goes_along(environ, tmp_path) == ALWAYS


def test_bytecode_is_kept_or_every_task_would_compile_anew(tmp_path: Path) -> None:
    assert goes_along({"PYTHONDONTWRITEBYTECODE": "1"}, tmp_path) == ALWAYS


def test_the_variables_of_the_job_in_which_one_submits_stay_behind(tmp_path: Path) -> None:
    inside = {"SLURM_JOB_ID": "7", "SLURM_MEM_PER_NODE": "100", "SLURMD_NODENAME": "n1", "SBATCH_CPU_BIND": "quiet"}
    kept = {"SLURM_CONF": "/etc/slurm.conf", "SBATCH_PARTITION": "main"}
    assert goes_along({**inside, **kept}, tmp_path) == {**kept, **ALWAYS}


def test_outside_of_a_job_they_are_the_person_s(tmp_path: Path) -> None:
    assert goes_along({"SLURM_UMASK": "077"}, tmp_path) == {"SLURM_UMASK": "077", **ALWAYS}
