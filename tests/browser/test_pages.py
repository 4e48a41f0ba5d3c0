"""Going through a long list: its pages, and to a place in it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.screens import Jobs
from tests.browser.visits import Visits
from tests.lab import Lab

pytestmark = pytest.mark.browser

MANY = 60


@pytest.fixture
def long_list(lab_without_db: Lab) -> str:
    """The schema of more failed jobs than a page has."""
    return lab_without_db.failed(**{f"m{number}": "value" for number in range(MANY)})


@pytest.mark.parametrize("javascript", [True, False])
def test_one_goes_on_back_and_to_a_place(visit: Visits, long_list: str, javascript: bool) -> None:
    jobs = Jobs(visit("vera", javascript=javascript))
    jobs.open(f"schema={long_list}&sort=table")
    jobs.last_page.click()
    expect(jobs.page).to_have_url(re.compile("[?&]last=1(&|$)"))
    expect(jobs.next_page).to_have_count(0)
    jobs.first_page.click()
    expect(jobs.previous_page).to_have_count(0)
    expect(jobs.says).to_contain_text(long_list)
    jobs.go_to.fill("zebra")
    jobs.go_to.press("Enter")
    expect(jobs.page).to_have_url(re.compile("[?&]from=zebra(&|$)"))
    expect(jobs.next_page).to_have_count(0)
    expect(jobs.go_to).to_have_value("zebra")
    expect(jobs.page).to_have_url(re.compile("[?&]sort=table(&|$)"))


def test_a_filter_that_is_typed_begins_at_the_first_page(visit: Visits, long_list: str) -> None:
    jobs = Jobs(visit("vera"))
    for words in ("last=1", "from=1 h"):
        jobs.open(f"schema={long_list}&{words}")
        jobs.box("message").press_sequentially("empty")
        expect(jobs.page).to_have_url(re.compile("[?&]message=empty(&|$)"))
        expect(jobs.page).not_to_have_url(re.compile("[?&](last|from)="))
        expect(jobs.rows).to_have_count(50)
