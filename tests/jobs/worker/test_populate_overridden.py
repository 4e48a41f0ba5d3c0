"""manage.py populate: a lab's own populate(), which is not called, is said before the first key."""

import json
from collections.abc import Iterator

import pytest

from tests.jobs.workers import Answer, answers
from tests.lab import Lab

MODULE = """
import os

import datajoint as dj

schema = dj.schema(os.environ["TEST_SCHEMA"])

class OwnWay:
    def populate(self, *restrictions, **options):
        raise RuntimeError("populate was called")

@schema
class Session(dj.Lookup):
    definition = "session: int"
    contents = [(1,)]

@schema
class Rate(OwnWay, dj.Computed):
    definition = "-> Session"
    def make(self, key):
        self.insert1(key)

@schema
class Plain(dj.Computed):
    definition = "-> Session"
    def _populate1(self, key, jobs, **options):
        raise RuntimeError("_populate1 was called")
    def make(self, key):
        self.insert1(key)

@schema
class Usual(dj.Computed):
    definition = "-> Session"
    def make(self, key):
        self.insert1(key)
"""
PATCH = "import datajoint as dj\ndef populate(self):\n    pass\ndj.Computed.populate = populate"
RATE = "own_way.Rate: OwnWay.populate is not called, because manage.py populate calls make itself."
PLAIN = "own_way.Plain: Plain._populate1 is not called, because manage.py populate calls make itself."
USUAL = "own_way.Usual: Computed.populate is not called, because manage.py populate calls make itself."
COMMANDS = {
    "dry run": ["own_way.Rate", "--dry-run"],
    "dry run as JSON": ["own_way", "--dry-run", "--json"],
    "usual": ["own_way.Usual", "--json"],
    "run": ["own_way.Rate"],
    "as JSON": ["own_way", "--json"],
    "patched": ["own_way.Usual", "--import", "patched"],
}


@pytest.fixture(scope="module")
def said(accounts: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Answer]]:
    """What each of COMMANDS answered."""
    folder = tmp_path_factory.mktemp("overridden")
    (folder / "own_way.py").write_text(MODULE)
    (folder / "patched.py").write_text(PATCH)
    with Lab() as lab:
        found = answers(lab.schema(), list(COMMANDS.values()), PYTHONPATH=str(folder))
        yield dict(zip(COMMANDS, found, strict=True))


def test_it_is_said_before_the_first_key_and_the_run_goes_on(said: dict[str, Answer]) -> None:
    assert said["run"].out.splitlines()[:3] == [
        f"WARNING {RATE}",
        "own_way.Rate: 1 to compute",
        "done session=1",
    ]
    assert (said["run"].status, said["run"].err) == (0, "")


def test_a_dry_run_says_it_too(said: dict[str, Answer]) -> None:
    assert said["dry run"].out.splitlines()[0] == f"WARNING {RATE}"


@pytest.mark.parametrize("case", ["dry run as JSON", "as JSON"])
def test_json_has_it_under_a_key_of_its_own(said: dict[str, Answer], case: str) -> None:
    assert json.loads(said[case].out)["warnings"] == [RATE, PLAIN]


def test_nothing_is_said_of_a_table_that_keeps_datajoint_s(said: dict[str, Answer]) -> None:
    assert json.loads(said["usual"].out)["warnings"] == []


def test_a_populate_that_is_put_in_the_place_of_datajoint_s_is_said_too(said: dict[str, Answer]) -> None:
    assert said["patched"].out.splitlines()[0] == f"WARNING {USUAL}"
