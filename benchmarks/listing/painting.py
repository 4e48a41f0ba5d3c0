"""How soon is something painted after a click, while the lab's server needs seconds for what is asked? In Chromium."""

import time
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page

from benchmarks.distance import slow_way
from benchmarks.listing.filling import Size
from benchmarks.listing.sites import Served, served
from jobsite.demo.server import Server
from tests.browser.visits import headless_chromium

ROUND_TRIP_S = 0.25
"""Added to each: more, and the parts of a page would not come within their time limits."""
LIMIT_MS = 60_000
PAINTED = """() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime"""
WATCH = """() => {
  const began = performance.now(), list = document.querySelector(".list");
  window.changed = new Promise(done => new MutationObserver(() => requestAnimationFrame(
    () => done(performance.now() - began))).observe(list.parentNode,
    {attributes: true, childList: true, subtree: true}));
  document.querySelector("#tab_reserved").click();
}"""


def _by_link(page: Page) -> tuple[float, float]:
    """Click on Jobs from another page; return the ms until the frame is painted, and until there are rows."""
    page.goto("/admin/", wait_until="load")
    page.goto("/jobs/?status=nothing", wait_until="load")
    began = time.perf_counter()
    page.get_by_role("link", name="Jobs", exact=True).first.click(no_wait_after=True)
    page.wait_for_selector("table.jobs", timeout=LIMIT_MS)
    rows_ms = (time.perf_counter() - began) * 1000
    return float(page.wait_for_function(PAINTED).json_value()), rows_ms  # rows may be there before they are painted


def _by_tab(page: Page) -> tuple[float, float]:
    """Click on a tab; return the ms until anything of the list changes, and until its rows are there."""
    page.goto("/jobs/", wait_until="load")
    page.wait_for_selector("table.jobs", timeout=LIMIT_MS)
    began = time.perf_counter()
    page.evaluate(WATCH)
    changed_ms = float(page.evaluate("() => window.changed"))
    page.wait_for_selector(".list:has(#tab_reserved[aria-current]) table.jobs", timeout=LIMIT_MS)
    return changed_ms, (time.perf_counter() - began) * 1000


def _page(site: Served, chromium: Browser) -> Page:
    context = chromium.new_context(base_url=site.address)
    context.add_cookies([{"name": one.key, "value": one.value, "url": site.address} for one in site.cookies.values()])
    page: Page = context.new_page()
    page.set_default_timeout(LIMIT_MS)
    return page


def report_painting(server: Server, size: Size, home: Path, rounds: int) -> None:
    """Print how soon a person sees that the click did something, and how soon the rows."""
    far = slow_way(server.port, ROUND_TRIP_S)
    with served(home, far, JOBSITE_SESSION="12h") as site, headless_chromium() as chromium:
        page = _page(site, chromium)
        for what, click in (("a link to Jobs", _by_link), ("a tab", _by_tab)):
            click(page)
            found = [click(page) for _ in range(rounds)]
            painted_ms, rows_ms = (median(column) for column in zip(*found, strict=True))
            print(
                f"{size}, {ROUND_TRIP_S} s a round trip: {what}: painted after {painted_ms:,.0f} ms, "
                f"rows after {rows_ms:,.0f} ms", flush=True,
            )  # fmt: skip
