"""manage.py populate: a lab's module whose name Jobsite's have is refused before the first key, with both files."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.forked_worker import run_to_end
from tests.jobs.workers import environ
from tests.lab import ROOT, Lab

PIPELINE = """
import os

import datajoint as dj

schema = dj.schema(os.environ["TEST_SCHEMA"])

@schema
class Session(dj.Lookup):
    definition = "session: int"
    contents = [(1,)]

@schema
class Spikes(dj.Computed):
    definition = "-> Session"
    def make(self, key):
        {make}
        self.insert1(key)
"""
OURS = {
    "jobs": ROOT / "jobs/__init__.py",
    "connections": ROOT / "connections/__init__.py",
    "jobsite": ROOT / "jobsite/__init__.py",
    "tests": ROOT / "tests/__init__.py",
    "manage": ROOT / "manage.py",
}
TAKEN = ("jobs", "connections", "jobsite")
"""What a command of Django's has imported itself, wherever it runs."""
ADVICE = "rename the lab's module, or put it into a package."
IMPORTS = {
    "by name": "import jobs",
    "from it": "from jobs import only_there",
    "a part of it": "import jobs.only_there",
    "with a way out": "try:\n    from jobs import only_there\nexcept ImportError:\n    only_there = None",
    "by its name as a text": "import importlib\nimportlib.import_module('jobs')",
}


def populate(folder: Path, schema: str, *arguments: str, here: bool = True) -> subprocess.CompletedProcess[str]:
    """Run it in the lab's folder, or in Jobsite's with the lab's on the path."""
    command = [sys.executable, str(ROOT / "manage.py"), "populate", *arguments]
    env = environ(schema, PYTHONPATH=os.pathsep.join([str(ROOT / "tests" / "without"), str(folder)]))
    return run_to_end(command, folder if here else ROOT, env)


def write(folder: Path, name: str, make: str = "pass") -> Path:
    """Write the pipeline as a module, and return its file."""
    file = folder / f"{name}.py"
    file.write_text(PIPELINE.format(make=make))
    return file


@pytest.mark.parametrize("name", TAKEN)
def test_a_table_of_such_a_module_is_refused(lab: Lab, tmp_path: Path, name: str) -> None:
    file = write(tmp_path, name)
    run = populate(tmp_path, "lab_none", f"{name}.Spikes")
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == (
        f"CommandError: {name}.Spikes means {file}, but Python finds Jobsite's own {OURS[name]} by that name:"
        f" {ADVICE}\n"
    )


@pytest.mark.parametrize("name", ["jobs", "tests", "manage"])
def test_so_it_is_from_jobsite_s_own_folder(lab: Lab, tmp_path: Path, name: str) -> None:
    file = write(tmp_path, name)
    run = populate(tmp_path, "lab_none", f"{name}.Spikes", here=False)
    assert run.stderr == (
        f"CommandError: {name}.Spikes means {file}, but Python finds Jobsite's own {OURS[name]} by that name:"
        f" {ADVICE}\n"
    )


@pytest.mark.parametrize("case", IMPORTS)
def test_it_is_refused_where_the_lab_s_code_imports_it(lab: Lab, tmp_path: Path, case: str) -> None:
    (tmp_path / "jobs.py").write_text("only_there = 1")
    file = write(tmp_path, "ephys")
    file.write_text(f"{IMPORTS[case]}\n{file.read_text()}")
    run = populate(tmp_path, lab.schema(), "ephys.Spikes")
    line = 2 if case.startswith(("with", "by its")) else 1
    assert run.stderr == (
        f"CommandError: {file}, line {line}, imports jobs and means {tmp_path / 'jobs.py'},"
        f" but Python finds Jobsite's own {OURS['jobs']} by that name: {ADVICE}\n"
    )


def test_it_is_refused_before_a_make_imports_it(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "jobs.py").write_text("only_there = 1")
    write(tmp_path, "ephys", make="from jobs import only_there")
    run = populate(tmp_path, lab.schema(), "ephys.Spikes", "--processes", "2")
    assert (run.returncode, run.stdout, run.stderr.count(f"and means {tmp_path / 'jobs.py'}")) == (2, "", 1)


@pytest.mark.parametrize("processes", ["1", "2"])
def test_one_that_nobody_imports_does_no_harm(lab: Lab, tmp_path: Path, processes: str) -> None:
    (tmp_path / "jobs.py").write_text("raise RuntimeError('imported')")
    write(tmp_path, "ephys")
    run = populate(tmp_path, lab.schema(), "ephys.Spikes", "--processes", processes)
    assert run.stdout.splitlines()[-1] == "ephys.Spikes: 1 done, 0 failed, 0 skipped"


@pytest.mark.parametrize("name", ["tests", "manage"])
def test_what_jobsite_has_not_imported_is_the_lab_s_in_its_own_folder(lab: Lab, tmp_path: Path, name: str) -> None:
    write(tmp_path, name)
    run = populate(tmp_path, lab.schema(), f"{name}.Spikes", "--processes", "2")
    assert run.stdout.splitlines()[-1] == f"{name}.Spikes: 1 done, 0 failed, 0 skipped"


def test_a_module_of_the_same_name_in_a_package_does_no_harm(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    write(tmp_path / "mine", "ephys", make="from . import jobs")
    (tmp_path / "mine" / "jobs.py").touch()
    (tmp_path / "jobs.py").touch()
    run = populate(tmp_path, lab.schema(), "mine.ephys")
    assert run.stdout.splitlines()[-1] == "mine.ephys.Spikes: 1 done, 0 failed, 0 skipped"
