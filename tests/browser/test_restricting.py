"""Writing a restriction: what is offered, how it is taken and applied by the keyboard, and what a mistake leaves."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.screens import Connections, Jobs
from tests.browser.test_still_list import BOXES
from tests.browser.visits import Visits

pytestmark = pytest.mark.browser

EMPTY, OWN = "ValueError: the trace is empty", "OwnError: no spikes: Überlänge 🧠"
CHOSEN = re.compile(".")


def write(jobs: Jobs, text: str) -> Locator:
    """Write in the box, and return it."""
    jobs.box("restriction").press_sequentially(text)
    return jobs.box("restriction")


def texts(jobs: Jobs) -> list[str]:
    return [str(one.get_attribute("data-text")) for one in jobs.offers.all()]


def test_a_restriction_is_written_by_taking_what_is_offered(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={failed_jobs}")
    box = write(jobs, "sta")
    expect(jobs.offers.first).to_have_attribute("aria-selected", "true")
    box.press("Tab")
    expect(box).to_have_value("status ")
    box.press_sequentially("= ")
    expect(jobs.offers).to_have_count(1)
    assert texts(jobs) == ['"error"']
    box.press("ArrowDown")
    box.press("Tab")
    expect(box).to_have_value('status = "error" ')
    box.press("Enter")
    expect(jobs.offers).to_have_count(0)
    expect(jobs.says).to_contain_text(f'in schema {failed_jobs} where status = "error".')
    expect(jobs.page).to_have_url(re.compile("[?&]restriction=status(%20|\\+)%3D(%20|\\+)%22error%22"))
    expect(jobs.rows).to_have_count(2)


def test_the_box_is_a_combobox(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={failed_jobs}")
    box = jobs.page.get_by_role("combobox", name="Restriction")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press("ArrowDown")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(box).not_to_have_attribute("aria-activedescendant", CHOSEN)
    box.press("ArrowUp")
    expect(jobs.offers.last).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", str(jobs.offers.last.get_attribute("id")))
    expect(box).to_be_focused()
    box.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(jobs.offers).to_have_count(0)


def test_tab_goes_on_where_nothing_was_chosen(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={failed_jobs}")
    box = jobs.box("restriction")
    box.press("ArrowDown")
    expect(jobs.offers.first).to_be_visible()
    box.press("Tab")
    expect(jobs.box("schema")).to_be_focused()
    expect(jobs.offers).to_have_count(0)


def test_an_offer_is_taken_by_the_mouse(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={failed_jobs}")
    box = write(jobs, "user = ")
    jobs.offers.first.click()
    expect(box).to_have_value(re.compile(r'^user = "alice@[^"]+" $'))
    expect(box).to_be_focused()


def test_the_filter_is_read_aloud_before_it_is_applied(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={failed_jobs}")
    write(jobs, "pid>3 and host='a' ")
    reads = jobs.page.locator(".offers .reads")
    expect(reads).to_have_text(f'Reads: All jobs in schema {failed_jobs} where pid > 3 AND host = "a".')
    expect(jobs.says).not_to_contain_text("where")


def test_nothing_moves_while_something_is_offered(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit("otto"))
    jobs.open(f"schema={failed_jobs}")
    before = jobs.page.evaluate(BOXES)
    jobs.box("restriction").press("ArrowDown")
    expect(jobs.offers.first).to_be_visible()
    assert jobs.page.evaluate(BOXES) == before


def test_a_mistake_is_told_below_the_box_and_the_list_and_its_address_stay(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={failed_jobs}&restriction=pid>0")
    address = jobs.page.url
    jobs.box("restriction").fill("hots = 'a'")
    jobs.box("restriction").press("Enter")
    expect(jobs.mistakes).to_have_text(re.compile("^“hots” is no column here: did you mean host?"))
    expect(jobs.rows).to_have_count(2)
    assert jobs.page.url == address
    expect(jobs.says).to_contain_text("where pid > 0.")
    jobs.box("restriction").fill("host = 'a'")
    jobs.box("restriction").press("Enter")
    expect(jobs.mistakes).to_have_count(0)
    expect(jobs.rows).to_have_count(0)


def test_a_mistake_in_the_address_lists_nothing(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={failed_jobs}&restriction=hots=1")
    expect(jobs.mistakes).to_have_count(1)
    expect(jobs.rows).to_have_count(0)


def test_half_a_restriction_asks_for_nothing_until_the_box_is_left(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={failed_jobs}")
    address = jobs.page.url
    write(jobs, "pid > ")
    jobs.page.wait_for_timeout(600)
    assert jobs.page.url == address
    expect(jobs.mistakes).to_have_count(0)
    jobs.box("user").focus()
    expect(jobs.mistakes).to_have_count(1)


def test_esc_closes_what_is_offered_and_leaves_the_open_job(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit.afresh("vera"))
    jobs.open(f"schema={failed_jobs}")
    jobs.open_job(EMPTY)
    expect(jobs.panel).to_be_visible()
    box = write(jobs, "st")
    expect(jobs.offers.first).to_be_visible()
    box.press("Escape")
    expect(jobs.offers).to_have_count(0)
    expect(jobs.panel).to_be_visible()


def test_connections_are_restricted_the_same_way(visit: Visits, failed_jobs: str) -> None:
    connections = Connections(visit("vera"))
    connections.open()
    box = connections.box("restriction")
    box.press_sequentially("COMM")
    expect(connections.offers.first).to_have_attribute("data-text", "COMMAND")
    box.press("Tab")
    box.press_sequentially('= "Query" AND INFO = ')
    expect(connections.offers).to_have_count(0)
    box.fill('COMMAND = "no such"')
    box.press("Enter")
    expect(connections.says).to_contain_text('where COMMAND = "no such"')
    expect(connections.rows).to_have_count(0)
