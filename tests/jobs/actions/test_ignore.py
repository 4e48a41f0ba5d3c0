"""Ignoring jobs, so that populate skips their keys, and un-ignoring them, so that it computes them."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from jobs.actions.ignore import IGNORE_JOB, UNIGNORE
from jobs.actions.outcome import ActionOutcome
from jobsite.activity.models import Act
from tests.jobs.acting import confirm_to, do, done_to_all_of, send_to
from tests.jobs.clearing import again, everything, says, selected, wait_a_second
from tests.jobs.older import SHAPES, TIME, declare
from tests.jobs.planting import Planted
from tests.lab import Lab
from tests.pages import look, notices, text_of
from tests.server import SERVER


@pytest.fixture(autouse=True)
def _updates(accounts: None) -> Iterator[None]:
    """The site's account may do what docs/grants.sql leaves to the lab."""
    with SERVER.granting("UPDATE"):
        yield


def scores(schema: str) -> list[str]:
    """Return the subjects that are computed."""
    return [subject for (subject,) in SERVER.sql(f"SELECT subject FROM `{schema}`.`__score` ORDER BY 1")]


def rows(schema: str, columns: str) -> list[tuple[object, ...]]:
    return SERVER.sql(f"SELECT {columns} FROM `{schema}`.`~jobs` ORDER BY table_name, key_hash")


# --- What becomes of the row ------------------------------------------------------------------------------------------


def test_populate_skips_an_ignored_key(lab: Lab, operator: Client) -> None:
    schema = lab.failed(m1="fixable")
    assert do(operator, "ignore", selected(operator, f"schema={schema}")) == ["Ignored 1 job."]
    assert lab.populate(schema, TEST_FIXED="1").returncode == 0
    assert (rows(schema, "status"), scores(schema)) == ([("ignore",)], [])


def test_datajoint_itself_skips_an_ignored_key(lab: Lab, operator: Client) -> None:
    schema, module = lab.pipeline(recordings={"m1": "value"})
    lab.compute(module)
    do(operator, "ignore", selected(operator, f"schema={schema}"))
    SERVER.sql(f"UPDATE `{schema}`.recording SET behaviour = ''")
    lab.compute(module)
    assert (rows(schema, "status"), scores(schema)) == ([("ignore",)], [])


def test_the_next_populate_computes_a_key_that_was_un_ignored(lab: Lab, operator: Client) -> None:
    schema = lab.failed(m1="fixable")
    do(operator, "ignore", selected(operator, f"schema={schema}"))
    assert do(operator, "unignore", selected(operator, f"schema={schema}&status=ignore")) == ["Un-ignored 1 job."]
    assert lab.populate(schema, TEST_FIXED="1").returncode == 0
    assert (rows(schema, "status"), scores(schema)) == ([], ["m1"])


def test_what_datajoint_ignored_is_un_ignored(lab: Lab, operator: Client) -> None:
    schema, module = lab.pipeline(recordings={"m1": ""})
    module.schema.jobs.ignore("__score", {"subject": "m1", "session": 1})
    assert do(operator, "unignore", selected(operator, f"schema={schema}&status=ignore")) == ["Un-ignored 1 job."]
    lab.compute(module)
    assert scores(schema) == ["m1"]


@pytest.mark.parametrize("charset", ["utf8mb4", "latin1"])
def test_message_and_stack_stay_to_be_read(lab: Lab, operator: Client, charset: str) -> None:
    schema = lab.failed(charset=charset, m1="value", é="value")
    kept = "`key`, error_message, error_stack, user, host, pid, connection_id"
    before = rows(schema, kept)
    assert do(operator, "ignore", selected(operator, f"schema={schema}")) == ["Ignored 2 jobs."]
    assert rows(schema, kept) == before


@pytest.mark.parametrize("time", [TIME, f"{TIME} ON UPDATE CURRENT_TIMESTAMP", "`timestamp` datetime(3) NULL"])
def test_the_time_is_that_of_the_act(lab: Lab, operator: Client, time: str) -> None:
    made = Planted(lab.schema(), f"CREATE TABLE {{}} ({SHAPES['MATLAB'].replace(TIME, time)})")
    made.row(timestamp="2026-01-01 00:00:00")
    do(operator, "ignore", selected(operator, f"schema={made.schema}"))
    assert rows(made.schema, "TIMESTAMPDIFF(MINUTE, `timestamp`, UTC_TIMESTAMP())") == [(0,)]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_job_of_an_older_table_is_ignored_and_un_ignored(lab: Lab, operator: Client, shape: str) -> None:
    schema = lab.schema()
    declare(schema, shape)
    SERVER.sql(f"INSERT INTO `{schema}`.`~jobs` (table_name, key_hash, status) VALUES ('__score', 'a', 'error')")
    assert do(operator, "ignore", selected(operator, f"schema={schema}")) == ["Ignored 1 job."]
    assert do(operator, "unignore", selected(operator, f"schema={schema}&status=ignore")) == ["Un-ignored 1 job."]


def test_an_abandoned_job_is_ignored_and_a_running_one_is_left_alone(lab: Lab, operator: Client) -> None:
    dead, alive = (lab.pipeline(recordings={"m1": "wait"})[0] for _ in range(2))
    lab.abandon(dead)
    wait_a_second()
    assert done_to_all_of(dead, operator, IGNORE_JOB) == ActionOutcome(done=1)
    assert rows(dead, "status") == [("ignore",)]
    lab.start_waiting(alive, user="bob")
    outcome = done_to_all_of(alive, operator, IGNORE_JOB)
    assert outcome.in_words(IGNORE_JOB) == (
        "Nothing was ignored. 1 was left alone (1 running): only a failed job, or a reserved one whose worker is gone, "
        "can be ignored."
    )
    assert rows(alive, "status") == [("reserved",)]


# --- The guard --------------------------------------------------------------------------------------------------------


def test_all_that_match_are_those_that_the_person_saw(planted: Planted, operator: Client) -> None:
    Group.objects.get(name="operator").permissions.remove(Permission.objects.get(codename="clear_job"))
    planted.row(key_hash="1", error_message="ValueError: pass the fish", timestamp="2026-01-01")
    planted.row(key_hash="2", error_message="password=sw0rdfish", timestamp="2026-01-01")
    planted.row(key_hash="3", error_message="ValueError: a fish", timestamp="2026-01-01")
    form = everything(operator, f"schema={planted.schema}&status=error&message=fish")
    assert text_of(confirm_to(operator, "ignore", form).h1) == "Ignore 1 job?"
    assert do(operator, "ignore", form) == ["Ignored 1 job."]
    assert rows(planted.schema, "status") == [("error",), ("error",), ("ignore",)]


def test_an_error_that_was_replaced_by_a_new_one_is_not_ignored(lab: Lab, operator: Client) -> None:
    schema, module = lab.pipeline(recordings={"m1": "value"})
    lab.compute(module)
    confirmed = confirm_to(operator, "ignore", selected(operator, f"schema={schema}"))
    wait_a_second()
    again(module, "m1", "another error")
    said = notices(look(operator, send_to(operator, "ignore", confirmed).headers["Location"]))
    assert said == ["Nothing was ignored. 1 changed meanwhile and was left alone."]
    assert rows(schema, "status") == [("error",)]


def test_a_key_that_is_reserved_by_now_is_not_ignored(lab: Lab, operator: Client) -> None:
    schema, module = lab.pipeline(recordings={"m1": "value"})
    lab.compute(module)
    confirmed = confirm_to(operator, "ignore", selected(operator, f"schema={schema}"))
    key = {"subject": "m1", "session": 1}
    module.schema.jobs.complete("__score", key)
    module.schema.jobs.reserve("__score", key)
    said = notices(look(operator, send_to(operator, "ignore", confirmed).headers["Location"]))
    assert said == ["Nothing was ignored. 1 changed meanwhile and was left alone."]


def test_of_those_that_are_done_changed_and_gone_each_is_counted_once(lab: Lab, operator: Client) -> None:
    schema, module = lab.pipeline(recordings=dict.fromkeys(["m1", "m2", "m3", "m4"], "value"))
    lab.compute(module)
    confirmed = confirm_to(operator, "ignore", selected(operator, f"schema={schema}"))
    wait_a_second()
    again(module, "m1", "another error")
    module.schema.jobs.complete("__score", {"subject": "m2", "session": 1})
    said = notices(look(operator, send_to(operator, "ignore", confirmed).headers["Location"]))
    assert said == ["Ignored 2 jobs. 1 changed meanwhile and was left alone. 1 was gone already."]


def test_what_another_person_ignored_after_the_list_was_read_is_not_cleared(lab: Lab, operator: Client) -> None:
    schema = lab.failed(m1="value")
    form = everything(operator, f"schema={schema}")
    do(operator, "ignore", selected(operator, f"schema={schema}"))
    assert do(operator, "clear", form) == ["Nothing was cleared."]
    assert rows(schema, "status") == [("ignore",)]


# --- Statuses that cannot take it -------------------------------------------------------------------------------------


@pytest.fixture
def mixed(lab: Lab) -> str:
    """A schema with an error, an ignored job, and one that is reserved by nobody knows whom."""
    made = Planted(lab.schema())
    for status in ("error", "ignore", "reserved"):
        made.row(status=status, key_hash=status, timestamp="2026-01-01 00:00:00", connection_id=0)
    return made.schema


def test_selected_jobs_of_another_status_are_left_alone_and_counted(mixed: str, operator: Client) -> None:
    found = confirm_to(operator, "ignore", selected(operator, f"schema={mixed}"))
    why = "only a failed job, or a reserved one whose worker is gone, can be ignored."
    assert text_of(found.h1) == "Ignore 1 job?"
    assert says(found)[:2] == [
        "1 failed: populate skips the key from now on. The error and its stack stay to be read.",
        f"2 are left alone (1 cannot tell, 1 ignored): {why}",
    ]
    said = notices(look(operator, send_to(operator, "ignore", found).headers["Location"]))
    assert said == [f"Ignored 1 job. 2 were left alone (1 cannot tell, 1 ignored): {why}"]


def test_all_that_match_of_another_status_are_left_alone_and_counted(mixed: str, operator: Client) -> None:
    said = do(operator, "unignore", everything(operator, f"schema={mixed}"))
    why = "only an ignored job can be un-ignored."
    assert said == [f"Un-ignored 1 job. 2 were left alone (1 failed, 1 reserved): {why}"]
    assert rows(mixed, "status") == [("error",), ("reserved",)]


def test_all_that_match_are_ignored_after_their_number_was_typed(lab: Lab, many: str, operator: Client) -> None:
    form = everything(operator, f"schema={many}&status=error")
    assert do(operator, "ignore", form, typed="51") == ["Ignored 51 jobs."]
    assert set(rows(many, "status")) == {("ignore",)}


# --- The record -------------------------------------------------------------------------------------------------------


def test_the_record_has_a_line_for_each(lab: Lab, operator: Client) -> None:
    schema = lab.failed(m1="value")
    done_to_all_of(schema, operator, IGNORE_JOB)
    done_to_all_of(schema, operator, UNIGNORE)
    kept = Act.objects.order_by("pk").values_list("username", "verb", "outcome")
    assert list(kept) == [("root", "ignore", "Ignored 1 job."), ("root", "unignore", "Un-ignored 1 job.")]
