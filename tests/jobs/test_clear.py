"""Clearing jobs: confirm page, guard, outcome, who may, and that a cleared key is computed again."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from types import ModuleType

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jobs.actions import Cleared, clear, clear_matching
from jobs.filters import JobFilter
from jobs.seen import SeenJob
from tests.cast import person
from tests.ground import EVERY_SCHEMA, GROUND
from tests.lab import Lab, eventually, load_pipeline
from tests.pages import Response, cells, fields, look, notices, page, text_of, tokens

JOBS, CONFIRM, CLEAR = "/jobs/", "/jobs/clear/confirm/", "/jobs/clear/"
NOW = datetime(2026, 1, 4, tzinfo=timezone.utc)

Form = dict[str, list[str]]


def ticked(client: Client, query: str) -> Form:
    """Return what a list sends when every row of it is ticked."""
    found = look(client, f"{JOBS}?{query}")
    return {**fields(found, CONFIRM), "job": tokens(found, "job")}


def everything(client: Client, query: str) -> Form:
    """Return what a list sends for all that match; it is read in a later second than the rows that stand now."""
    wait_a_second()
    return {**fields(look(client, f"{JOBS}?{query}"), CONFIRM), "all": ["1"]}


def wait_a_second() -> None:
    """Return once the server's clock shows another second: a job's timestamp counts whole ones."""
    ((before,),) = GROUND.sql("SELECT NOW()")
    eventually(lambda: GROUND.sql("SELECT NOW()")[0][0] > before, "another second")


def confirm(client: Client, form: Form) -> BeautifulSoup:
    """Return the confirm page."""
    response = client.post(CONFIRM, form)
    assert response.status_code == 200
    return page(response)


def post(client: Client, confirmed: BeautifulSoup, **typed: str) -> Response:
    """Send the form of the confirm page."""
    return client.post(CLEAR, {**fields(confirmed, CLEAR), **typed})


def clear_all(client: Client, form: Form) -> list[str]:
    """Confirm and clear; return what the list says then."""
    response = post(client, confirm(client, form))
    return notices(look(client, response.headers["Location"]))


def says(found: BeautifulSoup) -> list[str]:
    """Return the sentences of the confirm page."""
    return [text_of(line) for line in found.select("form.confirm > ul > li")]


def again(module: ModuleType, subject: str, message: str) -> None:
    """Let DataJoint itself write another error for a key."""
    module.schema.jobs.error("__score", {"subject": subject, "session": 1}, message)


def tokens_of(schema: str, client: Client) -> list[SeenJob]:
    """Return the jobs of a schema as a page shows them."""
    return [SeenJob.read(token) for token in ticked(client, f"schema={schema}")["job"]]


# --- What is cleared --------------------------------------------------------------------------------------------------


def test_one_job_is_cleared_from_its_own_page(lab: Lab, operator: Client) -> None:
    schema = lab.failed()
    link = look(operator, f"{JOBS}?schema={schema}&message=empty").select_one('td[data-label="Table"] a')
    assert link is not None
    form = fields(look(operator, str(link["href"])), CONFIRM)
    assert clear_all(operator, form) == ["Cleared 1 job."]
    assert lab.jobs(schema) == {"m2": "OwnError: no spikes: Überlänge 🧠"}


def test_only_the_ticked_jobs_are_cleared(lab: Lab, operator: Client) -> None:
    schema = lab.failed(m1="value", m2="value", m3="value")
    form = ticked(operator, f"schema={schema}&sort=age")
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
    form = ticked(operator, f"schema={schema}&status=ignore")
    assert says(confirm(operator, form))[0] == "1 ignored: the key is no longer skipped."
    clear_all(operator, form)
    assert lab.jobs(schema) == {}


def test_a_job_of_an_odd_table_name_is_cleared(lab: Lab, operator: Client) -> None:
    schema, module = lab.pipeline()
    for name in ("pkg.Class", "a/b|c`d%s\\e'f", "", "..", "<b>", "blank ", "\u202eabc"):
        module.schema.jobs.error(name, {"subject": "m1"}, "odd")
    assert clear_all(operator, ticked(operator, f"schema={schema}")) == ["Cleared 7 jobs."]


def test_a_cleared_key_is_computed_again_by_the_next_populate(lab: Lab, operator: Client) -> None:
    schema = lab.failed(m1="fixable")
    assert lab.jobs(schema) == {"m1": "RuntimeError: the settings file is missing"}
    clear_all(operator, ticked(operator, f"schema={schema}"))
    worker = lab.populate(schema, TEST_FIXED="1")
    assert worker.returncode == 0, worker.stderr
    assert lab.jobs(schema) == {}
    assert GROUND.sql(f"SELECT subject, score FROM `{schema}`.`__score`") == [("m1", 1.0)]


# --- The confirm page -------------------------------------------------------------------------------------------------


def test_confirming_changes_nothing(lab: Lab, operator: Client) -> None:
    schema = lab.failed()
    form = ticked(operator, f"schema={schema}")
    with CaptureQueriesContext(connections["lab"]) as asked:
        confirm(operator, form)
    assert {query["sql"].strip(" (\n").split(None, 1)[0].upper() for query in asked} <= {"SELECT", "SHOW"}
    assert len(lab.jobs(schema)) == 2


def test_the_confirm_page_says_what_will_happen_and_whose_jobs_they_are(lab: Lab, operator: Client) -> None:
    found = confirm(operator, ticked(operator, f"schema={lab.failed()}"))
    assert text_of(found.h1) == "Clear 2 jobs?"
    assert says(found) == [
        "2 failed: the error and its stack are deleted, and the next populate computes the key again.",
        "Worked on by alice.",
    ]
    assert sorted(cells(found, "Key")) == ["subject= m1 session= 1", "subject= m2 session= 1"]


def test_the_confirm_page_reads_the_rows_again(lab: Lab, operator: Client) -> None:
    schema, module = lab.pipeline(recordings={"m1": "value", "m2": "value", "m3": "value"})
    lab.compute(module)
    form = ticked(operator, f"schema={schema}")
    wait_a_second()
    again(module, "m1", "another error")
    module.schema.jobs.complete("__score", {"subject": "m2", "session": 1})
    found = confirm(operator, form)
    assert text_of(found.h1) == "Clear 1 job?"
    assert says(found)[1:3] == ["1 changed since you looked: left alone.", "1 gone already."]
    assert cells(found, "Key") == ["subject= m3 session= 1"]


def test_when_nothing_is_left_there_is_no_button(lab: Lab, operator: Client) -> None:
    schema = lab.failed()
    form = ticked(operator, f"schema={schema}")
    clear_all(operator, form)
    found = confirm(operator, form)
    assert found.select('form.confirm button[type="submit"]') == []
    assert "There is nothing left to clear." in text_of(found.select_one("form.confirm"))


def test_ticking_nothing_says_so_and_keeps_the_filter(night: str, operator: Client) -> None:
    form = {**ticked(operator, f"schema={night}&status=error"), "job": []}
    response = operator.post(CONFIRM, form)
    assert response.headers["Location"] == f"{JOBS}?status=error&schema={night}"
    assert notices(look(operator, JOBS)) == ["Nothing was ticked: tick the jobs to clear, or take all that match."]


def test_the_filter_stays_after_clearing(lab: Lab, operator: Client) -> None:
    schema = lab.failed()
    response = post(operator, confirm(operator, ticked(operator, f"schema={schema}&message=empty&sort=-table")))
    assert response.headers["Location"] == f"{JOBS}?schema={schema}&message=empty&sort=-table"


# --- The guard --------------------------------------------------------------------------------------------------------


def test_an_error_that_was_replaced_by_a_new_one_is_left_alone(lab: Lab, operator: Client) -> None:
    schema, module = lab.pipeline(recordings={"m1": "value"})
    lab.compute(module)
    confirmed = confirm(operator, ticked(operator, f"schema={schema}"))
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
    confirmed = confirm(operator, ticked(operator, f"schema={schema}"))
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


def test_of_two_people_who_clear_the_same_the_second_is_told(lab: Lab, operator: Client, admin: Client) -> None:
    schema = lab.failed()
    first, second = (confirm(client, ticked(client, f"schema={schema}")) for client in (operator, admin))
    response = post(operator, first)
    assert notices(look(operator, response.headers["Location"])) == ["Cleared 2 jobs."]
    response = post(admin, second)
    assert notices(look(admin, response.headers["Location"])) == ["Nothing was cleared. 2 were gone already."]


def test_two_who_clear_at_the_same_moment_clear_each_job_once(lab: Lab, operator: Client) -> None:
    schema = lab.failed(**{f"m{number}": "value" for number in range(30)})
    seen, root = tokens_of(schema, operator), User(is_superuser=True)

    def clear_one_by_one(jobs: Iterable[SeenJob]) -> Cleared:
        try:
            return sum((clear([job], [schema], root) for job in jobs), Cleared())
        finally:
            connections["lab"].close()

    with ThreadPoolExecutor() as people:
        outcomes = list(people.map(clear_one_by_one, [seen, seen[::-1]]))
    assert sum(outcomes, Cleared()) == Cleared(cleared=30, gone=30)


def test_the_same_job_ticked_twice_is_counted_once(lab: Lab, operator: Client) -> None:
    form = ticked(operator, f"schema={lab.failed(m1='value')}")
    assert clear_all(operator, {**form, "job": form["job"] * 2}) == ["Cleared 1 job."]


# --- Typing the number ------------------------------------------------------------------------------------------------


@pytest.fixture
def many(lab: Lab) -> str:
    """The schema of 51 failed jobs."""
    return lab.failed(**{f"m{number}": "value" for number in range(51)})


def test_for_more_than_fifty_the_number_has_to_be_typed(lab: Lab, many: str, operator: Client) -> None:
    found = confirm(operator, everything(operator, f"schema={many}"))
    assert found.select_one('input[name="typed"]') is not None
    assert text_of(found.select_one("form.confirm > p:last-child")) == "… and 51 in all."
    response = post(operator, found, typed="51")
    assert notices(look(operator, response.headers["Location"])) == ["Cleared 51 jobs."]
    assert lab.jobs(many) == {}


@pytest.mark.parametrize("typed", ["", "50", "all"])
def test_a_wrong_number_clears_nothing(night: str, operator: Client, typed: str) -> None:
    form = {**ticked(operator, f"schema={night}"), "needs_number": ["1"], "expected": ["2"], "typed": [typed]}
    response = operator.post(CLEAR, form)
    assert response.status_code == 409
    assert notices(page(response)) == ["Nothing was cleared: type 2 to confirm."]
    assert len(cells(look(operator, f"{JOBS}?schema={night}"), "Table")) == 2


def test_a_running_job_takes_the_number_and_an_abandoned_one_does_not(lab: Lab, operator: Client) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    worker = lab.start_waiting(schema, user="bob")
    form = ticked(operator, f"schema={schema}")
    found = confirm(operator, form)
    assert "1 of them may be running" in says(found)[1]
    assert found.select_one('input[name="typed"]') is not None
    worker.kill()
    worker.wait()
    found = eventually(lambda: gone_quiet(operator, form), "the reservation to be abandoned")
    response = post(operator, found)
    assert notices(look(operator, response.headers["Location"])) == ["Cleared 1 job."]


def test_an_abandoned_job_whose_worker_is_back_is_not_cleared(lab: Lab, operator: Client) -> None:
    schema = lab.pipeline(recordings={"m1": "wait"})[0]
    lab.abandon(schema)
    form = ticked(operator, f"schema={schema}")
    confirmed = eventually(lambda: gone_quiet(operator, form), "the reservation to be abandoned")
    lab.idle("bob")  # from the same machine: it may be the same worker, connected again
    response = post(operator, confirmed)
    assert response.status_code == 409
    assert notices(page(response)) == [
        "Nothing was cleared: meanwhile a worker may be computing what looked abandoned. Look again."
    ]
    assert lab.jobs(schema) == {"m1": "reserved"}


def test_one_that_is_back_is_noticed_although_as_many_run_as_before(lab: Lab, operator: Client) -> None:
    schema = lab.pipeline(recordings={"m1": "wait"})[0]
    lab.start_waiting(schema, user="bob")
    form = ticked(operator, f"schema={schema}")
    confirmed = fields(confirm(operator, form), CLEAR)
    response = operator.post(CLEAR, {**confirmed, "typed": "1", "abandoned": form["job"]})
    assert response.status_code == 409
    assert lab.jobs(schema) == {"m1": "reserved"}


def gone_quiet(client: Client, form: Form) -> BeautifulSoup | None:
    """Return the confirm page once it asks for no number."""
    found = confirm(client, form)
    return None if found.select_one('input[name="typed"]') else found


# --- Who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [CONFIRM, CLEAR])
@pytest.mark.parametrize("name", ["viewer", "stranger"])
def test_who_may_not_clear_is_refused_and_nothing_changes(
    night: str, operator: Client, request: pytest.FixtureRequest, name: str, address: str
) -> None:
    response = request.getfixturevalue(name).post(address, ticked(operator, f"schema={night}"))
    assert response.status_code == 403
    assert "ask an admin" in text_of(page(response).main)
    assert len(cells(look(operator, f"{JOBS}?schema={night}"), "Table")) == 2


@pytest.mark.parametrize("address", [CONFIRM, CLEAR])
def test_nobody_in_particular_has_to_log_in(night: str, operator: Client, anonymous: Client, address: str) -> None:
    response = anonymous.post(address, ticked(operator, f"schema={night}"))
    assert response.headers["Location"] == f"/login/?next={address}"


@pytest.mark.parametrize("address", [CONFIRM, CLEAR])
def test_a_get_never_clears(night: str, operator: Client, address: str) -> None:
    assert operator.get(address, ticked(operator, f"schema={night}")).status_code == 405


@pytest.mark.parametrize("address", [CONFIRM, CLEAR])
def test_a_form_from_elsewhere_is_refused(night: str, db: None, address: str) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(person("otto", "operator"))
    response = careful.post(address, ticked(careful, f"schema={night}"), headers={"origin": "http://evil.example"})
    assert response.status_code == 403
    assert "did not come from a page of Jobsite" in text_of(page(response).main)


def test_a_form_with_its_own_token_is_taken(lab: Lab, db: None) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(person("otto", "operator"))
    assert clear_all(careful, ticked(careful, f"schema={lab.failed()}")) == ["Cleared 2 jobs."]


@pytest.mark.parametrize("name", ["viewer", ""])
def test_the_function_that_clears_refuses_by_itself(night: str, operator: Client, name: str) -> None:
    who = person("vic", "viewer") if name else AnonymousUser()
    with pytest.raises(PermissionDenied):
        clear(tokens_of(night, operator), [night], who)
    with pytest.raises(PermissionDenied):
        clear_matching(JobFilter(schema=night), [night], NOW, who)


def test_a_person_who_is_inactive_clears_nothing(night: str, operator: Client) -> None:
    who = person("ina", "operator")
    who.is_active = False
    with pytest.raises(PermissionDenied):
        clear(tokens_of(night, operator), [night], who)


# --- Forms made by hand -----------------------------------------------------------------------------------------------


FORMS_NO_PAGE_MADE: list[dict[str, str]] = [
    {"job": "garbage"},
    {"job": "a|b|c|error|not-a-time"},
    {"job": "a|b|c|error|2026-01-04T00:00:00"},  # without a zone
    {"job": "a|b|c|error|0001-01-01T00:00:00+14:00"},  # before the calendar
    {"job": "a|b|c|error|9999-12-31T23:59:59-14:00"},
    {"all": "1"},
    {"all": "1", "as_of": "yesterday"},
    {"all": "1", "as_of": "2026-01-04T00:00:00"},
    {"job": "a|b|c|error|", "expected": "many"},
    {"job": "a|b|c|error|", "expected": "9" * 5000},
]


@pytest.mark.parametrize("address", [CONFIRM, CLEAR])
def test_a_form_that_no_page_made_is_answered_with_a_sentence(accounts: None, operator: Client, address: str) -> None:
    responses = [operator.post(address, form) for form in FORMS_NO_PAGE_MADE]
    assert [response.status_code for response in responses] == [400] * len(FORMS_NO_PAGE_MADE)
    assert {text_of(page(response).select_one(".card p")) for response in responses} == {
        "This form is not one that a jobs page made: go back to the list and choose again."
    }


def test_everything_under_a_filter_that_cannot_be_read_is_refused(night: str, operator: Client) -> None:
    form = {"all": "1", "filter": "newer=soon", "as_of": "2026-01-04T00:00:00+00:00"}
    response = operator.post(CLEAR, form)
    assert response.status_code == 400
    assert "“soon” is not a length of time" in text_of(page(response).main)


@pytest.mark.parametrize("schema", ["mysql", "lab_none", "information_schema", "x`.`y", ""])
def test_a_schema_without_a_jobs_table_is_never_touched(accounts: None, operator: Client, schema: str) -> None:
    token = SeenJob(schema, "__score", "0" * 32, "error", NOW).token
    with CaptureQueriesContext(connections["lab"]) as asked:
        assert clear_all(operator, {"job": [token]}) == ["Nothing was cleared. 1 was gone already."]
    assert [query["sql"] for query in asked if "DELETE" in query["sql"]] == []


@pytest.mark.parametrize("charset", ["utf8mb4", "latin1"])
def test_names_that_a_column_could_not_hold_are_gone(lab: Lab, operator: Client, charset: str) -> None:
    schema = lab.failed(charset=charset, m1="value")
    names = ["🧠", "\x00", "'", "a" * 10_000, "%s", "\\"]
    form = {"job": [SeenJob(schema, name, name, "error", NOW).token for name in names]}
    assert clear_all(operator, form) == ["Nothing was cleared. 6 were gone already."]


def test_times_that_a_timestamp_could_not_hold_are_taken_calmly(night: str, operator: Client) -> None:
    moments = [datetime(year, 6, 1, tzinfo=timezone.utc) for year in (1, 1969, 9999)]
    form = {"job": [SeenJob(night, "__score", "0" * 32, "error", moment).token for moment in moments]}
    assert clear_all(operator, form) == ["Nothing was cleared. 3 were gone already."]


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_all_up_to_an_odd_second_is_taken_calmly(night: str, operator: Client, year: str) -> None:
    form = {"all": ["1"], "filter": [f"schema={night}"], "as_of": [f"{year}-01-04T00:00:00+00:00"]}
    assert operator.post(CONFIRM, form).status_code == 200


# --- What the server does not allow -----------------------------------------------------------------------------------


def test_a_missing_delete_grant_is_named(lab: Lab, operator: Client) -> None:
    schema = lab.failed()
    form = ticked(operator, f"schema={schema}")
    with GROUND.without("DELETE", on=EVERY_SCHEMA):
        (said,) = clear_all(operator, form)
    grant = f"GRANT DELETE ON `{schema}`.`~jobs` TO 'jobsite_test'@'%';"
    assert said == f"Nothing was cleared. 2 could not be cleared, the server asks for a privilege: {grant}"
    assert len(lab.jobs(schema)) == 2


def test_what_may_be_cleared_is_cleared_although_another_schema_refuses(lab: Lab, operator: Client) -> None:
    free, closed = lab.failed(m1="value"), lab.failed(m1="value")
    form = {"job": [*ticked(operator, f"schema={free}")["job"], *ticked(operator, f"schema={closed}")["job"]]}
    GROUND.sql(f"GRANT DELETE ON `{free}`.`~jobs` TO 'jobsite_test'@'%'")
    with GROUND.without("DELETE", on=EVERY_SCHEMA):
        (said,) = clear_all(operator, form)
    assert said.startswith("Cleared 1 job. 1 could not be cleared")


def test_a_long_list_is_cleared_in_short_statements(
    many: str, operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.actions.ROWS_A_DELETE", 20)
    ((now,),) = GROUND.sql("SELECT UTC_TIMESTAMP()")
    later = now.replace(tzinfo=timezone.utc) + timedelta(hours=1)
    with CaptureQueriesContext(connections["lab"]) as asked:
        outcome = clear_matching(JobFilter(schema=many), [many], later, User(is_superuser=True))
    assert outcome == Cleared(cleared=51)
    assert len([query for query in asked if query["sql"].startswith("DELETE")]) == 3
