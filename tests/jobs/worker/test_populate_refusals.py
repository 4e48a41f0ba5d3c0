"""manage.py populate: wrong input is answered in one line, with status 2, and nothing is written."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.jobs.workers import Answer, answers
from tests.lab import Lab
from tests.server import SERVER

SCORE = "tests.pipeline.Score"
WRONG = {
    "no such package": (["nowhere.ephys.Spikes"], "There is no module nowhere: it is neither in the current directory"),
    "no such module": (["tests.nowhere.Spikes"], "There is no module tests.nowhere: it is neither"),
    "needs a module that is missing": (
        ["needs.Spikes"],
        "needs could not be imported: it needs the module absent_one,",
    ),
    "raises": (["raises.Spikes"], "raises could not be imported: ZeroDivisionError: division by zero ("),
    "syntax": (["syntax.Spikes"], "syntax could not be imported: SyntaxError: "),
    "exits": (["exits.Spikes"], "exits could not be imported: SystemExit: no licence ("),
    "no module named": (["Spikes"], "There is no module Spikes: it is neither in the current directory"),
    "a module without tables": (["tests.server"], "tests.server defines no auto-populated table."),
    "time": ([SCORE, "--forever", "--sleep", "soon"], "--sleep: “soon” is not a length of time: write 90s,"),
    "no unit": ([SCORE, "--run-duration", "8"], "--run-duration: “8” has no unit: write 8s, 8m or 8h."),
    "sleep once": ([SCORE, "--sleep", "5s"], "--sleep goes with --forever: without it, a run ends when"),
    "idle once": ([SCORE, "--max-idle", "5m"], "--max-idle goes with --forever: without it, a run ends when"),
    "for ever without reservation": ([SCORE, "--forever", "--no-reserve"], "--forever needs reservations, or a key"),
    "not a name": (["lab..Spikes"], "“lab..Spikes” is not a table"),
    "near miss": (["tests.pipeline.Scores"], "tests.pipeline has no table Scores. Did you mean Score?"),
    "no such table": (
        ["tests.pipeline.Zzz"],
        "tests.pipeline has no table Zzz. Its auto-populated tables: Score, Summary.",
    ),
    "a manual table": (["tests.pipeline.Recording"], "tests.pipeline.Recording is a Manual table: only Computed and"),
    "no table": (["tests.pipeline.analyse"], "tests.pipeline.analyse is not a DataJoint table."),
    "without schema": (["loose.Loose"], "loose.Loose belongs to no schema"),
    "without make": (["loose.Idle"], "loose.Idle has no make method, so there is nothing to run."),
    "one of two is wrong": ([SCORE, "tests.pipeline.Zzz"], "tests.pipeline has no table Zzz."),
    "unknown attribute": ([SCORE, "--restrict", "animal=3"], "The restriction “animal=3” does not fit Score: "),
    "no condition": ([SCORE, "--restrict", "subject="], "The restriction “subject=” does not fit Score: "),
    "one of two restrictions": (
        [SCORE, "--restrict", "session=1", "--restrict", "animal=3"],
        "The restriction “animal=3” does not fit Score: ",
    ),
    "order": ([SCORE, "--order", "up"], "--order must be one of original, reverse, random, not “up”."),
    "limit": ([SCORE, "--limit", "-1"], "--limit must be a whole number from 1, not “-1”."),
    "max calls": ([SCORE, "--max-calls", "many"], "--max-calls must be a whole number from 1, not “many”."),
    "processes": ([SCORE, "--processes", "0"], "--processes must be a whole number from 1, not “0”."),
    "processes alone": ([SCORE, "--processes", "2", "--no-reserve"], "--processes needs reservations, so that no key"),
    "no number of workers": ([SCORE, "--slurm", "many"], "--slurm must be a whole number from 1, not “many”."),
    "options without a cluster": ([SCORE, "--sbatch=--time=5"], "--sbatch goes with --slurm N, which submits to a"),
    "top up without a cluster": ([SCORE, "--top-up"], "--top-up goes with --slurm N, which submits to a cluster."),
    "setup without a cluster": ([SCORE, "--setup", "true"], "--setup goes with --slurm N or --parsl N, which submit"),
    "two clusters": ([SCORE, "--slurm", "2", "--parsl", "2"], "--slurm and --parsl are two ways to submit: give one"),
    "no provider": ([SCORE, "--parsl", "2"], "--parsl N and --provider go together: how many workers, and the lab's"),
    "a cluster alone": ([SCORE, "--slurm", "2", "--no-reserve"], "A cluster needs reservations, so that no key is"),
    "rounds and top up": ([SCORE, "--slurm", "2", "--rounds", "2", "--top-up"], "--rounds does not go with --top-up,"),
    "an open quote": ([SCORE, "--slurm", "2", "--sbatch='a"], "--sbatch: “'a” cannot be taken apart into words: No"),
    "an option that is none": (
        [SCORE, "--slurm", "2", "--dry-run", "--sbatch=4:00:00"],
        "“4:00:00” in --sbatch is no option of sbatch's: write options such as --time=4:00:00 --mem=8G.",
    ),
    "bad JSON": ([SCORE, "--make-kwargs", "{scale: 2}"], "--make-kwargs is not JSON ("),
    "no object": ([SCORE, "--make-kwargs", "[2]"], "--make-kwargs must be a JSON object: write an object such as"),
    "make takes them not": (
        ["tests.pipeline.Summary", "--make-kwargs", '{"scale": 2}'],
        "Summary's make does not take",
    ),
    "control characters": (["\x1b[2J.Spikes"], r"“\x1b[2J.Spikes” is not a table"),
}
MODULES = {
    "needs": "import absent_one",
    "raises": "1 / 0",
    "syntax": "def make(:",
    "exits": "import sys\nsys.exit('no licence')",
    "loose": """
import datajoint as dj
from tests.pipeline import Recording, schema

class Loose(dj.Computed):
    definition = "-> Recording"

@schema
class Idle(dj.Computed):
    definition = "-> Recording"
""",
}
REFUSED = {
    "wrong password": ({"DJ_PASS": "wrong"}, "refused the account alice: check DJ_USER and DJ_PASS, whether "),
    "unreachable": ({"DJ_PORT": "1"}, "The lab's server 127.0.0.1:1 does not answer: check DJ_HOST and DJ_PORT"),
    "no account": ({"DJ_USER": ""}, "No lab server is named yet: set DJ_HOST, DJ_USER and DJ_PASS"),
    "no DataJoint": ({"PYTHONPATH": "absent"}, "populate needs DataJoint, and datajoint is not installed here"),
    "another DataJoint": (
        {"PYTHONPATH": "newer"},
        "populate works with DataJoint 0.14.x, but 2.3.5 is installed here.",
    ),
}


@dataclass
class Refusals:
    """What each of WRONG was answered; the rows, and the jobs table, that they left."""

    answers: dict[str, Answer]
    written: tuple[int, list[tuple[str]]]


@pytest.fixture(scope="module")
def wrong(accounts: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Refusals]:
    """WRONG, asked for in a schema with one key to compute."""
    folder = tmp_path_factory.mktemp("modules")
    for name, text in MODULES.items():
        (folder / f"{name}.py").write_text(text)
    with Lab() as lab:
        schema, module = lab.pipeline(recordings={"a": ""})
        said = answers(schema, [arguments for arguments, _ in WRONG.values()], PYTHONPATH=str(folder))
        written = len(module.Score()), SERVER.sql(f"SHOW TABLES IN `{schema}` LIKE '~jobs'")
        yield Refusals(dict(zip(WRONG, said, strict=True)), written)


@pytest.mark.parametrize("case", WRONG)
def test_wrong_input_is_one_clear_line_and_status_2(wrong: Refusals, case: str) -> None:
    answer = wrong.answers[case]
    assert (answer.status, answer.out, answer.err.strip().count("\n")) == (2, "", 0)
    assert answer.err.startswith(f"CommandError: {WRONG[case][1]}")


def test_wrong_input_writes_nothing(wrong: Refusals) -> None:
    assert wrong.written == (0, [])


@pytest.mark.parametrize("case", REFUSED)
def test_a_run_that_cannot_begin_is_one_clear_line_and_status_2(accounts: None, tmp_path: Path, case: str) -> None:
    environ, sentence = REFUSED[case]
    for name, text in {
        "absent": "raise ModuleNotFoundError(\"No module named 'datajoint'\", name='datajoint')",
        "newer": "__version__ = '2.3.5'",
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "datajoint.py").write_text(text)
    if "PYTHONPATH" in environ:
        environ = {"PYTHONPATH": str(tmp_path / environ["PYTHONPATH"])}
    (answer,) = answers("lab_none", [[SCORE]], **environ)
    assert (answer.status, answer.out, answer.err.strip().count("\n")) == (2, "", 0)
    assert sentence in answer.err
