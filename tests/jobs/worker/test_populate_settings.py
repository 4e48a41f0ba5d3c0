"""manage.py populate on a server that is set otherwise than most: its statements need no setting of their own."""

import pytest

from tests.lab import Lab
from tests.server import SERVER

MANY = {f"m{number:02}": "" for number in range(20)}
SETTINGS = [
    ("sql_select_limit", 3),
    ("sql_safe_updates", 1),
    ("completion_type", 1),
    ("completion_type", 2),
    ("autocommit", 0),
    ("sql_mode", "ANSI"),
    ("sql_mode", "NO_BACKSLASH_ESCAPES"),
]
SCORE = "tests.pipeline.Score"


@pytest.mark.parametrize(("name", "value"), SETTINGS)
def test_every_key_is_computed_in_one_run(lab: Lab, name: str, value: str | int) -> None:
    schema, module = lab.pipeline(recordings=MANY)
    with SERVER.set_for_everybody(name, value):
        ran = lab.populate(schema)
    assert ran.stdout.splitlines()[-1] == f"{SCORE}: 20 done, 0 failed, 0 skipped"
    assert (len(module.Score()), lab.jobs(schema)) == (20, {})


@pytest.mark.parametrize(("name", "value"), SETTINGS)
def test_an_error_is_written_down_and_stays(lab: Lab, name: str, value: str | int) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "value", "m2": ""})
    with SERVER.set_for_everybody(name, value):
        lab.populate(schema)
    assert lab.jobs(schema) == {"m1": "ValueError: the trace is empty"}


@pytest.mark.parametrize(("name", "value"), SETTINGS)
def test_a_make_that_cancels_its_transaction_leaves_its_error_behind(lab: Lab, name: str, value: str | int) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "cancels and fails"})
    with SERVER.set_for_everybody(name, value):
        lab.populate(schema)
    assert lab.jobs(schema) == {"m1": "ValueError: the trace is empty"}


@pytest.mark.parametrize(("name", "value"), SETTINGS)
def test_errors_are_left_alone_however_many_they_are(lab: Lab, name: str, value: str | int) -> None:
    schema, _ = lab.pipeline(recordings=dict.fromkeys(MANY, "value"))
    lab.populate(schema)
    with SERVER.set_for_everybody(name, value):
        ran = lab.populate(schema, "--dry-run")
    assert len([line for line in ran.stdout.splitlines() if line.startswith("  error subject=")]) == 20
