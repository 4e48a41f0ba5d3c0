"""A RESTRICTION of a command line means what it means to DataJoint."""

import json
from types import ModuleType

import pytest

from jobs.terminal.restricting import as_filter
from jobsite.terminal.ending import WrongInputError
from tests.jobs.clearing import wait_a_second
from tests.jobs.terminal.commands import manage, run
from tests.lab import Lab


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('status="error"', "restriction"),
        ("pid=3", "restriction"),
        ("subject_id=3, session=1", "key"),
        ("c81e728d9d4c2f636f067f89cc14862c", "key"),
        ('{"subject_id": 3}', "key"),
        ("{'table_name': '__score', 'pid': 4}", "restriction"),
        ('{"host": "a\\"b"}', "restriction"),
    ],
)
def test_a_text_is_a_condition_or_a_key(text: str, name: str) -> None:
    assert as_filter(text) == {name: text}


@pytest.mark.parametrize("text", ["hots='gpu1' OR pid=1", "status=error", "1; DROP TABLE x", '{"host": [1]}', "{x"])
def test_what_is_neither_is_refused(text: str) -> None:
    with pytest.raises(WrongInputError):
        as_filter(text)


def test_a_bad_restriction_is_one_sentence_that_names_the_place_and_the_nearest_word() -> None:
    done = run("jobs", 'status="error" AND hots LIKE "%gpu%"')
    (line,) = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (2, "")
    assert line == "CommandError: “hots” is no column here: did you mean host?"


def rows(*arguments: str) -> list[str]:
    """Return the hashes of the jobs that the command lists."""
    done = manage("jobs", *arguments, "--format", "ndjson")
    assert done.returncode == 0, done.stderr
    return sorted(json.loads(line)["key_hash"] for line in done.stdout.splitlines())


def failed(lab: Lab) -> tuple[str, ModuleType]:
    """Make a schema of failed jobs."""
    schema, module = lab.pipeline(recordings={"m1": "value", "m2": "chained", "m3": ""})
    lab.compute(module)
    return schema, module


def test_the_jobs_are_those_that_datajoint_selects(lab: Lab) -> None:
    schema, module = failed(lab)
    for text in ('status="error" AND error_message LIKE "%trace%"', "timestamp > NOW() - INTERVAL 2 HOUR"):
        theirs = (module.schema.jobs & text).fetch("key_hash")
        assert rows(text, "--schema", schema) == sorted(theirs)
        assert len(theirs) > 0


def test_a_dict_of_datajoint_names_one_job_and_clears_it(lab: Lab) -> None:
    schema, module = failed(lab)
    name, key_hash = (module.schema.jobs & 'error_message LIKE "Own%"').fetch1("table_name", "key_hash")
    wait_a_second()
    named = json.dumps({"table_name": name, "key_hash": key_hash})
    done = manage("jobs", "clear", named, "--schema", schema, "--yes")
    assert (done.returncode, done.stdout) == (0, "Cleared 1 job.\n"), done.stderr
    assert f'where table_name = "{name}" AND key_hash = "{key_hash}".' in done.stderr
    assert list(lab.jobs(schema)) == ["m1"]
