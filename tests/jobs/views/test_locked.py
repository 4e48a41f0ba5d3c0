"""One jobs table is locked: its jobs are left out and named, and everything else comes up."""

from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from tests.jobs.clearing import JOBS, again, confirm, everything, post, says, selected
from tests.jobs.locking import WAYS, locked_by_bob
from tests.lab import Lab
from tests.pages import FRAGMENT, cells, look, notices, page, text_of, tokens
from tests.server import SERVER

OURS = f"{JOBS}?message=one+of+three"
ROWS_LOCKED = "its jobs table or some of these rows are locked"
NOT_READ_BEFORE = "they could not be read when you were asked to confirm"
CONNECTIONS, KILL = "/connections/", "/connections/kill/confirm/"


@pytest.fixture
def three(lab: Lab) -> list[str]:
    """Three schemas with a failed job each, unlike all others; the first is the one that is locked."""
    made = [lab.pipeline() for _ in range(3)]
    for _, module in made:
        again(module, "m1", "one of three")
    return [schema for schema, _ in made]


@pytest.fixture(params=WAYS)
def locked(request: pytest.FixtureRequest, lab: Lab, three: list[str]) -> Iterator[list[str]]:
    """The same, with the first locked in each way."""
    with WAYS[request.param](lab, three[0]):
        yield three


def address(schema: str) -> str:
    """Return the page of a schema's only job."""
    ((table, key),) = SERVER.sql(f"SELECT table_name, key_hash FROM `{schema}`.`~jobs`")
    return f"{JOBS}{schema}/{table}/{key}/"


def schemas_in(found: BeautifulSoup) -> list[str]:
    """Return the schemas of the jobs that are listed."""
    return sorted(text_of(cell) for cell in found.select('td[data-label="Table"] small'))


def reason(said: str) -> str:
    """Return a notice up to the connections it may name: not every server tells them."""
    return said.removesuffix(".").partition(",")[0]


def test_the_others_are_listed_and_the_locked_one_is_named(locked: list[str], viewer: Client) -> None:
    found = look(viewer, OURS)
    assert schemas_in(found) == sorted(locked[1:])
    assert [reason(said) for said in notices(found)] == [
        f"The jobs of {locked[0]} are not shown: its jobs table is locked"
    ]


def test_another_schema_is_listed_alone(locked: list[str], viewer: Client) -> None:
    assert schemas_in(look(viewer, f"{OURS}&schema={locked[1]}")) == [locked[1]]


def test_another_schema_s_job_is_shown(lab: Lab, three: list[str], viewer: Client) -> None:
    there = address(three[1])
    with locked_by_bob(lab, three[0]):
        assert text_of(look(viewer, there).select_one("#job_detail .status")) == "error"


def test_a_job_of_the_locked_schema_cannot_be_read_and_is_not_called_gone(
    lab: Lab, three: list[str], viewer: Client
) -> None:
    there = address(three[0])
    with locked_by_bob(lab, three[0]):
        found = look(viewer, there, status=503)
    assert text_of(found.h1) == "This job cannot be read now"
    assert [reason(said) for said in notices(found)] == [
        f"The jobs of {three[0]} cannot be read: its jobs table is locked"
    ]


def test_the_panel_says_so_too(lab: Lab, three: list[str], viewer: Client) -> None:
    there = address(three[0])
    with locked_by_bob(lab, three[0]):
        found = look(viewer, there, status=503, headers=FRAGMENT)
    assert text_of(found.select_one("#job_detail h2")) == "This job cannot be read now"


def test_the_numbers_on_the_tabs_are_said_to_be_the_least(lab: Lab, three: list[str], viewer: Client) -> None:
    calm = text_of(look(viewer, OURS).select_one(".tabs"))
    with locked_by_bob(lab, three[0]):
        found = look(viewer, OURS)
    assert [calm, text_of(found.select_one(".tabs"))] == [
        "Not done 3 Errors 3 Reserved 0 Ignored 0",
        "Not done 2+ Errors 2+ Reserved 0+ Ignored 0+",
    ]
    assert "Some jobs could not be read, so every number may be too small." in text_of(found.select_one(".says"))


def test_the_numbers_of_another_schema_are_whole(lab: Lab, three: list[str], viewer: Client) -> None:
    with locked_by_bob(lab, three[0]):
        found = look(viewer, f"{OURS}&schema={three[1]}")
    assert text_of(found.select_one(".tabs")) == "Not done 1 Errors 1 Reserved 0 Ignored 0"


def test_an_empty_list_does_not_say_that_there_are_no_jobs(lab: Lab, three: list[str], viewer: Client) -> None:
    with locked_by_bob(lab, three[0]):
        found = look(viewer, f"{OURS}&schema={three[0]}")
    assert text_of(found.select_one(".empty")) == "No job matches among the jobs that could be read. Reset filters"


def test_the_locked_schema_can_still_be_chosen(locked: list[str], viewer: Client) -> None:
    options = look(viewer, OURS).select("select[name=schema] option")
    assert set(locked) <= {str(option["value"]) for option in options}


# --- Clearing ---------------------------------------------------------------------------------------------------------


def test_selected_jobs_elsewhere_are_cleared(lab: Lab, three: list[str], operator: Client) -> None:
    form = selected(operator, f"schema={three[1]}")
    with locked_by_bob(lab, three[0]):
        said = notices(look(operator, post(operator, confirm(operator, form)).headers["Location"]))
    assert said[0] == "Cleared 1 job."


def test_of_selected_jobs_the_locked_one_is_left_alone_and_not_called_gone(
    lab: Lab, three: list[str], operator: Client
) -> None:
    form = {"job": tokens(look(operator, OURS), "job")}
    with locked_by_bob(lab, three[0]):
        found = confirm(operator, form)
        assert [text_of(found.h1), says(found)[1]] == ["Clear 2 jobs?", "1 could not be read now: left alone."]
        (said, _) = notices(look(operator, post(operator, found).headers["Location"]))
    assert said == f"Cleared 2 jobs. Jobs of {three[0]} were left alone: {NOT_READ_BEFORE}."
    assert [len(lab.jobs(schema)) for schema in three] == [1, 0, 0]


def test_of_all_that_match_the_locked_ones_are_left_alone(lab: Lab, three: list[str], operator: Client) -> None:
    form = everything(operator, "message=one+of+three")
    with locked_by_bob(lab, three[0]):
        found = confirm(operator, form)
        (said, _) = notices(look(operator, post(operator, found).headers["Location"]))
    assert text_of(found.h1) == "Clear 2 jobs?"
    assert said == f"Cleared 2 jobs. Jobs of {three[0]} were left alone: {NOT_READ_BEFORE}."
    assert [len(lab.jobs(schema)) for schema in three] == [1, 0, 0]


@pytest.mark.parametrize("choose", ["selected", "all"])
def test_what_was_not_read_when_confirmed_is_left_alone_although_it_can_be_read_by_now(
    lab: Lab, three: list[str], operator: Client, choose: str
) -> None:
    every = everything(operator, "message=one+of+three")
    form = every if choose == "all" else {"job": tokens(look(operator, OURS), "job")}
    with locked_by_bob(lab, three[0]):
        found = confirm(operator, form)
    (said,) = notices(look(operator, post(operator, found).headers["Location"]))
    assert said == f"Cleared 2 jobs. Jobs of {three[0]} were left alone: {NOT_READ_BEFORE}."
    assert len(lab.jobs(three[0])) == 1


def test_what_is_locked_between_confirming_and_clearing_is_left_alone(
    lab: Lab, three: list[str], operator: Client
) -> None:
    found = confirm(operator, {"job": tokens(look(operator, OURS), "job")})
    with locked_by_bob(lab, three[0]):
        (said, _) = notices(look(operator, post(operator, found).headers["Location"]))
    assert reason(said) == f"Cleared 2 jobs. Jobs of {three[0]} were left alone: its jobs table is locked"


def test_what_may_be_read_and_not_written_is_left_alone_and_the_others_are_cleared(
    lab: Lab, three: list[str], operator: Client
) -> None:
    form = {"job": tokens(look(operator, OURS), "job")}
    with locked_by_bob(lab, three[0], "READ"):
        (said,) = notices(look(operator, post(operator, confirm(operator, form)).headers["Location"]))
    assert said.startswith(f"Cleared 2 jobs. Jobs of {three[0]} were left alone: {ROWS_LOCKED}")
    assert [len(lab.jobs(schema)) for schema in three] == [1, 0, 0]


def test_a_row_that_a_transaction_holds_is_left_alone_and_the_others_are_cleared(
    lab: Lab, three: list[str], operator: Client
) -> None:
    form = {"job": tokens(look(operator, OURS), "job")}
    driver, _ = lab.idle("bob")
    driver.query("BEGIN")
    driver.query(f"UPDATE `{three[0]}`.`~jobs` SET pid = 1")
    (said,) = notices(look(operator, post(operator, confirm(operator, form)).headers["Location"]))
    driver.query("ROLLBACK")
    assert said.startswith(f"Cleared 2 jobs. Jobs of {three[0]} were left alone: {ROWS_LOCKED}")


def test_a_lock_on_the_whole_server_is_not_waited_for_with_each_schema(
    lab: Lab, three: list[str], operator: Client
) -> None:
    form = {"job": tokens(look(operator, OURS), "job")}
    with SERVER.connected() as driver:
        driver.query("FLUSH TABLES WITH READ LOCK")
        (said,) = notices(look(operator, post(operator, confirm(operator, form)).headers["Location"]))
    assert [said.count(ROWS_LOCKED), said.count("they were not tried")] == [2, 1]
    assert [len(lab.jobs(schema)) for schema in three] == [1, 1, 1]


# --- Connections ------------------------------------------------------------------------------------------------------


def test_connections_come_up_and_say_whose_jobs_they_could_not_see(locked: list[str], viewer: Client) -> None:
    found = look(viewer, CONNECTIONS)
    assert "bob" in cells(found, "User")
    assert [reason(said) for said in notices(found)] == [
        "A connection may hold more jobs than are shown here. "
        f"The jobs of {locked[0]} cannot be read: its jobs table is locked"
    ]


def test_whoever_locks_can_be_killed_and_is_not_said_to_lose_nothing(lab: Lab, three: list[str], admin: Client) -> None:
    with locked_by_bob(lab, three[0]):
        found = look(admin, f"{CONNECTIONS}?user=bob")
        response = admin.post(KILL, {"connection": tokens(found, "connection"), "target": "connection"})
    assert response.status_code == 200
    (said,) = [text_of(line) for line in page(response).select(".consequence li")]
    assert said == (
        "It has no open transaction, and holds none of the jobs that could be read. "
        "Whether it holds another is not known."
    )
