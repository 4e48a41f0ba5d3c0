"""The page of a job, beside what the panel shows: its neighbours in the list, its key's past, the tables around it."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from jobs.listing.beside import MOST_BEFORE
from jobs.tracebacks.signature import signature_of
from tests.jobs.acting import do
from tests.jobs.clearing import JOBS, again, selected
from tests.jobs.planting import Planted
from tests.lab import Lab, load_pipeline
from tests.pages import FRAGMENT, look, text_of
from tests.server import SERVER


def addresses(client: Client, query: str) -> list[str]:
    """Return the pages of the jobs of a list, in its order."""
    return [str(link["href"]) for link in look(client, f"{JOBS}?{query}").select('td[data-label="Table"] a')]


def step(found: BeautifulSoup, rel: str) -> str:
    """Return where the page leads to, the next or the previous job; '' for nowhere."""
    link = found.select_one(f'.job-steps a[rel="{rel}"]')
    return str(link["href"]) if link else ""


def past(found: BeautifulSoup) -> list[str]:
    """Return what was done to the key, without the times."""
    for time in found.select(".past time"):
        time.decompose()
    return [text_of(line) for line in found.select(".past li")]


def row_of(found: BeautifulSoup, name: str) -> str:
    """Return what the page says of the tables around it, or of the worker; '' for nothing."""
    names = {text_of(term): text_of(term.find_next_sibling("dd")) for term in found.select("dl.facts dt")}
    return names.get(name, "")


# --- Next and previous ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sort", ["age", "-age", "message", "-message", "status", "table", "schema", "connection"])
def test_next_and_previous_go_through_the_list_that_the_address_names(lab: Lab, operator: Client, sort: str) -> None:
    schema = lab.failed(m1="value", m2="chained", m3="value", m4="value")
    listed = addresses(operator, f"schema={schema}&sort={sort}")
    pages = [look(operator, address) for address in listed]
    assert [step(found, "next") for found in pages] == [*listed[1:], ""]
    assert [step(found, "prev") for found in pages] == ["", *listed[:-1]]


def test_they_stay_within_the_filter(lab: Lab, viewer: Client) -> None:
    schema = lab.failed(m1="value", m2="chained", m3="value")
    first, last = addresses(viewer, f"schema={schema}&message=empty&restriction=pid+>+0")
    assert (step(look(viewer, first), "next"), step(look(viewer, last), "next")) == (last, "")


def test_they_go_on_behind_the_end_of_a_page(many: str, viewer: Client) -> None:
    last = addresses(viewer, f"schema={many}&sort=table")[-1]
    following = look(viewer, step(look(viewer, last), "next"))
    assert (step(following, "prev"), step(following, "next")) == (last, "")


def number_of(found: BeautifulSoup) -> str:
    """Return which of the list a page says it is."""
    return " ".join(text_of(said) for said in found.select(".job-head > p:not(.back, .says)"))


def test_a_job_has_its_number_in_the_list_and_no_count_that_nobody_has_made(many: str, viewer: Client) -> None:
    listed = addresses(viewer, f"schema={many}&sort=table")
    assert [number_of(look(viewer, address)) for address in listed[:2]] == ["1 in this list", "2 in this list"]


@pytest.mark.usefixtures("sharing")
def test_the_count_that_the_list_has_made_is_said_too(many: str, viewer: Client) -> None:
    listed = addresses(viewer, f"schema={many}&sort=table")
    assert number_of(look(viewer, listed[1])) == "2 of 51 in this list"


def test_a_job_far_down_the_list_has_neighbours_and_no_number(planted: Planted, viewer: Client) -> None:
    planted.failed(MOST_BEFORE + 2)
    found = look(viewer, f"/jobs/{planted.schema}/__score/{MOST_BEFORE:032}/?schema={planted.schema}&sort=schema")
    assert (bool(step(found, "prev")), bool(step(found, "next")), number_of(found)) == (True, True, "")


def test_a_job_that_is_not_in_the_list_has_no_neighbours(failed_jobs: str, viewer: Client) -> None:
    address = addresses(viewer, f"schema={failed_jobs}&message=empty")[0].replace("empty", "spikes")
    assert look(viewer, address).select(".job-steps") == []


def test_a_filter_that_cannot_be_read_names_no_neighbours(failed_jobs: str, viewer: Client) -> None:
    address = addresses(viewer, f"schema={failed_jobs}")[0]
    assert look(viewer, f"{address}&newer=soon").select(".job-steps, .job-head .says") == []


def test_the_page_says_which_list_it_is_of(failed_jobs: str, viewer: Client) -> None:
    found = look(viewer, addresses(viewer, f"schema={failed_jobs}&status=error")[0])
    assert text_of(found.select_one(".job-head .says")) == f"Failed jobs in schema {failed_jobs}."


def test_the_panel_asks_for_none_of_this(failed_jobs: str, viewer: Client) -> None:
    found = look(viewer, addresses(viewer, f"schema={failed_jobs}")[0], headers=FRAGMENT)
    assert found.select(".job-steps, .past") == []
    assert row_of(found, "needs") == ""


# --- This key so far --------------------------------------------------------------------------------------------------


def test_a_key_that_was_cleared_and_failed_again_tells_by_whom_and_of_what(lab: Lab, operator: Client) -> None:
    schema = lab.failed(m1="value", m2="value", m3="value")
    do(operator, "clear", selected(operator, f"schema={schema}"))
    again(load_pipeline(schema), "m1", "ValueError: again")
    found = look(operator, addresses(operator, f"schema={schema}")[0])
    assert past(found) == ["cleared by otto, with 2 others What came of it", "error"]


def test_a_key_of_which_the_record_knows_nothing_has_no_past(failed_jobs: str, operator: Client) -> None:
    assert past(look(operator, addresses(operator, f"schema={failed_jobs}")[0])) == []


def test_the_same_key_of_another_table_is_another_job(lab: Lab, operator: Client) -> None:
    schema = lab.failed(m1="value")
    form = selected(operator, f"schema={schema}")
    SERVER.sql(
        f"INSERT INTO `{schema}`.`~jobs` SELECT '__summary', key_hash, status, `key`, error_message, error_stack, user,"
        f" host, pid, connection_id, timestamp FROM `{schema}`.`~jobs`"
    )
    do(operator, "clear", form)
    assert past(look(operator, addresses(operator, f"schema={schema}")[0])) == []


def test_who_may_not_see_an_act_is_told_of_it_and_not_led_to_it(lab: Lab, operator: Client, viewer: Client) -> None:
    schema = lab.failed(m1="value")
    do(operator, "clear", selected(operator, f"schema={schema}"))
    again(load_pipeline(schema), "m1", "ValueError: again")
    assert past(look(viewer, addresses(viewer, f"schema={schema}")[0])) == ["cleared by otto", "error"]


# --- Around it --------------------------------------------------------------------------------------------------------


def test_the_tables_that_it_needs_and_that_need_it_are_named(lab: Lab, viewer: Client) -> None:
    schema = lab.failed(m1="value")
    found = look(viewer, addresses(viewer, f"schema={schema}")[0])
    assert (row_of(found, "needs"), row_of(found, "needed by")) == ("Recording", "Summary in this schema")
    (link,) = [str(link["href"]) for link in found.select("dl.facts a") if "table=" in str(link["href"])]
    assert link == f"/jobs/?schema={schema}&table=__summary"


def test_a_table_that_is_no_more_has_none_around_it(planted: Planted, viewer: Client) -> None:
    planted.row()
    found = look(viewer, addresses(viewer, f"schema={planted.schema}")[0])
    assert (row_of(found, "needs"), row_of(found, "needed by")) == ("", "")


# --- The worker -------------------------------------------------------------------------------------------------------


def test_the_worker_of_a_failed_job_that_is_connected_no_more_is_gone(lab: Lab, viewer: Client) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "value"})
    lab.populate(schema, user="bob")
    found = look(viewer, addresses(viewer, f"schema={schema}")[0])
    assert row_of(found, "connection").split()[1:] == ["gone"]


# --- Failed in the same way -------------------------------------------------------------------------------------------


def test_the_jobs_that_failed_in_the_same_way_are_named_and_lead_through_their_group(lab: Lab, viewer: Client) -> None:
    schema, module = lab.pipeline()
    for number in range(3):
        again(module, f"m{number}", f"TypeError: {schema} has {number} odd things")
    again(module, "m9", "KeyError: 'another'")
    address = addresses(viewer, f"schema={schema}&sort=table&message=odd")[0]
    found = look(viewer, address)
    others = [str(link["href"]) for link in found.select(".alike a")]
    assert (len(found.select(".alike li")), len(others)) == (3, 2)
    group = text_of(found.select_one(".part h2 small a"))
    assert group == "all 3"
    pages = {step(look(viewer, other), way) for other in others for way in ("next", "prev")}
    assert len(pages - {""}) == 3


def test_a_job_that_failed_like_no_other_has_none_beside_it(lab: Lab, viewer: Client) -> None:
    schema, module = lab.pipeline()
    again(module, "m1", f"TypeError: {schema}")
    assert look(viewer, addresses(viewer, f"schema={schema}")[0]).select(".alike") == []


def test_the_panel_leads_to_the_group_of_a_failed_job(lab: Lab, viewer: Client) -> None:
    schema, module = lab.pipeline()
    again(module, "m1", f"TypeError: {schema}")
    found = look(viewer, addresses(viewer, f"schema={schema}")[0], headers=FRAGMENT)
    (link,) = [str(link["href"]) for link in found.select("a") if text_of(link) == "its group"]
    assert signature_of(f"TypeError: {schema}", "").fingerprint in link
