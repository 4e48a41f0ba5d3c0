"""A job in the panel over the list: what opens it, what it shows of the list, and its own page. Lines can be copied."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.screens import Job, Jobs
from tests.browser.visits import Visits
from tests.lab import Lab, eventually
from tests.server import SERVER

pytestmark = pytest.mark.browser

MANY = 52
LONG = "\n".join(f"In /lab/steps.m, line {line}, in steps" for line in range(60))
PER_PAGE = 50


@pytest.fixture(scope="module")
def many_jobs(accounts: None) -> Iterator[str]:
    """The schema of more failed jobs than a page has; m00 is the newest."""
    with Lab() as made:
        schema, module = made.pipeline()
        for number in range(MANY):
            key = {"subject": f"m{number:02}", "session": 1}
            module.schema.jobs.error("__score", key, f"ValueError: no {number:02}", LONG)
        age = "INTERVAL CAST(RIGHT(error_message, 2) AS SIGNED) MINUTE"
        SERVER.sql(f"UPDATE `{schema}`.`~jobs` SET timestamp = timestamp - {age}")
        yield schema


def open_panel(page: Page, schema: str) -> tuple[Jobs, Job]:
    """Open a job over its list."""
    jobs = Jobs(page)
    jobs.open(f"schema={schema}")
    job = jobs.open_job("m1")
    expect(job.exception).to_have_text("ValueError: the trace is empty")
    return jobs, job


def open_number(page: Page, schema: str, number: int) -> tuple[Jobs, Job]:
    """Open one of many jobs by its row on the first page."""
    jobs = Jobs(page)
    jobs.open(f"schema={schema}")
    job = jobs.open_job(f"m{number:02}")
    expect(job.exception).to_have_text(f"ValueError: no {number:02}")
    return jobs, job


def clipboard(page: Page) -> str:
    """Return what the clipboard holds, by pasting it."""
    page.get_by_role("searchbox", name="Message").fill("")
    page.get_by_role("searchbox", name="Message").press("Control+V")
    return page.get_by_role("searchbox", name="Message").input_value()


def test_a_job_opens_over_the_list_and_is_marked_in_it(visit: Visits, failed_jobs: str) -> None:
    jobs, job = open_panel(visit("vera"), failed_jobs)
    expect(jobs.rows).to_have_count(2)
    expect(jobs.opened).to_have_count(1)
    expect(jobs.opened).to_contain_text("m1")
    expect(jobs.opened.get_by_role("link")).to_have_attribute("aria-current", "true")
    expect(jobs.opened.get_by_role("link")).to_have_css("-webkit-text-stroke-width", "0.5px")
    job = jobs.open_job("m2")
    expect(job.exception).to_have_text("OwnError: no spikes: Überlänge 🧠")
    expect(job.whole).to_contain_text("ZeroDivisionError")
    expect(jobs.opened).to_contain_text("m2")


def test_the_open_job_is_said_aloud(visit: Visits, failed_jobs: str) -> None:
    jobs, job = open_panel(visit("vera"), failed_jobs)
    expect(jobs.said).to_have_text(re.compile(rf"^Score {failed_jobs} subject=m1 session=1 \d of 2 in this list$"))
    job.close.click()
    expect(jobs.said).to_have_text("The job is closed.")


def test_the_panel_is_34_rem_wide_and_leaves_status_age_table_and_key_to_be_read(visit: Visits, many_jobs: str) -> None:
    jobs, _ = open_number(visit("vera"), many_jobs, 3)
    panel = jobs.panel.bounding_box()
    key = jobs.cells("Key").first.bounding_box()
    assert panel is not None
    assert key is not None
    assert panel["width"] == 34 * 16
    assert key["x"] + key["width"] <= panel["x"]


def test_on_a_narrow_window_the_panel_covers_the_list(visit: Visits, failed_jobs: str) -> None:
    page = visit.afresh("vera")
    page.set_viewport_size({"width": 1100, "height": 800})
    jobs, _ = open_panel(page, failed_jobs)
    panel, table = jobs.panel.bounding_box(), jobs.list.get_by_role("table").bounding_box()
    assert panel is not None
    assert table is not None
    assert (panel["x"], panel["width"]) == (table["x"], table["width"])


def test_the_panel_sticks_to_the_window_and_scrolls_by_itself(visit: Visits, many_jobs: str) -> None:
    jobs, job = open_number(visit("vera"), many_jobs, 3)
    jobs.page.evaluate("scrollTo(0, 900)")
    expect(jobs.panel).to_be_in_viewport()
    top = jobs.panel.evaluate("panel => panel.getBoundingClientRect().top")
    jobs.page.evaluate("scrollTo(0, 1300)")
    assert jobs.panel.evaluate("panel => panel.getBoundingClientRect().top") == top
    job.place.hover()
    jobs.page.mouse.wheel(0, 100)
    expect(jobs.panel).not_to_have_js_property("scrollTop", 0)


def test_the_panel_closes_by_its_button_and_by_escape(visit: Visits, failed_jobs: str) -> None:
    jobs, job = open_panel(visit("vera"), failed_jobs)
    job.close.click()
    expect(job.whole).to_have_count(0)
    expect(jobs.opened).to_have_count(0)
    expect(jobs.page).to_have_url(re.compile(rf"/jobs/\?schema={failed_jobs}$"))
    jobs.open_job("m1")
    expect(job.whole).to_have_count(1)
    jobs.page.keyboard.press("Escape")
    expect(job.whole).to_have_count(0)
    expect(jobs.page).to_have_url(re.compile(rf"/jobs/\?schema={failed_jobs}$"))


def test_a_job_that_is_closed_before_it_came_stays_closed(visit: Visits, failed_jobs: str) -> None:
    jobs, held = Jobs(visit.afresh("vera")), list[Route]()
    jobs.open(f"schema={failed_jobs}")
    jobs.page.route(re.compile("/__score/"), lambda route: held.append(route))
    jobs.row("m1").get_by_role("link").click()
    jobs.page.keyboard.press("Escape")
    with jobs.page.expect_response(re.compile("/__score/")):
        held[0].continue_()
    jobs.tab("Errors").click()
    expect(jobs.says).to_contain_text("Failed jobs")
    expect(jobs.panel).to_be_hidden()
    expect(jobs.page).not_to_have_url(re.compile("open="))


def test_enter_moves_the_focus_to_the_panel_and_escape_gives_it_back_to_the_row(visit: Visits, many_jobs: str) -> None:
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={many_jobs}")
    jobs.row("m02").get_by_role("link").focus()
    jobs.page.keyboard.press("Enter")
    expect(jobs.panel).to_be_focused()
    jobs.page.keyboard.press("j")
    expect(jobs.opened).to_contain_text("m03")
    expect(jobs.panel).to_be_focused()
    jobs.page.keyboard.press("k")
    jobs.page.keyboard.press("k")
    expect(jobs.opened).to_contain_text("m01")
    jobs.page.keyboard.press("Escape")
    expect(jobs.panel).to_be_hidden()
    expect(jobs.row("m01").get_by_role("link")).to_be_focused()


def test_back_gives_the_focus_back_to_the_row(visit: Visits, many_jobs: str) -> None:
    jobs, _ = open_number(visit.afresh("vera"), many_jobs, 3)
    expect(jobs.panel).to_be_focused()
    jobs.page.go_back()
    expect(jobs.panel).to_be_hidden()
    jobs.page.keyboard.press("j")
    expect(jobs.row("m04").get_by_role("link")).to_be_focused()


def test_j_and_k_go_from_row_to_row_while_nothing_is_open(visit: Visits, many_jobs: str) -> None:
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={many_jobs}")
    for key, name in (("j", "m00"), ("j", "m01"), ("k", "m00"), ("k", "m00")):
        jobs.page.keyboard.press(key)
        expect(jobs.row(name).get_by_role("link")).to_be_focused()
        expect(jobs.row(name)).to_have_css("outline-style", "solid")  # the cell would cut the link's own
    expect(jobs.panel).to_be_hidden()


def test_previous_and_next_say_their_place_and_go_on_to_the_next_page(visit: Visits, many_jobs: str) -> None:
    jobs, job = open_number(visit("vera"), many_jobs, 0)
    expect(job.place).to_have_text(f"1 of {MANY} in this list")
    expect(job.previous).to_be_disabled()
    job.next.click()
    expect(job.exception).to_have_text("ValueError: no 01")
    expect(job.place).to_have_text(f"2 of {MANY} in this list")
    expect(job.next).to_be_focused()
    jobs.open_job("m49")
    expect(job.place).to_have_text(f"50 of {MANY} in this list")
    job.next.click()
    expect(job.place).to_have_text(f"51 of {MANY} in this list")
    expect(jobs.rows).to_have_count(MANY - PER_PAGE)
    expect(job.next).to_be_focused()
    job.next.click()
    expect(job.place).to_have_text(f"{MANY} of {MANY} in this list")
    expect(job.next).to_be_disabled()
    expect(jobs.panel).to_be_focused()
    job.previous.click()
    expect(job.place).to_have_text(f"51 of {MANY} in this list")
    job.previous.click()
    expect(job.place).to_have_text(f"50 of {MANY} in this list")
    expect(jobs.rows).to_have_count(PER_PAGE)


def test_back_closes_and_forward_opens_without_loading_the_list_anew(visit: Visits, failed_jobs: str) -> None:
    jobs, job = open_panel(visit.afresh("otto"), failed_jobs)
    jobs.open_job("m2")  # the place of the first
    expect(jobs.opened).to_contain_text("m2")
    jobs.select(["m1"])
    jobs.page.go_back()
    expect(job.whole).to_have_count(0)
    expect(jobs.page).to_have_url(re.compile(rf"/jobs/\?schema={failed_jobs}$"))
    jobs.page.go_forward()
    expect(jobs.opened).to_contain_text("m2")
    expect(jobs.clear_selected).to_have_text("Clear 1 selected…")


def test_back_closes_where_the_list_was_filtered_before(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit.afresh("vera"))
    jobs.open(f"schema={failed_jobs}")
    jobs.tab("Errors").click()
    expect(jobs.says).to_contain_text("Failed jobs")
    jobs.heading.evaluate("heading => { heading.dataset.before = 'opening'; }")
    job = jobs.open_job("m1")
    expect(job.whole).to_have_count(1)
    jobs.page.go_back()
    expect(job.whole).to_have_count(0)
    expect(jobs.says).to_contain_text("Failed jobs")
    expect(jobs.heading).to_have_attribute("data-before", "opening")  # still the same page


def test_a_reload_and_a_copied_link_show_the_list_with_the_panel(visit: Visits, failed_jobs: str) -> None:
    jobs, job = open_panel(visit("vera"), failed_jobs)
    jobs.page.reload()
    expect(job.exception).to_have_text("ValueError: the trace is empty")
    expect(jobs.opened).to_contain_text("m1")
    other = Jobs(visit.afresh("otto"))
    other.page.goto(jobs.page.url)
    expect(Job(other.page).exception).to_have_text("ValueError: the trace is empty")
    expect(other.opened).to_contain_text("m1")
    expect(other.rows).to_have_count(2)
    Job(other.page).close.click()
    expect(other.page).to_have_url(re.compile(rf"/jobs/\?schema={failed_jobs}$"))


def test_the_filter_changes_beside_the_open_job(visit: Visits, failed_jobs: str) -> None:
    jobs, job = open_panel(visit("vera"), failed_jobs)
    jobs.box("message").press_sequentially("spikes")
    expect(jobs.rows).to_have_count(1)
    expect(job.exception).to_have_text("ValueError: the trace is empty")
    expect(job.place).to_have_text("not on this page of the list")
    expect(jobs.page).to_have_url(re.compile("[?&]open="))
    jobs.tab("Errors").click()
    expect(jobs.says).to_contain_text("Failed jobs")
    jobs.page.reload()
    expect(job.exception).to_have_text("ValueError: the trace is empty")
    expect(jobs.rows).to_have_count(1)


def test_the_panel_leads_to_the_jobs_own_page(visit: Visits, failed_jobs: str) -> None:
    jobs, job = open_panel(visit("vera"), failed_jobs)
    job.own_page.click()
    expect(jobs.page).to_have_url(re.compile(rf"/jobs/{failed_jobs}/__score/[0-9a-f]{{32}}/\?schema={failed_jobs}$"))
    expect(job.exception).to_have_text("ValueError: the trace is empty")
    expect(job.whole).to_contain_text("subject=m1")
    job.expect_whole()


def test_on_a_job_s_own_page_keys_lead_through_the_list_and_back_to_it(visit: Visits, many_jobs: str) -> None:
    jobs, job = open_number(visit("vera"), many_jobs, 3)
    jobs.page.keyboard.press("o")
    job.expect_whole()
    for key, number in (("j", 4), ("j", 5), ("k", 4)):
        jobs.page.keyboard.press(key)
        expect(job.exception).to_have_text(f"ValueError: no {number:02}")
        job.expect_whole()
    jobs.page.keyboard.press("u")
    expect(jobs.rows).to_have_count(PER_PAGE)


def test_a_number_goes_to_its_tab_and_x_selects_the_row(visit: Visits, many_jobs: str) -> None:
    jobs = Jobs(visit("otto"))
    jobs.open(f"schema={many_jobs}")
    jobs.page.keyboard.press("2")
    expect(jobs.says).to_contain_text("Failed jobs")
    jobs.page.keyboard.press("j")
    jobs.page.keyboard.press("x")
    expect(jobs.row("m00").get_by_role("checkbox")).to_be_checked()
    jobs.page.keyboard.press("x")
    expect(jobs.clear_selected).to_have_text("Clear selected…")


def test_a_key_that_is_typed_into_a_box_is_a_letter(visit: Visits, many_jobs: str) -> None:
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={many_jobs}")
    jobs.box("message").press_sequentially("2")
    expect(jobs.says).to_contain_text("containing “2”")
    expect(jobs.tab("Not done")).to_have_attribute("aria-current", "true")


def test_on_a_phone_a_job_has_its_own_page_and_back_gives_the_place_in_the_list(visit: Visits, many_jobs: str) -> None:
    jobs = Jobs(visit("vera", phone=True))
    jobs.open(f"schema={many_jobs}")
    jobs.tab("Errors").click()
    expect(jobs.says).to_contain_text("Failed jobs")
    jobs.row("m30").scroll_into_view_if_needed()
    place = jobs.page.evaluate("scrollY")
    job = jobs.open_job("m30")
    expect(job.exception).to_have_text("ValueError: no 30")
    expect(jobs.page).to_have_url(re.compile(rf"/jobs/{many_jobs}/__score/"))
    jobs.page.go_back()
    expect(jobs.says).to_contain_text("Failed jobs")
    eventually(lambda: jobs.page.evaluate("scrollY") == place, "the place in the list")
    assert place > 1000


def test_without_javascript_a_job_has_its_own_page(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit("vera", javascript=False))
    jobs.open(f"schema={failed_jobs}")
    job = jobs.open_job("m1")
    expect(jobs.page).to_have_url(re.compile(rf"/jobs/{failed_jobs}/__score/"))
    expect(job.exception).to_have_text("ValueError: the trace is empty")


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
