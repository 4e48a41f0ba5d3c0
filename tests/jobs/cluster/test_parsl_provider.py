"""manage.py populate --parsl, with parsl's local provider in place of a scheduler's."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.jobs.cluster.computation import TABLE, Computation
from tests.lab import Lab, eventually
from tests.slurm import LIMIT_S

PROVIDERS = """
from parsl.providers import LocalProvider, PBSProProvider

local = LocalProvider()
pbs = PBSProProvider(walltime="04:00:00")
short = PBSProProvider(walltime="00:01:00")
nothing = 3
"""
GIVEN = ("--parsl", "2", "--provider")


@pytest.fixture
def computation(lab: Lab, tmp_path: Path) -> Iterator[Computation]:
    """A lab's folder with a module of providers; no worker outlives the test."""
    (tmp_path / "lab_cluster.py").write_text(PROVIDERS)
    made = Computation(lab, {}, tmp_path)
    yield made
    stop_workers(made)


def stop_workers(computation: Computation) -> None:
    """Send SIGTERM to each worker that runs for this lab."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if computation.schema.encode() in (folder / "environ").read_bytes() and is_worker(folder):
                os.kill(int(folder.name), signal.SIGTERM)


def is_worker(folder: Path) -> bool:
    """Say whether a process, by its folder in /proc, is a worker itself: its script has become it."""
    return b"populate" in (folder / "cmdline").read_bytes().split(b"\0")


def test_each_worker_is_a_job_of_its_own(computation: Computation) -> None:
    computation.insert("", "", "")
    run = computation.populate(*GIVEN, "lab_cluster.local", "--json")
    said = json.loads(run.stdout)
    eventually(lambda: len(computation.module.Sorting()) == 3, "the keys to be computed", limit_s=LIMIT_S)
    assert (said["tasks"], len(said["job_id"].split()), computation.jobs()) == (2, 2, [])


def test_a_stopped_worker_releases_its_key(computation: Computation) -> None:
    computation.insert("program")
    computation.populate(*GIVEN, "lab_cluster.local")
    computation.wait_reserved(1)
    stop_workers(computation)
    eventually(lambda: computation.jobs() == [], "the key to be released", limit_s=LIMIT_S)


def test_the_setup_runs_first(computation: Computation) -> None:
    computation.insert("")
    computation.populate(*GIVEN, "lab_cluster.local", "--setup", "touch prepared")
    eventually(lambda: len(computation.module.Sorting()) == 1, "the key to be computed", limit_s=LIMIT_S)
    assert (computation.folder / "prepared").exists()


def test_the_provider_s_walltime_gives_the_run_duration(computation: Computation) -> None:
    computation.insert("")
    script = computation.populate(*GIVEN, "lab_cluster.pbs", "--dry-run").stdout
    assert script.splitlines()[-1].endswith(f"populate {TABLE} --on-stop=release --run-duration=12960s")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("lab_cluster.nothing", "--provider must name a provider of parsl's, such as a PBSProProvider, not a int."),
        ("lab_cluster.sge", "--provider: lab_cluster has nothing called sge."),
        ("nowhere.pbs", "There is no module nowhere: it is neither in the current directory nor on the Python path."),
        (
            "lab_cluster.short",
            "A time limit of 1 min is too short for a worker to start, compute and end: give at least 5 min, such as"
            " 4:00:00.",
        ),
        ("lab_cluster.pbs", "The provider has submitted nothing: "),
    ],
)
def test_what_cannot_be_submitted_to_is_one_sentence(computation: Computation, name: str, sentence: str) -> None:
    computation.insert("")
    run = computation.populate(*GIVEN, name)
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1), run
    assert run.stderr.startswith(f"CommandError: {sentence}")
