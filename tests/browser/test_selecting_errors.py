"""Problems are selected on the page of errors, and one act is done to the jobs of all of them."""

import pytest
from playwright.sync_api import expect

from tests.browser.screens import Errors, Jobs
from tests.browser.visits import Visits
from tests.lab import Lab
from tests.server import SERVER

pytestmark = pytest.mark.browser


@pytest.fixture
def night(lab_without_db: Lab) -> str:
    """The schema of a night: five failed jobs of three groups."""
    schema = lab_without_db.failed(m1="value", m2="value", m3="value", m4="chained", m5="list")
    SERVER.sql(f"UPDATE `{schema}`.`~jobs` SET timestamp = timestamp - INTERVAL 1 MINUTE")
    return schema


@pytest.mark.parametrize("phone", [False, True])
@pytest.mark.parametrize("javascript", [True, False])
def test_several_problems_are_cleared_at_once(visit: Visits, night: str, javascript: bool, phone: bool) -> None:
    errors = Errors(visit("otto", javascript=javascript, phone=phone))
    errors.open(f"schema={night}")
    for number in (0, 1):
        errors.boxes.nth(number).check()
    if javascript:
        expect(errors.how_many).to_have_text("2 problems, 4 jobs")
        expect(errors.clear_selected).to_have_text("Clear 4 selected…")
    errors.clear_selected.click()
    expect(errors.heading).to_have_text("Clear 4 jobs?")
    errors.danger.click()
    expect(errors.notices.first).to_have_text("Cleared 4 jobs.")
    expect(errors.groups).to_have_count(1)


def test_the_jobs_of_selected_problems_are_one_list(visit: Visits, night: str) -> None:
    errors = Errors(visit("otto"))
    errors.open(f"schema={night}")
    expect(errors.their_jobs).to_be_hidden()
    errors.page.keyboard.press("j")
    errors.page.keyboard.press("x")
    errors.page.keyboard.press("j")
    errors.page.keyboard.press("x")
    expect(errors.boxes.nth(1)).to_be_checked()
    errors.their_jobs.click()
    jobs = Jobs(errors.page)
    jobs.wait()
    expect(jobs.rows).to_have_count(4)
    errors.page.go_back()
    expect(errors.how_many).to_have_text("2 problems, 4 jobs")


def test_all_problems_of_the_page_are_selected_by_one_box(visit: Visits, night: str) -> None:
    errors = Errors(visit("otto"))
    errors.open(f"schema={night}")
    errors.page.get_by_role("checkbox", name="Select every problem of this page").check()
    expect(errors.how_many).to_have_text("3 problems, 5 jobs")


def test_who_may_only_look_sees_no_box(visit: Visits, night: str) -> None:
    errors = Errors(visit("vera"))
    errors.open(f"schema={night}")
    expect(errors.groups).to_have_count(3)
    expect(errors.boxes).to_have_count(0)
