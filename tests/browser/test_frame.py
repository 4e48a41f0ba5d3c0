"""The page comes in parts, and nothing of it moves when the next one comes."""

import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.screens import Jobs
from tests.browser.site import Site
from tests.browser.visits import Visits
from tests.lab import Lab
from tests.server import SERVER
from tests.stalling import Stall, StallingProxy

pytestmark = pytest.mark.browser
PLACES = (
    "list => [...list.querySelectorAll('tr, .tabs, .says')].map((part) => JSON.stringify(part.getBoundingClientRect()))"
)


def test_the_frame_is_there_while_the_labs_server_is_silent_and_the_rows_come_by_themselves(
    visit: Visits, site: Site, failed_jobs: str
) -> None:
    with StallingProxy(SERVER.host, SERVER.port) as proxy, Site(site.home, DJ_PORT=str(proxy.port)) as other:
        proxy.stall = Stall.AFTER_CONNECT
        jobs = Jobs(visit.afresh("vera", site=other))
        for words in ("status of 503", "htmx:sendError", "ERR_CONNECTION"):  # the site ends while its page asks again
            visit.expect(words)
        jobs.page.goto(f"jobs/?schema={failed_jobs}&status=error")
        expect(jobs.heading).to_have_text("Jobs")
        expect(jobs.says).to_have_text(f"Failed jobs in schema {failed_jobs}. Reset filters")
        expect(jobs.tab("Errors")).to_have_attribute("aria-current", "true")
        expect(jobs.box("schema")).to_have_value(failed_jobs)
        expect(jobs.rows).to_have_count(0)
        expect(jobs.live_notice).to_contain_text("did not answer within 2 s")
        proxy.stall = Stall.NOTHING
        expect(jobs.rows).to_have_count(2)
        expect(jobs.live_notice).to_be_empty()


@pytest.mark.parametrize("name", ["vera", "otto"])
def test_the_numbers_come_after_the_rows_and_move_none(visit: Visits, failed_jobs: str, name: str) -> None:
    jobs, held = Jobs(visit.afresh(name)), list[Route]()
    jobs.page.route("**/jobs/counts/**", lambda route: held.append(route))
    jobs.page.goto(f"jobs/?schema={failed_jobs}")
    expect(jobs.rows).to_have_count(2)
    expect(jobs.page.locator(".tabs b").first).to_have_text("")
    before = jobs.list.evaluate(PLACES)
    for route in held:
        route.continue_()
    expect(jobs.tab("Errors")).to_have_text(re.compile(r"^Errors\s+2$"))
    assert jobs.list.evaluate(PLACES) == before


def test_the_numbers_of_the_list_before_stand_until_the_new_ones_are_there(visit: Visits, failed_jobs: str) -> None:
    jobs, held = Jobs(visit.afresh("vera")), list[Route]()
    jobs.open(f"schema={failed_jobs}")
    jobs.page.route("**/jobs/counts/**", lambda route: held.append(route))
    jobs.tab("Reserved").click()
    expect(jobs.says).to_contain_text("Reserved jobs")
    expect(jobs.tab("Errors")).to_have_text(re.compile(r"^Errors\s+2$"))
    expect(jobs.page.locator("#count_error")).to_have_class("waits")


def test_numbers_that_do_not_come_leave_the_rows(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit.afresh("vera"))
    visit.expect("htmx:sendError")
    visit.expect("ERR_FAILED")
    jobs.page.route("**/jobs/counts/**", lambda route: route.abort())
    jobs.page.goto(f"jobs/?schema={failed_jobs}")
    expect(jobs.rows).to_have_count(2)
    expect(jobs.read).to_have_text(re.compile(r"^read at \d\d:\d\d:\d\d UTC$"))


def test_the_tables_stand_in_the_menu_that_is_opened(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit.afresh("vera"))
    jobs.open(f"schema={failed_jobs}")
    menu = jobs.box("table")
    expect(menu.locator("option")).to_have_text(["any"])
    menu.focus()
    expect(menu.locator("option")).to_have_text(["any", "Score"])
    menu.select_option("Score")
    expect(jobs.says).to_contain_text("of table Score")
    expect(jobs.box("schema")).to_have_value(failed_jobs)


def test_back_finds_its_place_in_a_list_that_comes_later(visit: Visits, lab_without_db: Lab) -> None:
    schema = lab_without_db.failed(**{f"m{number}": "value" for number in range(40)})
    jobs = Jobs(visit.afresh("vera"))
    jobs.open(f"schema={schema}")
    jobs.page.evaluate("scrollTo(0, 600)")
    jobs.page.goto("about:blank")
    jobs.page.go_back()
    jobs.wait()
    expect(jobs.rows).to_have_count(40)
    jobs.page.wait_for_function("scrollY === 600")


def test_a_job_that_the_address_names_opens_beside_the_list(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit.afresh("vera"))
    jobs.open(f"schema={failed_jobs}")
    link = jobs.rows.first.get_by_role("link")
    names = link.get_attribute("data-open")
    jobs.page.goto(f"jobs/?schema={failed_jobs}&open={names}")
    expect(jobs.panel).to_be_visible()
    expect(jobs.opened).to_have_count(1)


def test_a_tab_that_is_clicked_before_the_rows_are_there_is_in_the_address(visit: Visits, failed_jobs: str) -> None:
    jobs, held = Jobs(visit.afresh("vera")), list[Route]()
    jobs.page.route(
        "**/jobs/?*",
        lambda route: held.append(route) if "hx-request" in route.request.headers and not held else route.continue_(),
    )
    jobs.page.goto(f"jobs/?schema={failed_jobs}")
    jobs.tab("Errors").click()
    expect(jobs.says).to_contain_text("Failed jobs")
    expect(jobs.rows).to_have_count(2)
    assert "status=error" in jobs.page.url


def test_the_filter_stays_where_it_is_when_its_menus_are_read(visit: Visits, failed_jobs: str) -> None:
    where = "() => [...document.querySelectorAll('form.filter label')].map((one) => one.getBoundingClientRect().x)"
    jobs = Jobs(visit.afresh("vera"))
    jobs.open()
    before = jobs.page.evaluate(where)
    jobs.box("schema").focus()
    expect(jobs.box("schema").locator(f"option[value={failed_jobs}]")).to_have_count(1)
    assert jobs.page.evaluate(where) == before


def test_an_address_that_names_no_job_opens_a_sentence(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit.afresh("vera"))
    visit.expect("status of 404")
    jobs.page.goto(f"jobs/?schema={failed_jobs}&open=xx")
    expect(jobs.panel).to_contain_text("There is nothing at this address.")
    expect(jobs.page.locator("header.top")).to_have_count(1)
