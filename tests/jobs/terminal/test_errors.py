"""manage.py jobs errors: the groups of failed jobs in a terminal, by the same names as on the page."""

import json

import pytest

from tests.jobs.failing import fail
from tests.jobs.planting import Planted
from tests.jobs.terminal.commands import manage, on_a_terminal


@pytest.fixture
def planted(planted: Planted) -> Planted:
    """Two problems."""
    for number in range(3):
        fail(planted, f"ValueError: bad {number}", "pipe.py make", "io.py load", host="gpu1")
    fail(planted, "KeyboardInterrupt", "pipe.py make", host="rig")
    return planted


def groups(schema: str, *arguments: str) -> list[dict[str, object]]:
    """Return the groups as the command writes them for programs."""
    done = manage("jobs", "errors", "--schema", schema, "--format", "ndjson", *arguments)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_program_gets_a_line_for_each_group(planted: Planted) -> None:
    names = ("kind", "jobs", "message", "own_frame", "helps")
    assert [[one[name] for name in names] for one in groups(planted.schema)] == [
        ["failed", 3, "bad <n>", "load · io.py", None],
        ["interrupted", 1, "", None, "Retry"],
    ]


def test_a_filter_chooses_the_failed_jobs(planted: Planted) -> None:
    assert [one["exception"] for one in groups(planted.schema, "--host", "rig")] == ["KeyboardInterrupt"]


def test_a_pipe_gets_whole_values_with_tabs_between(planted: Planted) -> None:
    done = manage("jobs", "errors", "--schema", planted.schema)
    header, *rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [dict(zip(header, row, strict=True))["hosts"] for row in rows] == ['{"gpu1": 3}', '{"rig": 1}']


@pytest.mark.parametrize("columns", [60, 100, 200])
def test_a_terminal_shows_a_table_as_wide_as_it_is_with_whole_names_of_groups(planted: Planted, columns: int) -> None:
    lines = on_a_terminal("jobs", "errors", "--schema", planted.schema, columns=columns).end()
    assert (len(lines), max(map(len, lines)) <= columns) == (3, True)
    assert [line.split()[0] for line in lines[1:]] == [one["group"] for one in groups(planted.schema)]


def test_the_jobs_of_a_group_are_listed_and_cleared_by_its_name(planted: Planted) -> None:
    name = str(groups(planted.schema)[0]["group"])
    listed = manage("jobs", "--group", name, "--format", "ndjson")
    assert {json.loads(line)["host"] for line in listed.stdout.splitlines()} == {"gpu1"}
    others = ",".join(str(one["group"]) for one in groups(planted.schema))
    assert len(manage("jobs", "--group", others, "--format", "ndjson").stdout.splitlines()) == 4
    assert manage("jobs", "clear", "--group", name, "--yes").returncode == 0
    assert [one["exception"] for one in groups(planted.schema)] == ["KeyboardInterrupt"]
