"""manage.py populate: tables of DataJoint Elements, by each name that a workflow gives them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jobs.workers import Answer, answers
from tests.lab import Lab

RECORDING, SORTING = "wf.pipeline.ephys.Recording", "wf.pipeline.ephys.Sorting"
ELEMENT, SECOND = "mylab.probe_element.Recording", "mylab.probe_element.Sorting"
FILES = {
    "mylab/__init__.py": "",
    "mylab/probe_element.py": """
import importlib

import datajoint as dj

from mylab import report

schema = dj.schema()

def activate(schema_name, *, linking_module):
    global linked
    linked = importlib.import_module(linking_module)
    schema.activate(schema_name, add_objects=linked.__dict__)

@schema
class Recording(dj.Imported):
    definition = '''
    -> Session
    ---
    n: int
    '''
    def make(self, key):
        self.insert1({**key, "n": linked.get_n(key)})

@schema
class Sorting(dj.Computed):
    definition = '''
    -> Recording
    '''
    class Unit(dj.Part):
        definition = '''
        -> master
        unit: int
        '''
    def make(self, key):
        self.insert1(key)
        self.Unit.insert1({**key, "unit": 1})
""",
    "mylab/report.py": """
import datajoint as dj
import numpy
import mylab.probe_element as back  # as elements refer to each other

schema = dj.schema()
""",
    "wf/__init__.py": "",
    "wf/pipeline.py": """
import os

import datajoint as dj
import numpy
from mylab import probe_element as ephys

schema = dj.schema(os.environ["TEST_SCHEMA"])

@schema
class Session(dj.Lookup):
    definition = "session: int"
    contents = [(1,), (2,)]

@schema
class Checked(dj.Computed):
    definition = "-> Session"
    def make(self, key):
        self.insert1(key)

def get_n(key):
    return 10 * key["session"]

ephys.activate(schema.database.removesuffix("_session"), linking_module=__name__)
seen = dj.VirtualModule("seen", os.environ["TEST_SCHEMA"])
""",
}
TWO = ": 2 to compute, 0 excluded"
ACTIVATES = "add --import and the module that activates"
NAMED = {
    "the workflow is named after its element": ([ELEMENT, RECORDING], [ELEMENT]),
    "a table of a module that the workflow holds": ([RECORDING], [RECORDING]),
    "a module that the workflow holds": (["wf.pipeline.ephys"], [RECORDING, SORTING]),
    "a whole workflow": (["wf.pipeline"], ["wf.pipeline.Checked", RECORDING, SORTING]),
    "a table by two names": ([RECORDING, ELEMENT], [RECORDING]),
    "a module and its workflow": (["mylab.probe_element", "wf.pipeline"], [ELEMENT, SECOND, "wf.pipeline.Checked"]),
    "the element's own name": ([ELEMENT], [ELEMENT]),
}
REFUSED = {
    "wf.pipeline.ephys.Sorting.Unit": "wf.pipeline.ephys.Sorting.Unit is a Part table: only Computed and Imported",
    "wf.pipeline.Session": "wf.pipeline.Session is a Lookup table: only Computed and Imported tables are populated.",
    "wf.pipeline.ephys.Sort": "wf.pipeline.ephys has no table Sort. Did you mean Sorting?",
    "wf.pipeline.Recording": "wf.pipeline has no table Recording. Did you mean ephys.Recording or ephys.Sorting?",
    "wf.pipeline.numpy": "wf.pipeline.numpy defines no auto-populated table.",
    "wf.pipeline.dj": "wf.pipeline.dj defines no auto-populated table.",
    "wf.pipeline.nothing.Spikes": "There is no module wf.pipeline.nothing: it is neither in the current directory",
    "wf.pipeline.seen": "wf.pipeline.seen is a virtual module, which has no make: name the module in which its make",
    "wf.pipeline.seen.Checked": "wf.pipeline.seen.Checked is of a virtual module, which has no make: name the class",
}
INACTIVE = {
    ELEMENT: f"{ELEMENT} belongs to no schema yet: {ACTIVATES} its schema, such as --import workflow.pipeline.",
    "mylab.probe_element": f"The schema of mylab.probe_element is not activated: {ACTIVATES} it.",
    "--import=nowhere": "There is no module nowhere: it is neither in the current directory nor on the Python path.",
    "--import=no where": "“no where” is not a module: write it as workflow.pipeline.",
}


class Workflow:
    """A workflow in a folder and a schema of its own."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        element = lab.schema()  # is dropped first: it refers to the other
        self.folder, self.schema = folder, lab.schema(name=f"{element}_session")
        for name, text in FILES.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text)

    def answers(self, *commands: list[str]) -> list[Answer]:
        """Run populate with each of the commands, in one process."""
        return answers(self.schema, commands, PYTHONPATH=str(self.folder))


@pytest.fixture
def workflow(lab: Lab, tmp_path: Path) -> Workflow:
    return Workflow(lab, tmp_path)


@pytest.fixture(scope="module")
def said(accounts: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Answer]]:
    """What each of NAMED and REFUSED was answered, in a dry run."""
    with Lab() as lab:
        workflow = Workflow(lab, tmp_path_factory.mktemp("workflow"))
        named = [[*tables, "--dry-run"] for tables, _ in NAMED.values()]
        yield dict(zip([*NAMED, *REFUSED], workflow.answers(*named, *([name] for name in REFUSED)), strict=True))


@pytest.mark.parametrize("case", NAMED)
def test_tables_are_found_by_each_of_their_names(said: dict[str, Answer], case: str) -> None:
    answer = said[case]
    shown = [line.partition(":")[0] for line in answer.out.splitlines() if not line.startswith(" ")]
    assert (answer.status, answer.err, sorted(shown)) == (0, "", sorted(NAMED[case][1]))


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_populated_is_refused_by_the_name_it_was_given(said: dict[str, Answer], name: str) -> None:
    answer = said[name]
    assert (answer.status, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert answer.err.startswith(f"CommandError: {REFUSED[name]}")


def test_a_schema_that_is_not_activated_names_the_option_that_does_it(workflow: Workflow) -> None:
    found = workflow.answers(*([ELEMENT, name] if name.startswith("-") else [name] for name in INACTIVE))
    assert [answer.err for answer in found] == [f"CommandError: {sentence}\n" for sentence in INACTIVE.values()]


@pytest.mark.parametrize("processes", ["1", "2"])
def test_an_imported_workflow_activates_the_element_in_each_process(workflow: Workflow, processes: str) -> None:
    (answer,) = workflow.answers([ELEMENT, SECOND, "--import", "wf.pipeline", "--processes", processes])
    assert (answer.status, answer.err) == (0, "")
    assert [line.partition(", ")[0] for line in answer.out.splitlines()[-2:]] == [
        f"{ELEMENT}: 2 done",
        f"{SECOND}: 2 done",
    ]


def test_a_workflow_is_populated_by_several_processes(workflow: Workflow) -> None:
    (answer,) = workflow.answers(["wf.pipeline", "--processes", "2"])
    assert (answer.status, answer.err) == (0, "")
    shown = [line.partition(", ")[0] for line in answer.out.splitlines()[-3:]]
    assert shown == [f"{name}: 2 done" for name in ("wf.pipeline.Checked", RECORDING, SORTING)]
