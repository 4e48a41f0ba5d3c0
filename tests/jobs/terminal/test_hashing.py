"""manage.py jobs hash: what dj.key_hash says."""

import json
from typing import Any

import pytest

from jobs.terminal.hashing import hash_of
from jobsite.terminal.ending import WrongInputError
from tests.jobs.terminal.commands import run

KEYS = [
    '{"id": 2}',
    '{"a": 1, "b": 12}',
    '{"x": 1.0}',
    '{"x": 0.1}',
    '{"ok": true}',
    '{"n": null}',
    '{"t": "ü 🧠"}',
    "{}",
]


@pytest.mark.parametrize("text", KEYS)
def test_a_key_as_json_has_the_hash_of_datajoint(text: str, datajoint: Any) -> None:
    assert hash_of(text) == datajoint.key_hash(json.loads(text))


@pytest.mark.parametrize("text", ["id=2", "{'id': 2}", ' {"id": 2} '])
def test_a_key_may_be_written_as_people_do(text: str, datajoint: Any) -> None:
    assert hash_of(text) == datajoint.key_hash({"id": 2})


@pytest.mark.parametrize(
    "text", ["", "id", "[1]", "2", "c81e728d9d4c2f636f067f89cc14862c", '{"id": "\\ud800"}', "{2: 3}"]
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(WrongInputError):
        hash_of(text)


def test_the_command_prints_the_hash_alone() -> None:
    done = run("jobs", "hash", '{"id": 2}')
    assert (done.returncode, done.stdout, done.stderr) == (0, "c81e728d9d4c2f636f067f89cc14862c\n", "")


def test_wrong_input_has_a_status_of_its_own() -> None:
    done = run("jobs", "hash", "\x1b[2Jno key")
    assert (done.returncode, done.stdout, "\x1b" in done.stderr) == (2, "", False)
