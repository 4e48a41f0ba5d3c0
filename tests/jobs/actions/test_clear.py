"""Clearing jobs: what is cleared, the confirm page, and the number that has to be typed."""

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.jobs.clearing import (
    CLEAR,
    CONFIRM,
    JOBS,
    again,
    clear_all,
    confirm,
    everything,
    gone_quiet,
    post,
    says,
    selected,
    wait_a_second,
)
from tests.lab import Lab, eventually, load_pipeline
from tests.pages import cells, fields, look, notices, page, text_of
from tests.server import SERVER
from tests.statements import verbs

# --- What is cleared --------------------------------------------------------------------------------------------------


def test_one_job_is_cleared_from_its_own_page(lab: Lab, operator: Client) -> None:
    schema = lab.failed()
    link = look(operator, f"{JOBS}?schema={schema}&message=empty").select_one('td[data-label="Table"] a')
    assert link is not None
    form = fields(look(operator, str(link["href"])), CONFIRM)
    assert clear_all(operator, form) == ["Cleared 1 job."]
    assert lab.jobs(schema) == {"m2": "OwnError: no spikes: Überlänge 🧠"}


def test_only_the_selected_jobs_are_cleared(lab: Lab, operator: Client) -> None:
    schema = lab.failed(m1="value", m2="value", m3="value")
    form = selected(operator, f"schema={schema}&sort=age")
    assert clear_all(operator, {**form, "job": form["job"][:2]}) == ["Cleared 2 jobs."]
    assert len(lab.jobs(schema)) == 1


def test_all_that_match_are_cleared_and_nothing_else(lab: Lab, operator: Client) -> None:
    schema = lab.failed(m1="value", m2="value", m3="chained")
    assert clear_all(operator, everything(operator, f"schema={schema}&message=EMPTY")) == ["Cleared 2 jobs."]
    assert lab.jobs(schema) == {"m3": "OwnError: no spikes: Überlänge 🧠"}


def test_what_grows_old_enough_after_the_list_was_read_is_not_cleared(lab: Lab, operator: Client) -> None:
    schema = lab.failed(m1="value")
    query = f"schema={schema}&older=2s"
    eventually(lambda: len(rows_of(operator, query)) == 1, "the first job to be old enough")
    module = load_pipeline(schema)
    again(module, "m2", "younger")
    form = everything(operator, query)
    eventually(lambda: len(rows_of(operator, query)) == 2, "the second job to be old enough")
    assert clear_all(operator, form) == ["Cleared 1 job."]
    assert lab.jobs(schema) == {"m2": "younger"}


def rows_of(browser: Client, query: str) -> list[str]:
    return cells(look(browser, f"{JOBS}?{query}"), "Message")


def test_all_that_match_are_cleared_in_every_schema(lab: Lab, operator: Client) -> None:
    made = [lab.pipeline(charset=charset) for charset in ("latin1", "utf8mb4")]
    for _, module in made:
        again(module, "m1", "unlike any other")
    form = everything(operator, "message=unlike+any+other&status=error&table=__score")
    assert clear_all(operator, form) == ["Cleared 2 jobs."]
    assert [lab.jobs(schema) for schema, _ in made] == [{}, {}]


def test_an_ignored_key_is_no_longer_skipped(lab: Lab, operator: Client) -> None:
    schema, module = lab.pipeline(recordings={"m1": ""})
    module.schema.jobs.ignore("__score", {"subject": "m1", "session": 1})
    form = selected(operator, f"schema={schema}&status=ignore")
    assert says(confirm(operator, form))[0] == "1 ignored: the key is no longer skipped."
    clear_all(operator, form)
    assert lab.jobs(schema) == {}


def test_a_job_of_an_odd_table_name_is_cleared(lab: Lab, operator: Client) -> None:
    schema, module = lab.pipeline()
    for name in ("pkg.Class", "a/b|c`d%s\\e'f", "", "..", "<b>", "blank ", "\u202eabc"):
        module.schema.jobs.error(name, {"subject": "m1"}, "odd")
    assert clear_all(operator, selected(operator, f"schema={schema}")) == ["Cleared 7 jobs."]


def test_a_cleared_key_is_computed_again_by_the_next_populate(lab: Lab, operator: Client) -> None:
    schema = lab.failed(m1="fixable")
    assert lab.jobs(schema) == {"m1": "RuntimeError: the settings file is missing"}
    clear_all(operator, selected(operator, f"schema={schema}"))
    worker = lab.populate(schema, TEST_FIXED="1")
    assert worker.returncode == 0, worker.stderr
    assert lab.jobs(schema) == {}
    assert SERVER.sql(f"SELECT subject, score FROM `{schema}`.`__score`") == [("m1", 1.0)]


# --- The confirm page -------------------------------------------------------------------------------------------------


def test_confirming_changes_nothing(lab: Lab, operator: Client) -> None:
    schema = lab.failed()
    form = selected(operator, f"schema={schema}")
    with CaptureQueriesContext(connections["lab"]) as asked:
        confirm(operator, form)
    assert verbs(asked) <= {"SELECT", "SHOW"}
    assert len(lab.jobs(schema)) == 2


def test_the_confirm_page_says_what_will_happen_and_whose_jobs_they_are(lab: Lab, operator: Client) -> None:
    found = confirm(operator, selected(operator, f"schema={lab.failed()}"))
    assert text_of(found.h1) == "Clear 2 jobs?"
    assert says(found) == [
        "2 failed: the error and its stack are deleted, and the next populate computes the key again.",
        "Worked on by alice.",
    ]
    assert sorted(cells(found, "Key")) == ["subject= m1 session= 1", "subject= m2 session= 1"]


def test_the_confirm_page_reads_the_rows_again(lab: Lab, operator: Client) -> None:
    schema, module = lab.pipeline(recordings={"m1": "value", "m2": "value", "m3": "value"})
    lab.compute(module)
    form = selected(operator, f"schema={schema}")
    wait_a_second()
    again(module, "m1", "another error")
    module.schema.jobs.complete("__score", {"subject": "m2", "session": 1})
    found = confirm(operator, form)
    assert text_of(found.h1) == "Clear 1 job?"
    assert says(found)[1:3] == ["1 changed since you looked: left alone.", "1 gone already."]
    assert cells(found, "Key") == ["subject= m3 session= 1"]


def test_when_nothing_is_left_there_is_no_button(lab: Lab, operator: Client) -> None:
    schema = lab.failed()
    form = selected(operator, f"schema={schema}")
    clear_all(operator, form)
    found = confirm(operator, form)
    assert found.select('form.confirm button[type="submit"]') == []
    assert text_of(found.h1) == "Nothing to clear"
    assert "There is nothing left to clear." in text_of(found.select_one("form.confirm"))


def test_selecting_nothing_says_so_and_keeps_the_filter(failed_jobs: str, operator: Client) -> None:
    form = {**selected(operator, f"schema={failed_jobs}&status=error"), "job": []}
    response = operator.post(CONFIRM, form)
    assert response.headers["Location"] == f"{JOBS}?status=error&schema={failed_jobs}"
    assert notices(look(operator, JOBS)) == ["No job was selected: select the jobs to clear, or clear all that match."]


def test_the_filter_stays_after_clearing(lab: Lab, operator: Client) -> None:
    schema = lab.failed()
    response = post(operator, confirm(operator, selected(operator, f"schema={schema}&message=empty&sort=-table")))
    assert response.headers["Location"] == f"{JOBS}?schema={schema}&message=empty&sort=-table"


# --- Typing the number ------------------------------------------------------------------------------------------------


def test_for_more_than_fifty_the_number_has_to_be_typed(lab: Lab, many: str, operator: Client) -> None:
    found = confirm(operator, everything(operator, f"schema={many}"))
    assert found.select_one('input[name="typed"]') is not None
    assert text_of(found.select_one("form.confirm > p:last-child")) == "50 of 51 are shown."
    response = post(operator, found, typed="51")
    assert notices(look(operator, response.headers["Location"])) == ["Cleared 51 jobs."]
    assert lab.jobs(many) == {}


@pytest.mark.parametrize("typed", ["", "50", "all"])
def test_a_wrong_number_clears_nothing(failed_jobs: str, operator: Client, typed: str) -> None:
    form = {**selected(operator, f"schema={failed_jobs}"), "needs_number": ["1"], "expected": ["2"], "typed": [typed]}
    response = operator.post(CLEAR, form)
    assert response.status_code == 409
    assert notices(page(response)) == ["Nothing was cleared: type 2 to confirm."]
    assert len(cells(look(operator, f"{JOBS}?schema={failed_jobs}"), "Table")) == 2


def test_a_running_job_takes_the_number_and_an_abandoned_one_does_not(lab: Lab, operator: Client) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    worker = lab.start_waiting(schema, user="bob")
    form = selected(operator, f"schema={schema}")
    found = confirm(operator, form)
    assert "1 of them may be running" in says(found)[1]
    assert found.select_one('input[name="typed"]') is not None
    worker.kill()
    worker.wait()
    found = eventually(lambda: gone_quiet(operator, form), "the reservation to be abandoned")
    response = post(operator, found)
    assert notices(look(operator, response.headers["Location"])) == ["Cleared 1 job."]


def test_a_running_job_takes_the_number_whatever_the_form_says_of_itself(lab: Lab, operator: Client) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    lab.start_waiting(schema, user="bob")
    sent = fields(confirm(operator, selected(operator, f"schema={schema}")), CLEAR)
    response = operator.post(CLEAR, {**sent, "needs_number": ""})
    assert response.status_code == 409
    assert notices(page(response)) == ["Nothing was cleared: type 1 to confirm."]
    assert lab.jobs(schema) == {"m1": "reserved"}


def test_an_abandoned_job_whose_worker_is_back_is_not_cleared(lab: Lab, operator: Client) -> None:
    schema = lab.pipeline(recordings={"m1": "wait"})[0]
    lab.abandon(schema)
    form = selected(operator, f"schema={schema}")
    confirmed = eventually(lambda: gone_quiet(operator, form), "the reservation to be abandoned")
    lab.idle("bob")  # from the same machine: it may be the same worker, connected again
    response = post(operator, confirmed)
    assert response.status_code == 409
    assert notices(page(response)) == [
        "Nothing was cleared: a job that looked abandoned may be running by now. Check again before you confirm."
    ]
    assert lab.jobs(schema) == {"m1": "reserved"}


def test_of_all_that_match_every_reserved_job_is_looked_at(lab: Lab, operator: Client) -> None:
    failed = {f"f{number:02}": "value" for number in range(51)}
    schema = lab.failed(**failed)
    SERVER.sql(f"INSERT INTO `{schema}`.recording VALUES ('m1', 1, 'wait')")
    lab.abandon(schema)
    SERVER.sql(f"UPDATE `{schema}`.`~jobs` SET timestamp = timestamp - INTERVAL 1 DAY WHERE status = 'reserved'")
    reserved = f"schema={schema}&status=reserved"
    eventually(lambda: gone_quiet(operator, selected(operator, reserved)), "it to be abandoned")
    said = says(confirm(operator, everything(operator, f"schema={schema}")))
    assert said[2:3] == ["1 of them is abandoned: the worker is gone."]


def test_one_that_is_back_is_noticed_although_as_many_run_as_before(lab: Lab, operator: Client) -> None:
    schema = lab.pipeline(recordings={"m1": "wait"})[0]
    lab.start_waiting(schema, user="bob")
    form = selected(operator, f"schema={schema}")
    confirmed = fields(confirm(operator, form), CLEAR)
    response = operator.post(CLEAR, {**confirmed, "typed": "1", "abandoned": form["job"]})
    assert response.status_code == 409
    assert lab.jobs(schema) == {"m1": "reserved"}
