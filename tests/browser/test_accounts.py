"""What a person has set for themselves, as they meet it: their zone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.screens import Account, Jobs
from tests.browser.visits import Visits
from tests.jobs.planting import Planted
from tests.lab import Lab

pytestmark = pytest.mark.browser

KOLKATA = "Asia/Kolkata"


@pytest.fixture
def planted(lab_without_db: Lab) -> Planted:
    """Two failed jobs of noon in UTC: one of alice, one of malice."""
    made = Planted(lab_without_db.schema())
    for number, user in enumerate(("alice@gpu01", "malice@gpu01")):
        made.row(key_hash=str(number) * 32, user=user, host="gpu01", timestamp="2026-01-25 12:00:00")
    return made


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
    jobs.open(f"schema={planted.schema}")
    jobs.page.context.set_offline(True)
    jobs.tab("Errors").click()
    expect(jobs.read).to_contain_text("Not up to date")
    expect(jobs.cells("Age").first).to_have_text("01-25 17:30")
    jobs.page.context.set_offline(False)
