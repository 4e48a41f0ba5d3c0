"""The page comes in parts to who runs scripts: frame, rows, numbers; and what one viewer has read is another's page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jobsite.pages.frames import SCRIPTS_COOKIE
from tests.cast import browser_of, person
from tests.jobs.clearing import CLEAR, CONFIRM
from tests.jobs.planting import Planted
from tests.lab import Lab
from tests.pages import FRAGMENT, cells, fields, look, notices, page, text_of, tokens
from tests.server import SERVER
from tests.statements import more_for_connections, verbs

JOBS, COUNTS, CHOICES = "/jobs/", "/jobs/counts/", "/jobs/choices/"


@pytest.fixture
def scripts(viewer: Client) -> Client:
    """A viewer whose browser runs scripts."""
    viewer.cookies[SCRIPTS_COOKIE] = "1"
    return viewer


def asked_for(look_at: Callable[[], object]) -> int:
    """Return how many statements the lab's server gets."""
    with CaptureQueriesContext(connections["lab"]) as asked:
        look_at()
    return len(asked)


def numbers(found: object) -> dict[str, str]:
    """Return what goes into each place of a number."""
    return {str(part["data-for"]): text_of(part) for part in found.select("[data-for]")}  # type: ignore[attr-defined]


# --- Frame, rows, numbers ---------------------------------------------------------------------------------------------


def test_the_frame_asks_the_labs_server_nothing(failed_jobs: str, scripts: Client) -> None:
    assert asked_for(lambda: look(scripts, f"{JOBS}?schema={failed_jobs}&status=error")) == 0


def test_the_frame_has_the_filter_and_asks_for_its_own_rows(failed_jobs: str, scripts: Client) -> None:
    address = f"{JOBS}?schema={failed_jobs}&status=error&message=empty"
    found = look(scripts, address)
    assert str(found.select_one("#job_list")["hx-get"]) == address  # type: ignore[index]
    assert text_of(found.select_one(".says")).startswith(f"Failed jobs in schema {failed_jobs}")
    assert [option["value"] for option in found.select("select[name=schema] option[selected]")] == [failed_jobs]
    assert cells(found, "Table") == []


def test_the_rows_come_without_numbers_and_say_where_those_are(failed_jobs: str, viewer: Client) -> None:
    found = look(viewer, f"{JOBS}?schema={failed_jobs}", headers=FRAGMENT)
    assert len(cells(found, "Table")) == 2
    assert [text_of(number) for number in found.select(".tabs b")] == [""] * 4
    assert str(found.select_one("#numbers")["hx-get"]) == f"{COUNTS}?schema={failed_jobs}"  # type: ignore[index]


def test_no_rows_are_counted_for_the_rows(failed_jobs: str, viewer: Client) -> None:
    with CaptureQueriesContext(connections["lab"]) as asked:
        look(viewer, f"{JOBS}?schema={failed_jobs}", headers=FRAGMENT)
    assert [query["sql"] for query in asked if "COUNT(*)" in query["sql"]] == []


def test_the_numbers_come_by_themselves(failed_jobs: str, operator: Client) -> None:
    found = numbers(look(operator, f"{COUNTS}?schema={failed_jobs}&status=error"))
    assert found == {
        "count_all": "2",
        "count_error": "2",
        "count_reserved": "0",
        "count_ignore": "0",
        "counted": "",
        "all_that_match": "Clear all 2 that match…",
    }


def test_a_viewer_gets_numbers_and_no_button(failed_jobs: str, viewer: Client) -> None:
    assert numbers(look(viewer, f"{COUNTS}?schema={failed_jobs}"))["all_that_match"] == ""


def test_numbers_of_a_filter_that_cannot_be_read_are_not_counted(failed_jobs: str, viewer: Client) -> None:
    assert numbers(look(viewer, f"{COUNTS}?newer=soon"))["count_all"] == ""


def test_the_tables_are_read_where_a_menu_is_opened(failed_jobs: str, scripts: Client) -> None:
    found = look(scripts, f"{CHOICES}?schema={failed_jobs}&table=__score")
    assert [option["value"] for option in found.select("select[name=table] option")] == ["", "__score"]
    assert failed_jobs in [option["value"] for option in found.select("select[name=schema] option")]


def test_the_tables_are_in_the_order_of_their_classes(planted: Planted, scripts: Client) -> None:
    for name in ("__score", "#zone", "_animal", "package.Class"):
        planted.row(table_name=name)
    found = look(scripts, f"{CHOICES}?schema={planted.schema}")
    offered = [text_of(option) for option in found.select("select[name=table] option")]
    assert offered == ["any", "Animal", "package.Class", "Score", "Zone"]


def test_who_runs_no_scripts_gets_one_page_with_all(failed_jobs: str, viewer: Client) -> None:
    found = look(viewer, f"{JOBS}?schema={failed_jobs}")
    assert len(cells(found, "Table")) == 2
    assert text_of(found.select_one("#count_all")) == "2"
    assert [option["value"] for option in found.select("select[name=table] option")] == ["", "__score"]


def test_who_switched_scripts_off_is_led_to_the_whole_page(failed_jobs: str, scripts: Client) -> None:
    frame = look(scripts, f"{JOBS}?schema={failed_jobs}")
    (link,) = frame.select("noscript a")
    found = look(scripts, f"{JOBS}{link['href']}")
    assert len(cells(found, "Table")) == 2
    assert notices(found) == []
    assert len(cells(look(scripts, f"{JOBS}?schema={failed_jobs}&status=error"), "Table")) == 2  # from now on, too


@pytest.mark.parametrize("address", [COUNTS, CHOICES])
def test_who_may_not_look_gets_no_part(address: str, stranger: Client, client: Client) -> None:
    assert stranger.get(address).status_code == 403
    assert client.get(address).status_code == 302


def test_looking_at_the_parts_writes_nothing(failed_jobs: str, viewer: Client) -> None:
    with CaptureQueriesContext(connections["lab"]) as asked:
        for address in (COUNTS, CHOICES):
            look(viewer, address)
    assert verbs(asked) <= {"SELECT", "SHOW"}


# --- Shared by all viewers --------------------------------------------------------------------------------------------


@pytest.fixture
def another(db: None) -> Client:
    """A second viewer whose browser runs scripts."""
    client = browser_of(person("vincent", "viewer"))
    client.cookies[SCRIPTS_COOKIE] = "1"
    return client


@pytest.mark.usefixtures("sharing")
def test_what_one_viewer_has_read_comes_to_the_next_with_the_frame(
    failed_jobs: str, scripts: Client, another: Client
) -> None:
    address = f"{JOBS}?schema={failed_jobs}"
    look(scripts, address, headers=FRAGMENT)
    look(scripts, f"{COUNTS}?schema={failed_jobs}")
    found = look(another, address)
    assert (len(cells(found, "Table")), text_of(found.select_one("#count_all"))) == (2, "2")
    assert asked_for(lambda: look(another, address)) == 0


@pytest.mark.usefixtures("sharing")
def test_fifty_looks_ask_what_one_does(failed_jobs: str, viewer: Client) -> None:
    address = f"{JOBS}?schema={failed_jobs}"
    assert asked_for(lambda: [look(viewer, address, headers=FRAGMENT) for _ in range(50)]) <= 6 + more_for_connections()


@pytest.mark.usefixtures("sharing")
def test_who_may_read_more_is_not_given_what_is_for_less(failed_jobs: str, viewer: Client, operator: Client) -> None:
    address = f"{JOBS}?schema={failed_jobs}&message=empty"
    assert look(viewer, address, headers=FRAGMENT).select(".passes-over")
    assert not look(operator, address, headers=FRAGMENT).select(".passes-over")


@pytest.mark.usefixtures("sharing")
def test_a_job_that_was_cleared_is_in_nobodys_list(lab: Lab, viewer: Client, operator: Client) -> None:
    schema = lab.failed(m1="value", m2="value")
    address = f"{JOBS}?schema={schema}"
    assert len(cells(look(viewer, address, headers=FRAGMENT), "Table")) == 2
    found = look(operator, address)
    asked = operator.post(CONFIRM, fields(found, CONFIRM) | {"job": tokens(found, "job")[:1]})
    operator.post(CLEAR, fields(page(asked), CLEAR))
    assert len(cells(look(viewer, address, headers=FRAGMENT), "Table")) == 1
    assert numbers(look(viewer, f"{COUNTS}?schema={schema}"))["count_all"] == "1"


@pytest.mark.usefixtures("sharing")
def test_the_page_that_asks_before_an_act_reads_anew(lab: Lab, operator: Client) -> None:
    schema = lab.failed(m1="value")
    found = look(operator, f"{JOBS}?schema={schema}")
    SERVER.sql(f"DELETE FROM `{schema}`.`~jobs`")
    asked = operator.post(CONFIRM, fields(found, CONFIRM) | {"job": tokens(found, "job")})
    assert "Nothing to clear" in text_of(page(asked).h1)


@pytest.mark.usefixtures("sharing")
def test_a_list_that_has_not_changed_is_not_sent_again(failed_jobs: str, viewer: Client) -> None:
    address = f"{JOBS}?schema={failed_jobs}"
    version = viewer.get(address, headers=FRAGMENT)["ETag"]
    again = viewer.get(address, headers=FRAGMENT | {"If-None-Match": version})
    assert (again.status_code, again.content) == (204, b"")
    whole = viewer.get(address)["ETag"]
    assert viewer.get(address, headers={"If-None-Match": whole}).status_code == 200  # it may bring messages


@pytest.mark.usefixtures("sharing")
def test_a_version_is_one_persons(failed_jobs: str, viewer: Client, operator: Client) -> None:
    address = f"{JOBS}?schema={failed_jobs}"
    version = viewer.get(address, headers=FRAGMENT)["ETag"]
    assert operator.get(address, headers=FRAGMENT | {"If-None-Match": version}).status_code == 200


def test_without_sharing_no_version_lasts(failed_jobs: str, viewer: Client) -> None:
    address = f"{JOBS}?schema={failed_jobs}"
    version = viewer.get(address, headers=FRAGMENT)["ETag"]
    assert viewer.get(address, headers=FRAGMENT | {"If-None-Match": version}).status_code == 200
