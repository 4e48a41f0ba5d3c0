"""What a person has set for themselves, as they meet it: their zone, the switch "Mine", their saved filters."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screens import Account, Connections, Jobs
from tests.browser.visits import Visits
from tests.jobs.planting import Planted
from tests.lab import Lab

pytestmark = pytest.mark.browser

KOLKATA = "Asia/Kolkata"
MINE = re.compile(r"[?&]mine=1(&|$)")


@pytest.fixture
def planted(lab_without_db: Lab) -> Planted:
    """Two failed jobs of noon in UTC: one of alice, one of malice."""
    made = Planted(lab_without_db.schema())
    for number, user in enumerate(("alice@gpu01", "malice@gpu01")):
        made.row(key_hash=str(number) * 32, user=user, host="gpu01", timestamp="2026-01-25 12:00:00")
    return made


@pytest.fixture
def nobody(visit: Visits) -> Iterator[Page]:
    """Somebody who has linked no database user, before and after the test."""
    page = visit("vera")
    yield page
    Account(page).open()
    Account(page).link()


# --- Times of day ----------------------------------------------------------------------------------------------------
def test_times_of_day_are_those_of_the_browser_and_name_their_zone(visit: Visits, planted: Planted) -> None:
    jobs = Jobs(visit.afresh("vera", zone=KOLKATA))
    jobs.open(f"schema={planted.schema}")
    expect(jobs.read).to_have_text(re.compile(r"^read at \d\d:\d\d:\d\d \+05:30$"))
    expect(jobs.cells("Age").first.locator("time")).to_have_attribute("title", "2026-01-25 17:30:00 +05:30")


def test_a_zone_that_is_chosen_counts_more_until_it_is_left_to_the_browser(visit: Visits, planted: Planted) -> None:
    page = visit.afresh("otto", zone=KOLKATA)
    account, jobs = Account(page), Jobs(page)
    for zone, title in (("America/New_York", "2026-01-25 07:00:00 -05:00"), ("", "2026-01-25 17:30:00 +05:30")):
        account.open()
        account.choose_zone(zone)
        jobs.open(f"schema={planted.schema}")
        expect(jobs.cells("Age").first.locator("time")).to_have_attribute("title", title)


def test_without_javascript_times_are_of_utc(visit: Visits, planted: Planted) -> None:
    page = visit("vera", javascript=False)
    page.context.clear_cookies(name="jobsite_zone")  # a script has set it, in the browser that logged in
    Jobs(page).open(f"schema={planted.schema}")
    expect(Jobs(page).read).to_have_text(re.compile(r"^read at \d\d:\d\d:\d\d UTC$"))


def test_a_list_that_cannot_be_read_again_shows_times_of_day_in_the_same_zone(visit: Visits, planted: Planted) -> None:
    jobs = Jobs(visit.afresh("vera", zone=KOLKATA))
    visit.expect("Failed to load resource")
    visit.expect("htmx:sendError")
    jobs.open(f"schema={planted.schema}")
    jobs.page.context.set_offline(True)
    jobs.tab("Errors").click()
    expect(jobs.read).to_contain_text("Not up to date")
    expect(jobs.cells("Age").first).to_have_text("01-25 17:30")
    jobs.page.context.set_offline(False)


# --- Mine ------------------------------------------------------------------------------------------------------------
def test_the_switch_asks_first_who_one_is_and_leads_back(nobody: Page, planted: Planted) -> None:
    jobs = Jobs(nobody)
    jobs.open(f"schema={planted.schema}")
    jobs.mine.click()
    expect(jobs.heading).to_contain_text("Your account")
    Account(nobody).link("alice")
    nobody.wait_for_url(MINE)
    expect(jobs.cells("Worker")).to_have_text(["alice@gpu01"])
    expect(jobs.says).to_contain_text("of your database user alice")


def test_the_switch_swaps_the_list_and_back_switches_it_off(nobody: Page, planted: Planted) -> None:
    Account(nobody).open()
    Account(nobody).link("malice")
    jobs = Jobs(nobody)
    jobs.open(f"schema={planted.schema}")
    jobs.heading.evaluate("heading => { heading.dataset.before = 'the switch'; }")
    jobs.mine.click()
    expect(jobs.cells("Worker")).to_have_text(["malice@gpu01"])
    expect(jobs.heading).to_have_attribute("data-before", "the switch")  # still the same page
    expect(nobody).to_have_url(MINE)
    jobs.box("message").press_sequentially("x")  # the form keeps it
    expect(jobs.rows).to_have_count(0)
    expect(nobody).to_have_url(MINE)
    jobs.box("message").clear()
    expect(jobs.cells("Worker")).to_have_text(["malice@gpu01"])
    jobs.tab("Errors").click()
    expect(nobody).to_have_url(re.compile("status=error"))
    expect(jobs.cells("Worker")).to_have_text(["malice@gpu01"])
    jobs.whose.get_by_role("link", name="All").click()
    expect(jobs.rows).to_have_count(2)
    nobody.go_back()
    expect(jobs.cells("Worker")).to_have_text(["malice@gpu01"])


def test_the_switch_works_without_javascript(visit: Visits, nobody: Page, planted: Planted) -> None:
    Account(nobody).open()
    Account(nobody).link("alice")
    jobs = Jobs(visit("vera", javascript=False))
    jobs.open(f"schema={planted.schema}")
    jobs.mine.click()
    expect(jobs.cells("Worker")).to_have_text(["alice@gpu01"])
    jobs.submit_filter()
    expect(jobs.cells("Worker")).to_have_text(["alice@gpu01"])
    jobs.whose.get_by_role("link", name="All").click()
    expect(jobs.rows).to_have_count(2)


def test_connections_have_the_switch_too(nobody: Page, lab_without_db: Lab) -> None:
    for user in ("alice", "bob"):
        lab_without_db.idle(user)
    Account(nobody).open()
    Account(nobody).link("bob")
    connections = Connections(nobody)
    connections.open()
    connections.mine.click()
    expect(nobody).to_have_url(MINE)
    expect(connections.cells("User").filter(has_not_text="bob")).to_have_count(0)


# --- Saved filters ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("javascript", [True, False])
def test_a_filter_is_saved_opened_renamed_and_deleted(visit: Visits, planted: Planted, javascript: bool) -> None:
    page = visit("vera", javascript=javascript)
    jobs = Jobs(page)
    jobs.open(f"schema={planted.schema}&user=malice")
    jobs.save_filter("Night of <b>")
    expect(jobs.notices).to_have_text(["Saved as “Night of <b>”."])
    jobs.open()
    jobs.saved_filters.click()
    jobs.saved.get_by_text("Night of <b>", exact=True).click()
    jobs.wait()
    expect(jobs.cells("Worker")).to_have_text(["malice@gpu01"])
    Account(page).open()
    page.get_by_label("Another name for Night of <b>").fill("Night")
    page.get_by_role("button", name="Rename").click()
    expect(jobs.notices.first).to_have_text("“Night of <b>” is called “Night” now.")
    page.get_by_role("button", name="Delete Night").click()
    expect(jobs.notices.first).to_have_text("“Night” is deleted.")


def test_what_is_saved_is_what_the_list_shows_now(visit: Visits, planted: Planted) -> None:
    page = visit("vera")
    jobs = Jobs(page)
    jobs.open(f"schema={planted.schema}")
    jobs.box("user").press_sequentially("malice")
    expect(jobs.rows).to_have_count(1)
    jobs.save_filter("typed")
    expect(page).to_have_url(re.compile(f"schema={planted.schema}&user=malice"))
    Account(page).open()
    page.get_by_role("button", name="Delete typed").click()


def test_the_menu_lies_over_the_list_and_moves_nothing(visit: Visits, planted: Planted) -> None:
    for phone in (False, True):
        jobs = Jobs(visit("vera", phone=phone))
        jobs.open(f"schema={planted.schema}")
        before = jobs.rows.first.bounding_box()
        jobs.saved_filters.click()
        expect(jobs.list.get_by_label("Save this list as")).to_be_in_viewport()
        assert jobs.rows.first.bounding_box() == before
        assert jobs.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_the_menu_is_closed_by_esc_and_by_a_click_elsewhere(visit: Visits, planted: Planted) -> None:
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={planted.schema}")
    name = jobs.list.get_by_label("Save this list as")
    jobs.saved_filters.click()
    name.press("Escape")
    expect(name).to_be_hidden()
    expect(jobs.saved_filters).to_be_focused()
    jobs.saved_filters.press("Enter")
    expect(name).to_be_visible()
    jobs.heading.click()
    expect(name).to_be_hidden()
