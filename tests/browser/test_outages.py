"""When somebody does not answer: what was seen stays, and a sentence says why nothing new came."""

import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.screens import Jobs
from tests.browser.site import Site, Wire
from tests.browser.visits import Visits
from tests.lab import Lab

pytestmark = pytest.mark.browser


def test_the_old_rows_stay_when_the_labs_server_vanishes(visit: Visits, site: Site, failed_jobs: str) -> None:
    wire = Wire()
    with Site(site.home, DJ_PORT=str(wire.port)) as other:
        jobs = Jobs(visit.afresh("vera", site=other))
        visit.expect("status of 503")
        jobs.open(f"schema={failed_jobs}")
        expect(jobs.rows).to_have_count(2)

        wire.cut()
        jobs.box("message").press_sequentially("empty")
        expect(jobs.live_notice).to_have_text(
            f"The lab's server 127.0.0.1:{wire.port} does not answer: check DJ_HOST and DJ_PORT, and that the server"
            " runs. What is shown may be out of date."
        )
        expect(jobs.rows).to_have_count(2)
        expect(jobs.box("message")).to_be_focused()

        jobs.page.reload()
        visit.expect("htmx:sendError")  # the site ends while its page asks again
        visit.expect("ERR_CONNECTION")
        expect(jobs.live_notice).to_contain_text("does not answer: check DJ_HOST and DJ_PORT")
        expect(jobs.read).to_have_text("Not read yet: Jobsite asks again by itself.")


def test_the_old_rows_stay_when_the_site_vanishes(visit: Visits, site: Site, failed_jobs: str) -> None:
    with Site(site.home) as other:
        jobs = Jobs(visit.afresh("vera", site=other))
        jobs.open(f"schema={failed_jobs}")
        expect(jobs.rows).to_have_count(2)
        other.stop()
        visit.expect("htmx:sendError")
        visit.expect("ERR_CONNECTION_REFUSED")
        jobs.tab("Reserved").click()
        expect(jobs.live_notice).to_have_text("Jobsite does not answer. What is shown may be out of date.")
        expect(jobs.rows).to_have_count(2)


def test_a_list_says_when_it_was_read(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={failed_jobs}")
    expect(jobs.read).to_have_text(re.compile(r"^read at \d\d:\d\d:\d\d UTC$"))


def test_the_old_list_says_how_old_it_is_and_follows_its_filter_once_the_server_is_back(
    visit: Visits, site: Site, failed_jobs: str
) -> None:
    wire = Wire()
    with Site(site.home, DJ_PORT=str(wire.port)) as other:
        jobs = Jobs(visit.afresh("otto", site=other))
        visit.expect("status of 503")
        jobs.open(f"schema={failed_jobs}")
        before = (jobs.page.url, jobs.says.text_content())
        wire.cut()
        jobs.box("message").press_sequentially("empty")
        expect(jobs.read).to_have_text(re.compile(r"^Not up to date: read at [\d:]{8} UTC, \d+ s ago$"))
        assert (jobs.page.url, jobs.says.text_content()) == before
        expect(jobs.clear_selected).to_be_disabled()
        expect(jobs.cells("Age").first).to_have_text(re.compile(r"^\d\d:\d\d:\d\d$"))

        wire.mend()
        expect(jobs.rows).to_have_count(1)
        expect(jobs.says).to_contain_text("with a message containing “empty”")
        expect(jobs.page).to_have_url(re.compile("[?&]message=empty(&|$)"))
        expect(jobs.read).to_have_text(re.compile("^read at"))
        expect(jobs.clear_selected).to_be_enabled()
        expect(jobs.live_notice).to_be_empty()


def test_a_tab_that_was_asked_for_in_vain_comes_once_the_site_is_back(visit: Visits, failed_jobs: str) -> None:
    jobs, lost = Jobs(visit.afresh("vera")), re.compile("status=error")
    jobs.open(f"schema={failed_jobs}")
    jobs.page.route(lost, lambda route: route.abort())
    visit.expect("htmx:sendError")
    visit.expect("ERR_FAILED")
    jobs.tab("Errors").click()
    expect(jobs.read).to_contain_text("Not up to date")
    expect(jobs.tab("Not done")).to_have_attribute("aria-current", "true")
    jobs.page.unroute(lost)
    expect(jobs.tab("Errors")).to_have_attribute("aria-current", "true")
    expect(jobs.says).to_contain_text("Failed jobs")


def test_a_job_that_cannot_be_read_leaves_the_open_one_marked(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit.afresh("vera"))
    jobs.open(f"schema={failed_jobs}")
    job = jobs.open_job("m1")
    expect(job.exception).to_have_text("ValueError: the trace is empty")
    address = jobs.page.url
    jobs.page.route(re.compile("/__score/"), lambda route: route.abort())
    visit.expect("htmx:sendError")
    visit.expect("ERR_FAILED")
    jobs.row("m2").get_by_role("link").click()
    expect(jobs.live_notice).to_contain_text("does not answer")
    expect(jobs.opened).to_contain_text("m1")
    expect(job.exception).to_have_text("ValueError: the trace is empty")
    assert jobs.page.url == address


def test_a_list_and_a_job_that_take_their_time_are_marked_as_busy(visit: Visits, failed_jobs: str) -> None:
    jobs, held = Jobs(visit.afresh("vera")), list[Route]()
    jobs.open(f"schema={failed_jobs}")
    jobs.page.route(re.compile("status=error|/__score/"), lambda route: held.append(route))
    jobs.tab("Errors").click()
    expect(jobs.list).to_have_attribute("aria-busy", "true")
    held.pop().continue_()
    expect(jobs.says).to_contain_text("Failed jobs")
    expect(jobs.list).not_to_have_attribute("aria-busy", "true")
    jobs.row("m1").get_by_role("link").click()
    expect(jobs.row("m1")).to_have_attribute("aria-busy", "true")
    expect(jobs.page.locator("#panel_job")).to_have_attribute("aria-busy", "true")
    held.pop().continue_()
    expect(jobs.opened).to_contain_text("m1")
    for part in (jobs.page.locator("#panel_job"), jobs.row("m1")):
        expect(part).not_to_have_attribute("aria-busy", "true")


def test_the_next_page_begins_at_its_top(visit: Visits, lab_without_db: Lab) -> None:
    schema = lab_without_db.failed(**{f"m{number}": "value" for number in range(60)})
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={schema}")
    jobs.next_page.click()
    expect(jobs.rows).to_have_count(10)
    expect(jobs.rows.first).to_be_in_viewport()
    expect(jobs.list.get_by_role("link", name="Previous")).to_have_count(1)


def test_a_list_that_is_drawn_anew_keeps_what_was_selected_and_the_focus(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit("otto"))
    jobs.open(f"schema={failed_jobs}")
    jobs.select(["m1"])
    jobs.tab("Errors").click()
    expect(jobs.says).to_contain_text("Failed jobs")
    expect(jobs.row("m1").get_by_role("checkbox")).to_be_checked()
    expect(jobs.row("m2").get_by_role("checkbox")).not_to_be_checked()
    expect(jobs.clear_selected).to_have_text("Clear 1 selected…")
    expect(jobs.tab("Errors")).to_be_focused()


def test_an_outage_moves_nothing_of_the_list(visit: Visits, failed_jobs: str) -> None:
    where = (
        "list => [...list.querySelectorAll('tr, .tabs')].map((part) => JSON.stringify(part.getBoundingClientRect()))"
    )
    jobs, lost = Jobs(visit.afresh("otto")), re.compile("status=error")
    jobs.open(f"schema={failed_jobs}")
    visit.expect("htmx:sendError")
    visit.expect("ERR_FAILED")
    jobs.page.route(lost, lambda route: route.abort())
    for width in (390, 1280):
        jobs.page.set_viewport_size({"width": width, "height": 800})
        jobs.page.reload()
        jobs.wait()
        before = jobs.list.evaluate(where)
        jobs.tab("Errors").click()
        expect(jobs.read).to_contain_text("Not up to date")
        expect(jobs.live_notice).to_be_visible()
        assert jobs.list.evaluate(where) == before
