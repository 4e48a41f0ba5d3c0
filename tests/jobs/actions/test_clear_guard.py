"""Clearing jobs: what changed is left alone, who may, forms made by hand, and what the server does not allow."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jobs.actions.clear import CLEAR as CLEAR_JOBS
from jobs.actions.outcome import ActionOutcome
from jobs.actions.perform import act_on_chunk
from jobs.layouts.schema_wide import SchemaWide
from jobs.listing.filters import JobFilter
from jobs.snapshots import JobSnapshot
from tests.cast import person
from tests.jobs.clearing import (
    CLEAR,
    CONFIRM,
    JOBS,
    NOW,
    again,
    clear,
    clear_all,
    clear_matching,
    confirm,
    everything,
    post,
    says,
    selected,
    snapshots_of,
    wait_a_second,
)
from tests.jobs.tables import jobs_table, reading_of
from tests.lab import Lab
from tests.pages import cells, look, notices, page, text_of
from tests.server import EVERY_SCHEMA, SERVER

# --- The guard --------------------------------------------------------------------------------------------------------


def test_an_error_that_was_replaced_by_a_new_one_is_left_alone(lab: Lab, operator: Client) -> None:
    schema, module = lab.pipeline(recordings={"m1": "value"})
    lab.compute(module)
    confirmed = confirm(operator, selected(operator, f"schema={schema}"))
    wait_a_second()
    again(module, "m1", "another error")
    response = post(operator, confirmed)
    assert notices(look(operator, response.headers["Location"])) == [
        "Nothing was cleared. 1 changed meanwhile and was left alone."
    ]
    assert lab.jobs(schema) == {"m1": "another error"}


def test_a_key_that_is_reserved_by_now_is_left_alone(lab: Lab, operator: Client) -> None:
    schema, module = lab.pipeline(recordings={"m1": "value"})
    lab.compute(module)
    confirmed = confirm(operator, selected(operator, f"schema={schema}"))
    key = {"subject": "m1", "session": 1}
    module.schema.jobs.complete("__score", key)
    module.schema.jobs.reserve("__score", key)
    response = post(operator, confirmed)
    assert notices(look(operator, response.headers["Location"])) == [
        "Nothing was cleared. 1 changed meanwhile and was left alone."
    ]
    assert lab.jobs(schema) == {"m1": "reserved"}


def test_rows_that_came_or_changed_after_the_list_was_read_are_left_alone(lab: Lab, operator: Client) -> None:
    schema, module = lab.pipeline(recordings={"m1": "value", "m2": "value", "m3": "value"})
    module.Score.populate("subject < 'm3'", reserve_jobs=True, suppress_errors=True)
    form = everything(operator, f"schema={schema}")
    lab.compute(module)
    again(module, "m1", "another error")
    confirmed = confirm(operator, form)
    assert says(confirmed)[1] == "2 changed since you looked, or came later: left alone."
    response = post(operator, confirmed)
    assert notices(look(operator, response.headers["Location"])) == ["Cleared 1 job."]
    assert lab.jobs(schema) == {"m1": "another error", "m3": "ValueError: the trace is empty"}


def test_when_more_jobs_match_by_now_than_were_confirmed_nothing_is_cleared(lab: Lab, operator: Client) -> None:
    schema = lab.failed(m1="value")
    confirmed = confirm(operator, everything(operator, f"schema={schema}"))
    plant_as_old_as_the_others(schema)
    response = post(operator, confirmed)
    assert response.status_code == 409
    assert notices(page(response)) == ["Nothing was cleared: it would be 2 jobs by now, not 1. Look again."]
    assert len(SERVER.sql(f"SELECT 1 FROM `{schema}`.`~jobs`")) == 2


def test_a_table_of_another_shape_that_is_a_jobs_table_by_now_is_left_alone(lab: Lab, operator: Client) -> None:
    (whole, one), (mended, other) = lab.pipeline(), lab.pipeline()
    for module in (one, other):
        again(module, "m1", "one of two")
    form = everything(operator, "message=one+of+two")
    SERVER.sql(f"ALTER TABLE `{mended}`.`~jobs` RENAME COLUMN status TO state")
    confirmed = confirm(operator, form)
    SERVER.sql(f"ALTER TABLE `{mended}`.`~jobs` RENAME COLUMN state TO status")
    post(operator, confirmed)
    assert (lab.jobs(whole), len(lab.jobs(mended))) == ({}, 1)


def plant_as_old_as_the_others(schema: str) -> None:
    """Write a job with the time of one that is there."""
    SERVER.sql(
        f"INSERT INTO `{schema}`.`~jobs` (table_name, key_hash, status, timestamp) "
        f"SELECT '__score', 'planted', 'error', timestamp FROM `{schema}`.`~jobs` LIMIT 1"
    )


def test_of_two_people_who_clear_the_same_the_second_is_told(lab: Lab, operator: Client, admin: Client) -> None:
    schema = lab.failed()
    first, second = (confirm(client, selected(client, f"schema={schema}")) for client in (operator, admin))
    response = post(operator, first)
    assert notices(look(operator, response.headers["Location"])) == ["Cleared 2 jobs."]
    response = post(admin, second)
    assert notices(look(admin, response.headers["Location"])) == ["Nothing was cleared. 2 were gone already."]


def test_two_who_clear_at_the_same_moment_clear_each_job_once(lab: Lab, operator: Client) -> None:
    schema = lab.failed(**{f"m{number}": "value" for number in range(30)})
    seen, layout = snapshots_of(schema, operator), SchemaWide(jobs_table(schema))

    def clear_one_by_one(jobs: Iterable[JobSnapshot]) -> ActionOutcome:
        try:
            return sum((act_on_chunk(CLEAR_JOBS, layout, [job.row]) for job in jobs), ActionOutcome())
        finally:
            connections["lab"].close()

    with ThreadPoolExecutor() as people:
        outcomes = list(people.map(clear_one_by_one, [seen, seen[::-1]]))
    assert sum(outcomes, ActionOutcome()) == ActionOutcome(done=30, gone=30)


def test_the_same_job_selected_twice_is_counted_once(lab: Lab, operator: Client) -> None:
    form = selected(operator, f"schema={lab.failed(m1='value')}")
    assert clear_all(operator, {**form, "job": form["job"] * 2}) == ["Cleared 1 job."]


# --- Who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [CONFIRM, CLEAR])
@pytest.mark.parametrize("name", ["viewer", "stranger"])
def test_who_may_not_clear_is_refused_and_nothing_changes(
    failed_jobs: str, operator: Client, request: pytest.FixtureRequest, name: str, address: str
) -> None:
    response = request.getfixturevalue(name).post(address, selected(operator, f"schema={failed_jobs}"))
    assert response.status_code == 403
    assert "ask an admin" in text_of(page(response).main)
    assert len(cells(look(operator, f"{JOBS}?schema={failed_jobs}"), "Table")) == 2


@pytest.mark.parametrize("address", [CONFIRM, CLEAR])
def test_who_may_not_clear_is_refused_before_the_server_is_asked_or_the_form_is_read(
    accounts: None, viewer: Client, address: str
) -> None:
    for form in FORMS_NO_PAGE_MADE:
        with CaptureQueriesContext(connections["lab"]) as asked:
            response = viewer.post(address, form)
        assert (response.status_code, len(asked)) == (403, 0)


@pytest.mark.parametrize("address", [CONFIRM, CLEAR])
def test_who_may_not_clear_is_refused_also_where_the_server_lets_nobody_in(
    accounts: None, viewer: Client, address: str
) -> None:
    with SERVER.site_as("nobody_of_this_name"):
        assert viewer.post(address, {"job": "a|~jobs|b|c|error|"}).status_code == 403


@pytest.mark.parametrize("address", [CONFIRM, CLEAR])
def test_nobody_in_particular_has_to_log_in(
    failed_jobs: str, operator: Client, anonymous: Client, address: str
) -> None:
    response = anonymous.post(address, selected(operator, f"schema={failed_jobs}"))
    assert response.headers["Location"] == f"/login/?next={address}"


@pytest.mark.parametrize("address", [CONFIRM, CLEAR])
def test_a_get_never_clears(failed_jobs: str, operator: Client, address: str) -> None:
    assert operator.get(address, selected(operator, f"schema={failed_jobs}")).status_code == 405


@pytest.mark.parametrize("address", [CONFIRM, CLEAR])
def test_a_form_from_elsewhere_is_refused(failed_jobs: str, db: None, address: str) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(person("otto", "operator"))
    response = careful.post(
        address, selected(careful, f"schema={failed_jobs}"), headers={"origin": "http://evil.example"}
    )
    assert response.status_code == 403
    assert "did not come from a page of Jobsite" in text_of(page(response).main)


def test_a_form_with_its_own_token_is_taken(lab: Lab, db: None) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(person("otto", "operator"))
    assert clear_all(careful, selected(careful, f"schema={lab.failed()}")) == ["Cleared 2 jobs."]


@pytest.mark.parametrize("name", ["viewer", ""])
def test_the_function_that_clears_refuses_by_itself(failed_jobs: str, operator: Client, name: str) -> None:
    who = person("vic", "viewer") if name else AnonymousUser()
    with pytest.raises(PermissionDenied):
        clear(snapshots_of(failed_jobs, operator), reading_of([failed_jobs]), who)
    with pytest.raises(PermissionDenied):
        clear_matching(JobFilter({"schema": failed_jobs}), reading_of([failed_jobs]), NOW, who)


def test_a_person_who_is_inactive_clears_nothing(failed_jobs: str, operator: Client) -> None:
    who = person("ina", "operator")
    who.is_active = False
    with pytest.raises(PermissionDenied):
        clear(snapshots_of(failed_jobs, operator), reading_of([failed_jobs]), who)


# --- Forms made by hand -----------------------------------------------------------------------------------------------


FORMS_NO_PAGE_MADE: list[dict[str, str]] = [
    {"job": "garbage"},
    {"job": "a|~jobs|b|c|error"},
    {"job": "a|~jobs|b|c|error|not-a-time"},
    {"job": "a|~jobs|b|c|error|2026-01-04T00:00:00"},  # without a zone
    {"job": "a|~jobs|b|c|error|0001-01-01T00:00:00+14:00"},  # before the calendar
    {"job": "a|~jobs|b|c|error|9999-12-31T23:59:59-14:00"},
    {"all": "1"},
    {"all": "1", "as_of": "yesterday"},
    {"all": "1", "as_of": "2026-01-04T00:00:00"},
    {"job": "a|~jobs|b|c|error|", "expected": "many"},
    {"job": "a|~jobs|b|c|error|", "expected": "9" * 5000},
    {"job": "a|~jobs|b|c|error|", "abandoned": "a|b|c|error|"},
    {"job": "a|~jobs|b|c|error|", "left_out": "a"},
]


@pytest.mark.parametrize("address", [CONFIRM, CLEAR])
def test_a_form_that_no_page_made_is_answered_with_a_sentence(accounts: None, operator: Client, address: str) -> None:
    responses = [operator.post(address, form) for form in FORMS_NO_PAGE_MADE]
    assert [response.status_code for response in responses] == [400] * len(FORMS_NO_PAGE_MADE)
    assert {text_of(page(response).select_one(".card p")) for response in responses} == {
        "This form is not one that a jobs page made: go back to the list and select again."
    }


def test_everything_under_a_filter_that_cannot_be_read_is_refused(failed_jobs: str, operator: Client) -> None:
    form = {"all": "1", "filter": "newer=soon", "as_of": "2026-01-04T00:00:00+00:00"}
    response = operator.post(CLEAR, form)
    assert response.status_code == 400
    assert "“soon” is not a length of time" in text_of(page(response).main)


@pytest.mark.parametrize("schema", ["mysql", "lab_none", "information_schema", "x`.`y", ""])
def test_a_schema_without_a_jobs_table_is_never_touched(accounts: None, operator: Client, schema: str) -> None:
    token = JobSnapshot(schema, "__score", "0" * 32, "error", NOW).token
    with CaptureQueriesContext(connections["lab"]) as asked:
        assert clear_all(operator, {"job": [token]}) == ["Nothing was cleared. 1 was gone already."]
    assert [query["sql"] for query in asked if "DELETE" in query["sql"]] == []


@pytest.mark.parametrize("charset", ["utf8mb4", "latin1"])
def test_names_that_a_column_could_not_hold_are_gone(lab: Lab, operator: Client, charset: str) -> None:
    schema = lab.failed(charset=charset, m1="value")
    names = ["🧠", "\x00", "'", "a" * 10_000, "%s", "\\"]
    form = {"job": [JobSnapshot(schema, name, name, "error", NOW).token for name in names]}
    assert clear_all(operator, form) == ["Nothing was cleared. 6 were gone already."]


def test_times_that_a_timestamp_could_not_hold_are_taken_calmly(failed_jobs: str, operator: Client) -> None:
    timestamps = [datetime(year, 6, 1, tzinfo=timezone.utc) for year in (1, 1969, 9999)]
    form = {"job": [JobSnapshot(failed_jobs, "__score", "0" * 32, "error", when).token for when in timestamps]}
    assert clear_all(operator, form) == ["Nothing was cleared. 3 were gone already."]


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_all_up_to_an_odd_second_is_taken_calmly(failed_jobs: str, operator: Client, year: str) -> None:
    for ages in ("", "&older=1w", "&newer=100w"):
        form = {"all": ["1"], "filter": [f"schema={failed_jobs}{ages}"], "as_of": [f"{year}-01-04T00:00:00+00:00"]}
        assert operator.post(CONFIRM, form).status_code == 200


# --- What the server does not allow -----------------------------------------------------------------------------------


def test_a_missing_delete_grant_is_named(lab: Lab, operator: Client) -> None:
    schema = lab.failed()
    confirmed = confirm(operator, selected(operator, f"schema={schema}"))
    with SERVER.without("DELETE", on=EVERY_SCHEMA):
        said, *_ = notices(look(operator, post(operator, confirmed).headers["Location"]))
    grant = f"GRANT DELETE ON `{schema}`.`~jobs` TO 'jobsite_test'@'%';"
    assert said == f"Nothing was cleared. 2 could not be cleared, the server asks for a privilege: {grant}"
    assert len(lab.jobs(schema)) == 2


def test_what_may_be_cleared_is_cleared_although_another_schema_refuses(lab: Lab, operator: Client) -> None:
    free, closed = lab.failed(m1="value"), lab.failed(m1="value")
    form = {"job": [*selected(operator, f"schema={free}")["job"], *selected(operator, f"schema={closed}")["job"]]}
    SERVER.sql(f"GRANT DELETE ON `{free}`.`~jobs` TO 'jobsite_test'@'%'")
    with SERVER.without("DELETE", on=EVERY_SCHEMA):
        said, *_ = clear_all(operator, form)
    assert said.startswith(f"Cleared 1 job. Jobs of {closed} were left alone: Jobsite’s account may not clear them")


def test_a_long_list_is_cleared_in_short_statements(
    many: str, operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.actions.selection.CHUNK_ROWS", 20)
    ((now,),) = SERVER.sql("SELECT UTC_TIMESTAMP()")
    later = now.replace(tzinfo=timezone.utc) + timedelta(hours=1)
    with CaptureQueriesContext(connections["lab"]) as asked:
        outcome = clear_matching(JobFilter({"schema": many}), reading_of([many]), later)
    assert outcome == ActionOutcome(done=51)
    assert len([query for query in asked if query["sql"].startswith("DELETE")]) == 3
