"""A clear that takes longer than one request: it shows how far it has come, is stopped, paused, and goes on."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from jobsite.pages.frames import SCRIPTS_COOKIE
from tests.browser.screens import Act, Jobs
from tests.browser.site import Site, SlowlyClearing
from tests.browser.test_accessibility import violations
from tests.browser.visits import Visits
from tests.jobs.planting import Planted
from tests.lab import Lab, eventually
from tests.server import SERVER

pytestmark = pytest.mark.browser

JOBS_THERE = 60
SLOW = """
CREATE TRIGGER `{0}`.takes_its_time BEFORE DELETE ON `{0}`.`~jobs` FOR EACH ROW DO SLEEP(0.02)
"""

WHERE = """() => [document.activeElement.id, ...[...document.querySelectorAll("#stop, #go_on, progress")].map((one) => {
  const { x, y, width, height } = one.getBoundingClientRect();
  return [x, y, width, height];
})]"""
"""What has the focus, and where the parts are that must not move."""


@pytest.fixture
def slow(site: Site, accounts: None) -> Iterator[Site]:
    """The site, with its people, that clears ten jobs a request."""
    with SlowlyClearing(site.home) as running:
        yield running


@pytest.fixture
def many_failed(lab_without_db: Lab) -> str:
    """The schema of many jobs, whose rows the server deletes slowly."""
    planted = Planted(lab_without_db.schema())
    for number in range(JOBS_THERE):
        planted.row(key_hash=f"{number:032}", timestamp="2026-01-01 00:00:00")
    SERVER.sql(SLOW.format(planted.schema))
    return planted.schema


def begin(page: Page, schema: str) -> Act:
    """Clear all that match, by clicks; return the page that follows."""
    jobs = Jobs(page)
    jobs.open(f"schema={schema}&status=error")
    jobs.clear_all.click()
    page.get_by_label(f"Type {JOBS_THERE}").fill(str(JOBS_THERE))
    jobs.danger.click()
    act = Act(page)
    expect(act.heading).to_have_text(f"Clearing {JOBS_THERE} jobs")
    return act


def log_in(visit: Visits, site: Site, name: str = "otto") -> Page:
    """Log in at this site."""
    page = visit.afresh(site=site)
    jobs = Jobs(page)
    jobs.open()
    jobs.log_in(name)
    return page


def open_list_once_paused(page: Page, schema: str) -> Jobs:
    """Open the list, which says that the act is paused as soon as nobody is at it any more."""
    jobs = Jobs(page)
    paused = f"Clearing {JOBS_THERE} jobs was paused after"
    eventually(lambda: jobs.open(f"schema={schema}") and paused in jobs.notices.first.inner_text(), "it to be paused")
    return jobs


def lose_the_answer(route: Route) -> None:
    """Let the site do what was asked; its answer does not come."""
    route.fetch()
    route.abort()


def left(schema: str) -> int:
    """Return how many jobs a schema has."""
    ((number,),) = SERVER.sql(f"SELECT COUNT(*) FROM `{schema}`.`~jobs`")
    return int(number)


def test_it_goes_on_by_itself_and_nothing_moves(slow: Site, visit: Visits, many_failed: str) -> None:
    act = begin(log_in(visit, slow), many_failed)
    act.stop.focus()
    where = act.page.evaluate(WHERE)
    expect(act.says.first).to_have_text(re.compile(f"^[34]0 of {JOBS_THERE} jobs"))
    assert act.page.evaluate(WHERE) == where
    jobs = Jobs(act.page)
    expect(jobs.notices).to_have_text(f"Cleared {JOBS_THERE} jobs.")
    expect(jobs.says).to_contain_text(f"Failed jobs in schema {many_failed}")
    assert left(many_failed) == 0


def test_it_is_stopped(slow: Site, visit: Visits, many_failed: str) -> None:
    act = begin(log_in(visit, slow), many_failed)
    act.stop.click()
    expect(Jobs(act.page).notices).to_contain_text("Stopped by otto. The rest was left alone.")
    there = left(many_failed)
    assert 0 < there < JOBS_THERE
    expect(Jobs(act.page).notices).to_contain_text(f"Cleared {JOBS_THERE - there} jobs.")


def test_a_request_without_an_answer_is_sent_again_and_the_page_says_so(
    slow: Site, visit: Visits, many_failed: str
) -> None:
    page = log_in(visit, slow)
    for words in ("htmx:sendError", "ERR_FAILED", "status of 504", "Response Status Error Code 504"):
        visit.expect(words)
    failures: list[Callable[[Route], object]] = [
        lambda route: route.abort(),
        lambda route: route.fulfill(status=504),
        lose_the_answer,
    ]
    is_of_an_act = re.compile(r"/acts/\d+/$")
    page.route(is_of_an_act, lambda route: (failures.pop(0) if failures else Route.continue_)(route))
    act = begin(page, many_failed)
    expect(act.says.first).to_have_text("Paused: Jobsite does not answer, and asks again by itself.")
    expect(Jobs(page).notices).to_have_text(f"Cleared {JOBS_THERE} jobs.", timeout=40_000)
    assert (failures, left(many_failed)) == ([], 0)


def test_a_closed_tab_pauses_it_and_the_list_goes_on_after_the_site_was_started_again(
    slow: Site, visit: Visits, many_failed: str
) -> None:
    page = log_in(visit, slow)
    begin(page, many_failed)
    page.goto("about:blank")
    open_list_once_paused(page, many_failed)
    slow.stop()
    with slow:
        jobs = open_list_once_paused(page, many_failed)
        there = left(many_failed)
        page.reload()
        assert left(many_failed) == there > 0
        page.get_by_role("button", name="Go on").click()
        expect(jobs.notices).to_have_text(f"Cleared {JOBS_THERE} jobs.")
        jobs.wait()
    assert left(many_failed) == 0


def test_axe_finds_nothing_on_an_act_that_is_paused_and_where_the_list_offers_it(
    slow: Site, visit: Visits, many_failed: str
) -> None:
    page = log_in(visit, slow)
    act = begin(page, many_failed)
    address = page.url
    page.goto("about:blank")
    open_list_once_paused(page, many_failed)
    assert violations(page) == {}
    page.goto(address)
    expect(act.says.first).to_contain_text("Paused after")
    assert violations(page) == {}
    act.stop.click()
    expect(Jobs(page).notices).to_contain_text("Stopped by otto.")


def test_without_javascript_a_button_goes_on(slow: Site, visit: Visits, many_failed: str) -> None:
    page = log_in(visit, slow)
    plain = page.context.browser.new_context(  # type: ignore[union-attr]
        base_url=slow.address, storage_state=page.context.storage_state(), java_script_enabled=False
    )
    plain.clear_cookies(name=SCRIPTS_COOKIE)
    act = begin(plain.new_page(), many_failed)
    for done in range(10, JOBS_THERE, 10):
        expect(act.says.first).to_contain_text(f"{done} of {JOBS_THERE} jobs")
        expect(act.page.locator(f"progress[value='{done}']")).to_have_count(1)
        act.go_on.click()
    expect(Jobs(act.page).notices).to_have_text(f"Cleared {JOBS_THERE} jobs.")
    plain.close()
