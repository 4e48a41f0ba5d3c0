"""The page of errors shows a part of very many jobs at once; the whole takes its place, and nothing moves."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.screens import Errors
from tests.browser.site import LookingAtParts, Site
from tests.browser.visits import Visits
from tests.jobs.planting import Planted
from tests.lab import Lab, eventually
from tests.server import SERVER

pytestmark = pytest.mark.browser

PART, ALL = "Looked at 40 of at least 140 errors so far", "140 jobs and"
FOCUS = "() => [document.activeElement.id, history.length, document.activeElement.getBoundingClientRect().y]"
"""What has the focus, how many steps back there are, and where it stands on the screen."""
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def parts(site: Site, accounts: None) -> Iterator[Site]:
    """The site, with its people, that looks at 40 jobs at once."""
    with LookingAtParts(site.home) as running:
        yield running


@pytest.fixture
def many(lab_without_db: Lab) -> str:
    """The schema of 40 problems; the one that is last in a part has most jobs of all."""
    planted = Planted(lab_without_db.schema())
    kinds = [f"{chr(65 + number // 26)}{chr(97 + number % 26)}Error: bad" for number in range(40)]
    rows = [(f"{number:032}", kind) for number, kind in enumerate([*kinds, *[kinds[-1]] * 100])]
    values = ", ".join(["('__score', %s, 'error', %s, '2026-01-01 00:00:00')"] * len(rows))
    columns = "table_name, key_hash, status, error_message, timestamp"
    SERVER.sql(f"INSERT INTO {planted.where} ({columns}) VALUES {values}", [one for row in rows for one in row])
    return planted.schema


class HeldAnswers:
    """Keeps the requests for the rest of a list on their way until they may go on."""

    def __init__(self, page: Page) -> None:
        """Begin to hold."""
        self.page, self.held, self.holds = page, list[Route](), True
        page.route("**/errors/?*", self._hold)

    def _hold(self, route: Route) -> None:
        if self.holds and "if-none-match" in route.request.headers:
            self.held.append(route)
        else:
            route.continue_()

    def wait(self) -> None:
        """Wait until there is one."""
        while not self.held:
            self.page.wait_for_timeout(50)

    def go_on(self) -> None:
        """Let them go on, and hold no others."""
        held, self.held = self.held, []
        self.holds = False
        for route in held:
            route.continue_()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_whole_comes_by_itself_and_moves_nothing_that_is_looked_at(
    visit: Visits, parts: Site, many: str, width: int
) -> None:
    errors = Errors(visit.afresh("otto", site=parts))
    errors.page.set_viewport_size({"width": width, "height": 800})
    answers = HeldAnswers(errors.page)
    errors.open(f"schema={many}")
    expect(errors.says).to_contain_text(PART)
    expect(errors.summary).to_contain_text("At least 40 jobs failed: 40 problems.")
    answers.wait()
    errors.boxes.nth(20).check()
    errors.groups.nth(20).focus()
    errors.page.evaluate("scrollBy(0, 150)")
    *before, y = errors.page.evaluate(FOCUS)
    answers.go_on()
    expect(errors.says).to_contain_text(ALL)
    expect(errors.summary).to_contain_text("140 jobs failed: 40 problems.")
    assert errors.page.evaluate(FOCUS) == [*before, pytest.approx(y, abs=1)]
    expect(errors.how_many).to_have_text("1 problem, 1 job")
    expect(errors.cells("Jobs").first).to_have_text("101")


def test_what_stands_in_the_filter_and_is_not_entered_is_not_asked_for(visit: Visits, parts: Site, many: str) -> None:
    errors = Errors(visit.afresh("vera", site=parts))
    answers = HeldAnswers(errors.page)
    errors.open(f"schema={many}")
    errors.box("restriction").fill("half = ")
    answers.wait()
    answers.go_on()
    expect(errors.says).to_contain_text(ALL)
    expect(errors.box("restriction")).to_be_focused()
    expect(errors.mistakes).to_have_count(0)


def test_a_menu_that_is_open_in_the_list_stays_open_until_it_is_closed(visit: Visits, parts: Site, many: str) -> None:
    errors = Errors(visit.afresh("vera", site=parts))
    answers = HeldAnswers(errors.page)
    errors.open(f"schema={many}")
    answers.wait()
    errors.saved_filters.click()
    name = errors.list.get_by_label("Save this list as")
    name.fill("night")
    with errors.page.expect_response(lambda response: "if-none-match" in response.request.headers):
        answers.go_on()
    expect(name).to_have_value("night")
    expect(errors.says).to_contain_text(PART)
    errors.page.keyboard.press("Escape")
    expect(errors.says).to_contain_text(ALL)


def test_a_hidden_tab_asks_for_nothing(visit: Visits, parts: Site, many: str) -> None:
    errors, asked = Errors(visit.afresh("vera", site=parts)), list[str]()
    errors.page.clock.install()
    errors.open(f"schema={many}")
    expect(errors.says).to_contain_text(PART)
    errors.page.on("request", lambda request: asked.append(request.url))
    errors.page.evaluate(HIDE, True)
    errors.page.clock.run_for(120_000)
    assert asked == []
    errors.page.evaluate(HIDE, False)
    errors.page.clock.run_for(120_000)
    expect(errors.says).to_contain_text(ALL)


def test_without_scripts_a_link_leads_to_the_whole(visit: Visits, parts: Site, many: str) -> None:
    page = visit.afresh("vera", site=parts, javascript=False)
    errors = Errors(page)
    errors.open(f"schema={many}")
    expect(errors.says).to_contain_text(PART)

    def look_again() -> bool:
        page.get_by_role("link", name="Look again").click()
        return ALL in errors.says.inner_text()

    eventually(look_again, "all jobs")
    expect(page.get_by_role("link", name="Look again")).to_have_count(0)
