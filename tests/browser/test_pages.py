"""Going through a long list: its pages, and to a place in it."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.screens import Job, Jobs
from tests.browser.visits import Visits
from tests.jobs.planting import Planted
from tests.lab import Lab

pytestmark = pytest.mark.browser

MANY = 60
FINGER_PX = 24
"""WCAG 2.2, 2.5.8."""


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


def place(part: Locator) -> list[float]:
    """Return where a part begins, and how high it is."""
    box = part.bounding_box()
    assert box
    return [box["x"], box["height"]]


def test_numbers_have_commas_and_the_links_stay_where_they_are_from_page_to_page(
    visit: Visits, lab_without_db: Lab
) -> None:
    planted = Planted(lab_without_db.schema())
    planted.failed(1100)
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={planted.schema}")
    expect(jobs.range).to_have_text("1–50 of 1,100")
    before = place(jobs.next_page)
    jobs.next_page.click()
    expect(jobs.previous_page).to_have_count(1)
    assert place(jobs.next_page) == before
    jobs.last_page.click()
    expect(jobs.next_page).to_have_count(0)
    jobs.rows.first.get_by_role("link").click()
    expect(Job(jobs.page).place).to_have_text(re.compile(r"^1,\d\d\d of 1,100 in this list$"))


def test_a_finger_finds_the_links_and_the_box_on_a_phone(visit: Visits, long_list: str) -> None:
    jobs = Jobs(visit("vera", phone=True))
    jobs.open(f"schema={long_list}")
    assert min(place(link)[1] for link in (jobs.next_page, jobs.last_page)) >= FINGER_PX
    expect(jobs.go_to).to_have_css("font-size", "16px")
