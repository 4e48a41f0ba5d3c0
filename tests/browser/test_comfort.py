"""What everybody's eyes and hands need: contrast, labels, keys, a phone's width, few bytes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screens import Connections, ErrorGroup, Errors, Job, Jobs, Screen
from tests.browser.visits import PHONE, Visits
from tests.connections.test_killing import busy
from tests.lab import Lab

pytestmark = pytest.mark.browser

FIRST_LOAD_LIMIT_BYTES = 100_000
CONTRAST_AA, CONTRAST_AA_LARGE = 4.5, 3  # WCAG 2.2, 1.4.3

# Every visible text whose contrast with what lies behind it is too low: its words and the ratio.
TOO_FAINT = """([limit, limitLarge]) => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => top.slice(0, 3).map((c, i) => c * top[3] + below[i] * (1 - top[3])).concat(1);
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(rgba(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const faint = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
    const field = element.matches("input, select") ? element.value || "a field" : "";
    const words = own.map((node) => node.data.trim()).join("") || field;
    if (!words || element.matches("option, script, style") || !element.checkVisibility()) continue;
    const style = getComputedStyle(element), ground = behind(element);
    const [dark, bright] = [light(ground), light(over(rgba(style.color), ground))].sort((a, b) => a - b);
    const ratio = (bright + 0.05) / (dark + 0.05), size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    if (ratio < (large ? limitLarge : limit)) faint.push(`${words.slice(0, 40)}: ${ratio.toFixed(2)}`);
  }
  return faint;
}"""

# Every control a person can reach that has no words of its own for those who cannot see it.
NAMELESS = """() => [...document.querySelectorAll("input:not([type=hidden]), select, textarea, button")]
  .filter((control) => control.checkVisibility())
  .filter((control) => !control.labels?.length && !control.ariaLabel)
  .filter((control) => !control.matches("button") || !control.textContent.trim())
  .map((control) => control.outerHTML)"""

# How far the page, or a list in it, reaches beyond what is seen.
SIDEWAYS = """() => Math.max(...[document.documentElement, ...document.querySelectorAll(".rows")]
  .map((part) => part.scrollWidth - part.clientWidth))"""
# The words that stand on more than one line.
BROKEN_WORDS = """(marks) => marks.flatMap((mark) => [...mark.firstChild.data.matchAll(/\\S+/g)].filter((word) => {
  const range = document.createRange();
  range.setStart(mark.firstChild, word.index);
  range.setEnd(mark.firstChild, word.index + word[0].length);
  return range.getClientRects().length > 1;
}).map(String))"""
WIDTHS = (320, 390, 768, 1024, 1280, 1680)


def jobs_list(page: Page, schema: str) -> None:
    Jobs(page).open(f"schema={schema}")


def jobs_panel(page: Page, schema: str) -> None:
    Jobs(page).open(f"schema={schema}")
    names = Jobs(page).row("m2").get_by_role("link").get_attribute("data-open")
    Jobs(page).open(f"schema={schema}&open={names}")
    expect(Job(page).exception).to_be_visible()


def job_alone(page: Page, schema: str) -> None:
    jobs_panel(page, schema)
    Job(page).own_page.click()
    expect(page.locator("p.back")).to_be_visible()


def clear_confirm(page: Page, schema: str) -> None:
    Jobs(page).open(f"schema={schema}")
    Jobs(page).select(["m1", "m2"])
    Jobs(page).clear_selected.click()
    expect(Screen(page).heading).to_have_text("Clear 2 jobs?")


def connections_list(page: Page, schema: str) -> None:
    Connections(page).open()


def kill_confirm(page: Page, schema: str) -> None:
    Connections(page).open("user=alice")
    Connections(page).boxes.first.check()
    Connections(page).kill_selected.click()
    expect(Screen(page).heading).to_have_text("Kill 1 connection?")


def error_list(page: Page, schema: str) -> None:
    Errors(page).open(f"schema={schema}")


def error_group(page: Page, schema: str) -> None:
    error_list(page, schema)
    Errors(page).groups.first.click()
    expect(ErrorGroup(page).as_list).to_be_visible()


SCREENS = [jobs_list, jobs_panel, job_alone, clear_confirm, error_list, error_group, connections_list, kill_confirm]
every_screen = pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.__name__)


@every_screen
def test_text_stands_out_in_both_themes_and_every_control_has_a_name(
    visit: Visits, failed_jobs: str, screen: Callable[[Page, str], None]
) -> None:
    page = visit("ada")
    screen(page, failed_jobs)
    assert page.evaluate(NAMELESS) == []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate(TOO_FAINT, [CONTRAST_AA, CONTRAST_AA_LARGE]) == [], scheme


@every_screen
def test_no_width_scrolls_sideways(visit: Visits, failed_jobs: str, screen: Callable[[Page, str], None]) -> None:
    page = visit("ada", phone=True)
    screen(page, failed_jobs)
    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        found[width] = page.evaluate(SIDEWAYS)
    page.set_viewport_size(PHONE)  # as the next test expects it
    assert found == dict.fromkeys(WIDTHS, 0)


@pytest.mark.parametrize("width", [961, 1000, 1100])
def test_no_word_of_what_a_connection_holds_is_broken(visit: Visits, lab_without_db: Lab, width: int) -> None:
    driver, _ = lab_without_db.idle()
    driver.query(f"USE `{lab_without_db.failed(m1='value')}`")
    driver.query("START TRANSACTION")
    driver.query("INSERT INTO recording VALUES ('x', 1, '')")
    connections = Connections(visit("ada"))
    connections.page.set_viewport_size({"width": width, "height": 800})
    with busy(statement=f"SELECT SLEEP(60), '{'words and ' * 40}'"):  # asks for all the room there is
        connections.open("user=bob")
        marked = connections.rows.locator(Connections.mark)
        expect(marked).to_contain_text("transaction")
        assert marked.evaluate_all(BROKEN_WORDS) == []
        assert connections.page.evaluate(SIDEWAYS) == 0


def test_the_long_name_of_a_table_breaks_on_a_phone(visit: Visits, lab_without_db: Lab) -> None:
    schema, module = lab_without_db.pipeline()
    module.schema.jobs.error("__" + "a_long_name_of_a_table_" * 2, {"subject": "m1"}, "ValueError: no")
    page = visit("vera", phone=True)
    Jobs(page).open(f"schema={schema}")
    job = Jobs(page).open_job("m1")
    expect(job.exception).to_have_text("ValueError: no")
    assert page.evaluate(SIDEWAYS) == 0


def test_a_phone_sorts_and_selects_the_page(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit("ada", phone=True))
    jobs.open(f"schema={failed_jobs}")
    jobs.list.get_by_role("link", name="Message").click()
    jobs.page.wait_for_url("**sort=message**")
    jobs.select_page.check()
    expect(jobs.boxes).to_have_count(2)
    for box in jobs.boxes.all():
        expect(box).to_be_checked()


def test_the_theme_is_switched_and_remembered(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit.afresh("vera"))
    jobs.open()
    body = jobs.page.locator("body")
    before = body.evaluate("body => getComputedStyle(body).backgroundColor")
    jobs.theme_button.click()
    expect(body).not_to_have_css("background-color", before)
    jobs.page.goto("/connections/")
    expect(body).not_to_have_css("background-color", before)
    jobs.theme_button.click()
    expect(body).to_have_css("background-color", before)


def test_the_button_of_the_theme_moves_nothing_when_a_script_shows_it(visit: Visits) -> None:
    moved = """button => {
      const at = () => document.querySelector(".server").getBoundingClientRect().x, shown = at();
      button.hidden = true;
      return at() - shown;
    }"""
    for phone in (False, True):
        jobs = Jobs(visit("vera", phone=phone))
        jobs.open()
        assert jobs.theme_button.evaluate(moved) == 0


def test_a_slash_goes_to_the_restriction_and_is_still_a_slash_inside_it(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={failed_jobs}")
    jobs.page.keyboard.press("/")
    expect(jobs.box("restriction")).to_be_focused()
    expect(jobs.box("restriction")).to_have_value("")
    jobs.page.keyboard.press("/")
    expect(jobs.box("restriction")).to_have_value("/")


def test_the_list_is_worked_by_the_keyboard_alone(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit("otto"))
    jobs.open(f"schema={failed_jobs}")
    jobs.boxes.first.focus()
    jobs.page.keyboard.press("Space")
    expect(jobs.clear_selected).to_have_text("Clear 1 selected…")
    jobs.page.keyboard.press("Tab")
    jobs.page.keyboard.press("Enter")
    expect(jobs.panel.locator("#job_detail")).to_be_visible()


def test_the_first_load_of_a_full_page_is_small(visit: Visits, lab_without_db: Lab) -> None:
    schema = lab_without_db.failed(**{f"m{number}": "value" for number in range(60)})
    visit("otto")  # logs in, which would load the static files before they are counted
    page = visit.afresh("otto")
    sent: list[int] = []
    page.on("requestfinished", lambda request: sent.append(request.sizes()["responseBodySize"]))
    page.goto(f"/jobs/?schema={schema}", wait_until="networkidle")
    expect(Jobs(page).rows).to_have_count(50)
    assert sum(sent) < FIRST_LOAD_LIMIT_BYTES, sent
    assert 0 not in sent
