"""manage.py populate with an element as labs install it: element-array-ephys from PyPI, which a workflow activates."""

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.forked_worker import run_to_end
from tests.jobs.workers import environ
from tests.lab import ROOT, Lab

WANTED = (
    "datajoint==0.14.10",
    "element-array-ephys==0.2.11",
    "element-interface==0.6.1",
    "pyopenephys==1.2.0",
    "quantities==0.16.4",
    "xmltodict",
    "natsort",
)
HOME = ROOT / ".test" / "element-array-ephys"
AWAY = "Retrying"
"""What pip says when the registry does not answer."""
WORKFLOW = """
import os
from pathlib import Path

import datajoint as dj
from element_array_ephys import ephys_acute as ephys
from element_array_ephys import probe

prefix = os.environ["TEST_SCHEMA"]
schema = dj.schema(f"{prefix}_session")

@schema
class Session(dj.Lookup):
    definition = "session: int"
    contents = [(1,), (2,)]

@schema
class SkullReference(dj.Lookup):
    definition = "skull_reference: varchar(60)"
    contents = [("Bregma",)]

def get_ephys_root_data_dir():
    return str(Path(__file__).parent.parent / "data")

def get_session_directory(key):
    return f"session{key['session']}"

ephys.activate(f"{prefix}_ephys", f"{prefix}_probe", linking_module=__name__)
probe.Probe.insert1(("17131311", "neuropixels 1.0 - 3B", ""), skip_duplicates=True)
ephys.ProbeInsertion.insert(((session, 0, "17131311") for session in (1, 2)), skip_duplicates=True)
"""
META = """typeImEnabled=1
fileCreateTime=2020-06-01T14:30:00
fileTimeSecs=12.5
imDatPrb_sn=17131311
imSampRate=30000
nSavedChans=2
snsSaveChanSubset=all
~imroTbl=(0,2)(0 0 0 500 250 1)(1 0 0 500 250 1)
~snsChanMap=(2,0,0)(AP0;0:0)(AP1;1:1)
~snsShankMap=(1,2,480)(0:0:0:1)(0:1:0:1)
"""
RECORDING, ORIGINAL = "workflow.pipeline.ephys.EphysRecording", "element_array_ephys.ephys_acute.EphysRecording"
DONE = "done session=1, insertion_number=0"
FAILED = "FAILED session=2, insertion_number=0: FileNotFoundError: Ephys recording data not found!"


@pytest.fixture(scope="module")
def python() -> Path:
    """A Python that has the element, and the rest of what the worker needs from the one that runs the tests."""
    found, complete = HOME / "bin" / "python", HOME / ("complete " + " ".join(WANTED).replace("=", ""))
    if not complete.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", HOME], check=True)
        install = [
            str(found),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--retries",
            "1",
            "--timeout",
            "10",
            *WANTED,
        ]
        pip = subprocess.run(install, capture_output=True, text=True, check=False)
        if pip.returncode and AWAY in pip.stderr:
            pytest.skip("PyPI does not answer")
        assert pip.returncode == 0, pip.stderr
        (folder,) = HOME.glob("lib/python*/site-packages")
        (folder / "rest.pth").write_text(sysconfig.get_path("purelib"))
        complete.touch()
    return found


class Workflow:
    """A workflow of two sessions, of which one has a recording on disk."""

    def __init__(self, lab: Lab, folder: Path, python: Path) -> None:
        self.folder, self.python, self.schema = folder, python, lab.schema()
        for part in ("ephys_report", "ephys", "probe", "session"):  # each is dropped before what it refers to
            lab.schema(name=f"{self.schema}_{part}")
        for name in ("workflow", "data/session1", "data/session2"):
            (folder / name).mkdir(parents=True)
        (folder / "workflow" / "__init__.py").touch()
        (folder / "workflow" / "pipeline.py").write_text(WORKFLOW)
        (folder / "data" / "session1" / "a.ap.meta").write_text(META)

    def populate(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run `manage.py populate` in the lab's folder."""
        command = [str(self.python), str(ROOT / "manage.py"), "populate", *arguments]
        env = environ(self.schema, LOGLEVEL="ERROR")
        return run_to_end(command, self.folder, env)


@pytest.fixture
def workflow(lab: Lab, tmp_path: Path, python: Path) -> Workflow:
    return Workflow(lab, tmp_path, python)


def test_a_table_of_the_element_is_populated_by_the_name_that_the_workflow_gives_it(workflow: Workflow) -> None:
    run = workflow.populate(RECORDING)
    assert [line.partition(" Neither")[0] for line in run.stdout.splitlines()][-5:-1] == [
        f"{RECORDING}: 2 to compute",
        DONE,
        FAILED,
        f"{RECORDING}: 1 done, 1 failed, 0 skipped",
    ], run
    assert run.returncode == 1


def test_it_is_by_its_own_name_when_the_workflow_is_imported_first(workflow: Workflow) -> None:
    run = workflow.populate(ORIGINAL, "--import", "workflow.pipeline", "--processes", "2")
    assert f"{ORIGINAL}: 1 done, 1 failed, 0 skipped" in run.stdout.splitlines(), run


def test_the_workflow_stands_for_all_populated_tables_of_its_element(workflow: Workflow) -> None:
    run = workflow.populate("workflow.pipeline", "--dry-run")
    shown = [line.partition(": ")[0] for line in run.stdout.splitlines() if " to compute" in line]
    names = ("EphysRecording", "LFP", "Clustering", "CuratedClustering", "WaveformSet", "QualityMetrics")
    assert [name for name in shown if "report" not in name] == [f"workflow.pipeline.ephys.{name}" for name in names], (
        run
    )
    assert [name.rpartition(".")[0] for name in shown if "report" in name] == [
        "workflow.pipeline.ephys.ephys_report"
    ] * 3


def test_what_no_workflow_has_activated_names_the_option_that_does(workflow: Workflow) -> None:
    run = workflow.populate(ORIGINAL)
    assert run.stderr == (
        f"CommandError: {ORIGINAL} belongs to no schema yet: add --import and the module that activates its schema,"
        " such as --import workflow.pipeline.\n"
    )
