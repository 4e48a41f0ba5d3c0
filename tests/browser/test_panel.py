"""A job beside the list: it opens, closes, stands alone, and its lines can be copied."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screens import Job, Jobs
from tests.browser.visits import Visits
from tests.lab import Lab
from tests.server import SERVER

pytestmark = pytest.mark.browser


def open_panel(page: Page, schema: str) -> tuple[Jobs, Job]:
    """Open a job beside its list."""
    jobs = Jobs(page)
    jobs.open(f"schema={schema}")
    job = jobs.open_job("m1")
    expect(job.exception).to_have_text("ValueError: the trace is empty")
    return jobs, job


def clipboard(page: Page) -> str:
    """Return what the clipboard holds, by pasting it."""
    page.get_by_role("searchbox", name="Message").fill("")
    page.get_by_role("searchbox", name="Message").press("Control+V")
    return page.get_by_role("searchbox", name="Message").input_value()


def test_a_job_opens_beside_the_list_which_keeps_its_address(visit: Visits, failed_jobs: str) -> None:
    jobs, job = open_panel(visit("vera"), failed_jobs)
    expect(jobs.rows).to_have_count(2)
    expect(jobs.page).to_have_url(re.compile(rf"/jobs/\?schema={failed_jobs}$"))
    list_box, panel_box = jobs.list.bounding_box(), jobs.panel.bounding_box()
    assert list_box is not None
    assert panel_box is not None
    assert panel_box["x"] >= list_box["x"] + list_box["width"]
    job = jobs.open_job("m2")
    expect(job.exception).to_have_text("OwnError: no spikes: Überlänge 🧠")
    expect(job.whole).to_contain_text("ZeroDivisionError")


def test_the_panel_closes_by_its_button_and_by_escape(visit: Visits, failed_jobs: str) -> None:
    jobs, job = open_panel(visit("vera"), failed_jobs)
    job.close.click()
    expect(job.whole).to_have_count(0)
    jobs.open_job("m1")
    expect(job.whole).to_have_count(1)
    jobs.page.keyboard.press("Escape")
    expect(job.whole).to_have_count(0)


def test_the_panel_leads_to_the_jobs_own_page(visit: Visits, failed_jobs: str) -> None:
    jobs, job = open_panel(visit("vera"), failed_jobs)
    job.open_alone.click()
    expect(jobs.page).to_have_url(re.compile(rf"/jobs/{failed_jobs}/__score/[0-9a-f]{{32}}/$"))
    expect(job.exception).to_have_text("ValueError: the trace is empty")
    expect(job.whole).to_contain_text("subject=m1")
    job.expect_whole()


@pytest.mark.parametrize("secure", [True, False], ids=["by the clipboard", "over plain http"])
def test_a_line_is_copied(visit: Visits, failed_jobs: str, secure: bool) -> None:
    page = visit.afresh("vera", permissions=("clipboard-read", "clipboard-write") if secure else ())
    if not secure:
        page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    _, job = open_panel(page, failed_jobs)
    job.copy_buttons.first.click()
    expect(job.copy_buttons.first).to_have_text("Copied")
    line = job.lines.first.text_content()
    assert line == 'Score & {"subject": "m1", "session": 1}'
    assert clipboard(page) == line


def test_the_full_text_of_a_traceback_is_a_click_away(visit: Visits, failed_jobs: str) -> None:
    _, job = open_panel(visit("vera"), failed_jobs)
    expect(job.full_text).to_be_hidden()
    job.whole.get_by_text("Full text").click()
    expect(job.full_text).to_contain_text("Traceback (most recent call last):")


def test_a_job_that_is_gone_says_so_in_the_panel(visit: Visits, lab_without_db: Lab) -> None:
    schema = lab_without_db.failed(m1="value", m2="value")
    jobs, job = open_panel(visit("vera"), schema)
    visit.expect("status of 404")
    SERVER.sql(f"DELETE FROM `{schema}`.`~jobs`")
    jobs.open_job("m2")
    expect(job.whole).to_contain_text("This job is gone")
