"""The list stays where it is while a job is open over it: every cell of every row, in every size of window."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screens import Job, Jobs
from tests.browser.visits import Visits
from tests.lab import Lab
from tests.server import SERVER, SITE

pytestmark = pytest.mark.browser

WIDTHS = (320, 390, 768, 961, 1180, 1280, 1440, 1920)
HEIGHT = 900
NARROW = 960
"""Up to here, in CSS pixels, a job has its own page."""

BOXES = """() => [...document.querySelectorAll("#job_list :is(.tabs, .says, .acts, th, tr, td, td *, .pager)")]
  .map((part) => part.getBoundingClientRect())
  .map(({ x, y, width, height }) => [x, y, width, height].map((length) => Math.round(length * 100) / 100))"""
BUTTONS = BOXES.replace("td *", "td *, .acts button")
PLACES = "parts => parts.map((part) => part.getBoundingClientRect()).map(({ left, right }) => [left, right])"
OPEN_ROW = "m20"
CARD_PX = 52
"""Of a card up to 960 px; it was 105 before."""


@pytest.fixture(scope="module")
def long_list(accounts: None) -> Iterator[str]:
    """The schema of jobs of every kind: long and short, with and without a message, in several scripts."""
    with Lab() as made:
        schema, module = made.pipeline()
        jobs = module.schema.jobs
        messages = ["ValueError: no", "E: " + "words and " * 60, "E: " + "x" * 900, "E: Überlänge 🧠\n次の行", ""]
        for number in range(55):
            key = {"subject": f"m{number:02}", **({"long": "v" * 80} if number % 3 else {})}
            if number % 5 == 4:
                jobs.reserve("__score", key)
            else:
                jobs.error("__score" if number % 2 else "__" + "a_long_name_of_a_table_" * 2, key, messages[number % 4])
        # Days and ten hours and a half: ages whose words stay what they are while a test lasts.
        age = "INTERVAL 1440 * (1 + CRC32(key_hash) % 100) + 630 MINUTE"
        SERVER.sql(f"UPDATE `{schema}`.`~jobs` SET timestamp = timestamp - {age}")
        yield schema


@pytest.fixture
def window(visit: Visits, width: int, zoom: int) -> Page:
    """A window of this width, enlarged so that everything is `zoom` times as large."""
    page = visit.afresh("otto")
    size = {"width": width // zoom, "height": HEIGHT // zoom, "deviceScaleFactor": zoom, "mobile": False}
    page.context.new_cdp_session(page).send("Emulation.setDeviceMetricsOverride", size)
    return page


@pytest.mark.parametrize("zoom", [1, 2], ids=["100 %", "200 %"])
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_moves_while_a_job_opens_changes_and_closes(
    window: Page, long_list: str, width: int, zoom: int
) -> None:
    jobs = Jobs(window)
    jobs.open(f"schema={long_list}&sort=table")
    link = jobs.row(OPEN_ROW).get_by_role("link")
    link.evaluate("link => link.scrollIntoView({ block: 'center' })")
    jobs.select([OPEN_ROW])
    before = window.evaluate(BOXES)
    link.click()
    job = Job(window)
    expect(job.whole).to_contain_text(f"subject={OPEN_ROW}")
    if width // zoom <= NARROW:
        expect(window.locator("p.back")).to_be_visible()
        window.go_back()
        expect(jobs.rows).to_have_count(50)
        jobs.wait()
        assert _once_still(window) == before
        return
    assert window.evaluate(BOXES) == before
    job.next.click()
    expect(job.whole).not_to_contain_text(f"subject={OPEN_ROW}")
    assert _once_still(window) == before
    window.go_back()
    expect(job.whole).to_have_count(0)
    assert _once_still(window) == before
    window.go_forward()
    expect(job.whole).to_have_count(1)
    window.mouse.move(width / zoom / 4, HEIGHT / zoom / 2)
    job.close.click()
    expect(job.whole).to_have_count(0)
    assert _once_still(window) == before
    expect(jobs.row(OPEN_ROW).get_by_role("checkbox")).to_be_checked()


@pytest.mark.parametrize(("width", "zoom"), [(390, 1), (768, 1), (1280, 1), (1920, 1)])
def test_a_link_to_an_open_job_shows_the_list_where_it_is_without_it(
    window: Page, long_list: str, width: int, zoom: int
) -> None:
    jobs = Jobs(window)
    jobs.open(f"schema={long_list}&sort=table")
    before = window.evaluate(BOXES)
    names = jobs.row(OPEN_ROW).get_by_role("link").get_attribute("data-open")
    jobs.open(f"schema={long_list}&sort=table&open={names}")
    expect(Job(window).whole).to_contain_text(f"subject={OPEN_ROW}")
    assert window.evaluate(BOXES) == before


@pytest.mark.parametrize(("width", "zoom"), [(390, 1), (1180, 1), (1280, 1), (1920, 1), (1920, 2)])
def test_a_chosen_table_s_key_stays_in_its_columns_while_a_job_is_open(
    window: Page, long_list: str, width: int, zoom: int
) -> None:
    jobs = Jobs(window)
    jobs.open(f"schema={long_list}&table=__score")
    before = window.evaluate(BOXES)
    names = jobs.rows.first.get_by_role("link").get_attribute("data-open")
    jobs.open(f"schema={long_list}&table=__score&open={names}")
    expect(Job(window).whole).to_contain_text("Score")
    assert window.evaluate(BOXES) == before
    heights = jobs.rows.evaluate_all("rows => rows.map((row) => row.getBoundingClientRect().height)")
    assert len(set(heights)) == 1


@pytest.mark.parametrize(("width", "zoom"), [(1280, 1), (1920, 1)])
def test_the_values_of_a_key_stand_below_their_attribute(window: Page, long_list: str, width: int) -> None:
    jobs = Jobs(window)
    jobs.open(f"schema={long_list}&table=__score")
    for name in ("subject", "long", "Message"):
        places = jobs.cells(name).evaluate_all(PLACES)
        assert {*map(tuple, places)} == {*map(tuple, jobs.header(name).evaluate_all(PLACES))}


@pytest.mark.parametrize(("width", "zoom"), [(320, 1), (390, 1), (768, 1)])
def test_a_card_on_a_phone_has_three_lines_and_is_half_as_high_as_it_was(
    window: Page, long_list: str, width: int
) -> None:
    jobs = Jobs(window)
    jobs.open(f"schema={long_list}")
    heights = jobs.rows.evaluate_all("rows => rows.map((row) => row.getBoundingClientRect().height)")
    assert max(heights) <= CARD_PX


@pytest.mark.parametrize(("width", "zoom"), [(390, 1)])
def test_a_finger_finds_a_job_anywhere_on_its_card(window: Page, long_list: str, width: int) -> None:
    jobs = Jobs(window)
    jobs.open(f"schema={long_list}")
    jobs.row(OPEN_ROW).click(position={"x": 150, "y": 45})
    expect(Job(window).whole).to_contain_text(f"subject={OPEN_ROW}")
    window.go_back()
    jobs.row(OPEN_ROW).get_by_role("checkbox").check()
    expect(jobs.clear_selected).to_have_text("Clear 1 selected…")


@pytest.mark.parametrize("zoom", [1], ids=["100 %"])
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_moves_when_rows_are_selected(window: Page, long_list: str, width: int) -> None:
    SERVER.sql(f"GRANT UPDATE ON `{long_list}`.`~jobs` TO '{SITE}'@'%'")
    jobs = Jobs(window)
    jobs.open(f"schema={long_list}&status=error")
    expect(jobs.to_selected("Ignore")).to_have_count(1)
    before = window.evaluate(BUTTONS)
    jobs.select_page.evaluate("box => box.click()")  # a real click may scroll
    expect(jobs.to_selected("Ignore")).to_contain_text(" 44 ")
    assert window.evaluate(BUTTONS) == before


@pytest.mark.parametrize("zoom", [1, 2], ids=["100 %", "200 %"])
@pytest.mark.parametrize("width", WIDTHS)
def test_all_rows_are_of_one_height(window: Page, long_list: str, width: int, zoom: int) -> None:
    jobs = Jobs(window)
    jobs.open(f"schema={long_list}")
    heights = jobs.rows.evaluate_all("rows => rows.map((row) => row.getBoundingClientRect().height)")
    assert len(set(heights)) == 1


@pytest.mark.parametrize(("width", "zoom"), [(1280, 1)])
def test_a_short_list_stays_too_and_the_page_becomes_no_longer(window: Page, failed_jobs: str) -> None:
    jobs = Jobs(window)
    jobs.open(f"schema={failed_jobs}")
    before, length = window.evaluate(BOXES), window.evaluate("document.documentElement.scrollHeight")
    expect(jobs.open_job("m1").exception).to_be_visible()
    assert window.evaluate(BOXES) == before
    assert window.evaluate("document.documentElement.scrollHeight") == length


def _once_still(page: Page) -> object:
    """Return the boxes, once two frames were drawn: a browser finds the place of a page only then."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return page.evaluate(BOXES)


@pytest.mark.parametrize("zoom", [1], ids=["100 %"])
@pytest.mark.parametrize("width", [width for width in WIDTHS if width > NARROW])
def test_no_message_lies_over_the_worker(window: Page, long_list: str, width: int, zoom: int) -> None:
    jobs = Jobs(window)
    jobs.open(f"schema={long_list}")
    right = jobs.cells("Message").evaluate_all("cells => cells.map((cell) => cell.getBoundingClientRect().right)")
    left = jobs.cells("Worker").evaluate_all("cells => cells.map((cell) => cell.getBoundingClientRect().left)")
    assert max(right) <= min(left)
