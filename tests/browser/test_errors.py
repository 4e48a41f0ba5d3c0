"""The pages of errors: what is seen first, what a click and a key do, and that nothing moves while parts load."""

import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.screens import ErrorGroup, Errors, Jobs, Screen
from tests.browser.visits import DESK, PHONE, Visits
from tests.lab import Lab
from tests.server import SERVER

pytestmark = pytest.mark.browser

# Where the parts of the page begin that are there before its groups are.
PLACES = """() => [...document.querySelectorAll("h1, form.filter, form.filter label, #error_list, .tabs a, .box")]
  .map((part) => part.getBoundingClientRect()).map(({ x, y }) => JSON.stringify([x, y]))"""


@pytest.fixture
def night(lab_without_db: Lab) -> str:
    """The schema of a night: five failed jobs of three groups."""
    return lab_without_db.failed(m1="value", m2="value", m3="value", m4="chained", m5="list")


@pytest.mark.parametrize("phone", [False, True])
@pytest.mark.parametrize("javascript", [True, False])
def test_the_first_screen_says_how_many_problems_there_are_and_which_is_the_worst(
    visit: Visits, night: str, javascript: bool, phone: bool
) -> None:
    errors = Errors(visit("vera", javascript=javascript, phone=phone))
    errors.open(f"schema={night}")
    expect(errors.summary).to_contain_text("5 jobs failed: 3 problems.")
    expect(errors.summary).to_contain_text("Worst: ValueError in Score, 3 jobs.")
    box = errors.summary.bounding_box()
    assert box
    assert box["y"] + box["height"] < (PHONE if phone else DESK)["height"]
    expect(errors.groups).to_have_text(["ValueError", "OwnError", "ValueError"])


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_moves_when_the_groups_come_after_the_frame(visit: Visits, night: str, width: int) -> None:
    errors, held = Errors(visit.afresh("vera")), list[Route]()
    errors.page.set_viewport_size({"width": width, "height": 800})
    errors.page.route(
        "**/errors/?*",
        lambda route: held.append(route) if "hx-request" in route.request.headers else route.continue_(),
    )
    with errors.page.expect_request(lambda request: "hx-request" in request.headers):
        errors.page.goto(f"errors/?schema={night}")
    expect(errors.numbers.first).to_have_text("")
    before = errors.page.evaluate(PLACES)
    held[0].continue_()
    expect(errors.groups).to_have_count(3)
    assert errors.page.evaluate(PLACES) == before


def test_nothing_moves_when_what_failing_keys_share_comes(visit: Visits, night: str) -> None:
    errors, held = Errors(visit.afresh("vera")), list[Route]()
    errors.open(f"schema={night}")
    errors.page.route("**/sharing/", lambda route: held.append(route))
    with errors.page.expect_request("**/sharing/"):
        errors.groups.first.click()
    group = ErrorGroup(errors.page)
    expect(group.sharing).to_contain_text("are compared")
    before = group.page.evaluate(PLACES)
    held[0].continue_()
    expect(group.sharing).to_contain_text("oo few to compare")
    assert group.page.evaluate(PLACES) == before


def test_a_tab_shows_groups_of_another_kind_and_is_in_the_address(visit: Visits, night: str) -> None:
    errors = Errors(visit("vera"))
    errors.open(f"schema={night}")
    errors.tab("Interrupted").click()
    expect(errors.groups).to_have_count(0)
    expect(errors.tab("Interrupted")).to_have_attribute("aria-current", "true")
    assert "kind=interrupted" in errors.page.url
    errors.page.go_back()
    expect(errors.groups).to_have_count(3)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_filter_counts_and_lists_what_is_left(visit: Visits, night: str, javascript: bool) -> None:
    errors = Errors(visit("vera", javascript=javascript))
    errors.open(f"schema={night}")
    errors.box("user").fill("nobody")
    errors.submit_filter()
    expect(errors.list).to_contain_text("No failed job matches.")
    expect(errors.summary).to_contain_text("No failed job matches.")


def test_the_keys_go_from_group_to_group(visit: Visits, night: str) -> None:
    errors = Errors(visit("vera"))
    errors.open(f"schema={night}")
    for key, place in (("j", 0), ("j", 1), ("k", 0)):
        errors.page.keyboard.press(key)
        expect(errors.groups.nth(place)).to_be_focused()
    errors.page.keyboard.press("Enter")
    expect(ErrorGroup(errors.page).as_list).to_be_visible()
    errors.page.keyboard.press("u")
    expect(errors.groups).to_have_count(3)


def test_the_keys_go_on_to_the_next_group_and_back(visit: Visits, night: str) -> None:
    errors = Errors(visit("vera"))
    errors.open(f"schema={night}")
    errors.groups.first.click()
    group = ErrorGroup(errors.page)
    group.page.wait_for_load_state()  # its script comes last
    first = group.page.url
    group.page.keyboard.press("J")
    expect(group.page).not_to_have_url(first)
    group.page.wait_for_load_state()
    group.page.keyboard.press("K")
    expect(group.page).to_have_url(first)


def test_a_key_opens_a_tab_the_jobs_of_a_group_and_the_page_that_asks_before_they_are_cleared(
    visit: Visits, night: str
) -> None:
    errors = Errors(visit("otto"))
    errors.open(f"schema={night}")
    errors.page.keyboard.press("2")
    expect(errors.tab("Interrupted")).to_have_attribute("aria-current", "true")
    errors.page.keyboard.press("1")
    expect(errors.groups).to_have_count(3)
    errors.groups.first.click()
    group = ErrorGroup(errors.page)
    group.page.wait_for_load_state()
    group.page.keyboard.press("r")
    expect(group.heading).to_have_text(re.compile(r"^Clear \d+ jobs\?$"))  # of all schemas
    group.page.go_back()
    group.page.wait_for_load_state()
    group.page.keyboard.press("l")
    expect(Jobs(group.page).says).to_contain_text("Failed jobs of the group 1-")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_group_is_whole_and_its_jobs_can_be_cleared(visit: Visits, lab_without_db: Lab, javascript: bool) -> None:
    schema = lab_without_db.failed(m1="list", m2="list")
    SERVER.sql(f"UPDATE `{schema}`.`~jobs` SET timestamp = timestamp - INTERVAL 1 MINUTE")
    errors = Errors(visit("otto", javascript=javascript))
    errors.open(f"schema={schema}")
    errors.groups.first.click()
    group = ErrorGroup(errors.page)
    expect(group.sharing).to_contain_text("Too few to compare")
    group.clear_all.click()
    expect(group.heading).to_have_text("Clear 2 jobs?")
    group.danger.click()
    expect(Jobs(group.page).notices.first).to_contain_text("Cleared 2 jobs.")


def test_a_group_that_is_gone_leads_to_those_that_are_there(visit: Visits, night: str) -> None:
    page = visit("vera")
    visit.expect("status of 404")
    page.goto("errors/1-000000000000/")
    expect(Screen(page).heading).to_have_text("This problem is gone")
    page.get_by_role("link", name="Show the problems that there are").click()
    expect(Errors(page).groups.first).to_be_visible()
