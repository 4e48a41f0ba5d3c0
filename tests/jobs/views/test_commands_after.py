"""After an act that frees keys: the command that computes just these again, on the next page and in the record."""

import shlex

import pytest
from django.test import Client

from jobs.actions.clear import CLEAR
from jobs.listing.copying import MOST_KEYS
from jobsite.activity.models import Act
from tests.jobs.acting import do, done_to_all_of
from tests.jobs.clearing import CLEAR as CLEAR_ADDRESS
from tests.jobs.clearing import JOBS, confirm, everything, post, selected
from tests.jobs.packing import Packed
from tests.jobs.planting import Planted
from tests.lab import Lab
from tests.pages import fields, look
from tests.server import SERVER

ALL_OF_SCORE = (
    "python manage.py populate YOUR_MODULE.Score  # every key without a job, also those that were never tried"
)


def commands_after(client: Client, form: dict[str, list[str]]) -> list[str]:
    """Clear what a list sends; return the lines to copy on the page that follows."""
    confirmed = confirm(client, form)
    typed = {"typed": fields(confirmed, CLEAR_ADDRESS)["expected"][0]}
    found = look(client, post(client, confirmed, **typed).headers["Location"])
    return [line.get_text() for line in found.select(".commands .copy code")]


def options_of(line: str) -> list[str]:
    """Return what stands behind the table in a command, as a shell reads it."""
    return shlex.split(line, comments=True)[4:]


def test_the_command_computes_what_was_cleared_and_nothing_else(lab: Lab, operator: Client) -> None:
    schema, module = lab.pipeline(recordings={"m'1": "fixable", "m%2": "fixable", "m3": "fixable"})
    lab.compute(module)
    module.Recording.insert1({"subject": "never tried", "session": 1, "behaviour": ""})
    form = selected(operator, f"schema={schema}")
    (line,) = commands_after(operator, {**form, "job": form["job"][:2]})
    left = lab.jobs(schema)
    done = lab.populate(schema, *options_of(line), TEST_FIXED="1")
    assert done.returncode == 0, done.stderr
    assert set(module.Score.fetch("subject")) == {"m'1", "m%2", "m3"} - set(left)


def test_one_job_has_the_command_of_its_page(lab: Lab, operator: Client) -> None:
    schema = lab.failed(m1="value")
    page = look(operator, f"{JOBS}?schema={schema}").select_one('td[data-label="Table"] a')
    assert page is not None
    lines = [line.get_text() for line in look(operator, str(page["href"])).select(".copy code")]
    assert commands_after(operator, selected(operator, f"schema={schema}")) == lines[1:]


def test_the_record_keeps_the_command(lab: Lab, operator: Client) -> None:
    schema = lab.failed(m1="value", m2="value")
    commands = commands_after(operator, selected(operator, f"schema={schema}"))
    act = Act.objects.get()
    assert act.commands.splitlines() == commands
    found = look(operator, f"{JOBS}acts/{act.pk}/")
    assert [line.get_text() for line in found.select(".copy code")] == commands


def test_each_table_has_a_command(planted: Planted, packed: Packed, operator: Client) -> None:
    for name in ("__score", "_loaded", "session", "package.Class"):
        planted.row(table_name=name, key=packed({"subject": "m1"}))
    lines = commands_after(operator, selected(operator, f"schema={planted.schema}"))
    assert [line.split()[3] for line in lines] == ["YOUR_MODULE.Score", "YOUR_MODULE.Loaded"]


@pytest.mark.parametrize(("count", "letters"), [(MOST_KEYS + 1, 1), (5, 1000)])
def test_of_too_many_keys_it_is_the_command_of_the_table_and_says_what_else_it_computes(
    planted: Planted, packed: Packed, operator: Client, count: int, letters: int
) -> None:
    planted.failed(count)
    SERVER.sql(f"UPDATE {planted.where} SET `key` = %s", [packed({"subject": "m" * letters})])
    form = everything(operator, f"schema={planted.schema}&table=__score")
    assert commands_after(operator, form) == [ALL_OF_SCORE]


@pytest.mark.parametrize("key", [None, b"broken"])
def test_a_key_that_cannot_be_read_takes_the_command_of_the_table(
    planted: Planted, operator: Client, key: bytes | None
) -> None:
    planted.row(key=key)
    assert commands_after(operator, selected(operator, f"schema={planted.schema}")) == [ALL_OF_SCORE]


def test_keys_of_different_attributes_take_the_command_of_the_table(
    planted: Planted, packed: Packed, operator: Client
) -> None:
    for number, key in enumerate([{"subject": "m1"}, {"subject": "m1", "session": 1}]):
        planted.row(key_hash=f"{number:032}", key=packed(key))
    assert commands_after(operator, selected(operator, f"schema={planted.schema}")) == [ALL_OF_SCORE]


def test_a_key_with_a_secret_is_in_no_command(planted: Planted, packed: Packed, operator: Client) -> None:
    planted.row(key=packed({"path": "https://anna:geheim1@lab.org/x"}))
    assert commands_after(operator, selected(operator, f"schema={planted.schema}")) == [ALL_OF_SCORE]


def test_where_nothing_was_cleared_there_is_no_command(lab: Lab, operator: Client) -> None:
    schema = lab.failed(m1="value")
    confirmed = confirm(operator, selected(operator, f"schema={schema}"))
    SERVER.sql(f"UPDATE `{schema}`.`~jobs` SET timestamp = timestamp - INTERVAL 1 HOUR")
    found = look(operator, post(operator, confirmed).headers["Location"])
    assert found.select(".commands") == []


def test_a_retried_job_has_its_command_too(lab: Lab, operator: Client) -> None:
    schema = lab.failed(m1="value")
    assert do(operator, "retry", selected(operator, f"schema={schema}")) == ["Cleared 1 job."]
    assert options_of(Act.objects.get().commands) == ["--restrict", '`subject`="m1"', "--restrict", "`session`=1"]


def test_ignoring_frees_no_key(lab: Lab, operator: Client) -> None:
    schema = lab.failed(m1="value")
    with SERVER.granting("UPDATE"):
        do(operator, "ignore", selected(operator, f"schema={schema}"))
    assert Act.objects.get().commands == ""


def test_an_act_of_a_command_line_is_recorded_with_it(lab: Lab, operator: Client) -> None:
    schema = lab.failed(m1="value")
    outcome = done_to_all_of(schema, operator, CLEAR)
    assert outcome.commands == Act.objects.get().commands != ""
