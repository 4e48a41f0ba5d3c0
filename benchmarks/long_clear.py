"""A clear that takes minutes, in Chromium and behind nginx, which cuts a request after 60 s: does it add up?

`close`: the tab is closed in between, stays closed for a while, and the list offers to go on in another tab.
`kill`: the lab's server is killed half way through and started again, and what is left is cleared by a second act.

Prints what the pages said, how long the longest request took, and the most memory of a process of the site. What the
pages say was cleared is compared with what the record says and with what is gone.
"""

import argparse
import re
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from benchmarks.listing.clearing import ALL_FAIL, COUNT
from benchmarks.listing.filling import Size, ask, filled_server, set_index
from benchmarks.listing.processes import forget_peak, peak_mb, python
from benchmarks.listing.sites import Served, served
from jobsite.demo.server import Server
from tests.browser.proxies import Nginx, documented
from tests.browser.screens import Act, Jobs
from tests.browser.visits import headless_chromium

LIMIT_MS, LIMIT_S = 120_000, 1800.0
CLOSED_S, AWAY_S = 20.0, 15.0
LOOK_EACH_S = 0.2
ERRORS = "status=error"
CLEARED, UNKNOWN = re.compile(r"Cleared ([\d,]+) job"), re.compile(r"Whether ([\d,]+) more")
RECORDED = """
import django
django.setup()
from jobsite.activity.models import ActChunk
print(sum(chunk.counts.get("cleared", 0) for chunk in ActChunk.objects.all()), ActChunk.objects.count())
"""


class Clearing:
    """Somebody who clears all errors."""

    def __init__(self, server: Server, site: Served, nginx: Nginx, chromium: Browser) -> None:
        """All of them run."""
        self.server, self.site, self.nginx, self.chromium = server, site, nginx, chromium
        self.longest_s = 0.0

    def tab(self) -> Page:
        """Open a tab of somebody who is logged in."""
        context = self.chromium.new_context(base_url=self.nginx.address, ignore_https_errors=True)
        cookies = [
            {"name": one.key, "value": one.value, "url": self.nginx.address} for one in self.site.cookies.values()
        ]
        context.add_cookies(cookies)  # type: ignore[arg-type]
        context.set_default_timeout(LIMIT_MS)
        page: Page = context.new_page()
        page.on("requestfinished", lambda request: self._note(request.timing["responseEnd"] / 1000))
        return page

    def _note(self, took_s: float) -> None:
        self.longest_s = max(self.longest_s, took_s)

    def begin(self, page: Page) -> Act:
        """Clear all that match, by clicks."""
        jobs = Jobs(page)

        def is_asked() -> bool:
            jobs.open(ERRORS)
            if not jobs.clear_all.is_visible():
                return False
            jobs.clear_all.click()
            page.wait_for_url("**/confirm/")
            return page.locator("[name=typed]").is_visible()  # else the server was too busy to count them

        self.wait_in(page, is_asked, "the question to be asked")
        asked_for = page.locator("label:has([name=typed])").inner_text()
        page.locator("[name=typed]").fill("".join(filter(str.isdigit, asked_for)))
        jobs.danger.click()
        return Act(page)

    def left(self) -> int:
        """Return how many errors there are."""
        return int(ask(self.server, COUNT)[0][0])

    def wait_until(self, happens: Callable[[], bool], what: str) -> None:
        """Wait; the browser goes on meanwhile."""
        give_up = time.monotonic() + LIMIT_S
        while not happens():
            if time.monotonic() > give_up:
                raise TimeoutError(what)
            time.sleep(LOOK_EACH_S)

    def wait_in(self, page: Page, happens: Callable[[], bool], what: str) -> None:
        """Wait as long as a page needs to go on by itself."""

        def looked() -> bool:
            page.wait_for_timeout(LOOK_EACH_S * 1000)
            return happens()

        self.wait_until(looked, what)

    def outcome(self, page: Page) -> str:
        """Return what the list says in the end."""
        notice = Jobs(page).notices.filter(has_text=CLEARED).first
        expect(notice).to_be_visible(timeout=LIMIT_S * 1000)
        return notice.inner_text()


def close_the_tab(clearing: Clearing, there: int) -> list[str]:
    """Close the tab after a third, and go on in another one; return what was said in the end."""
    page = clearing.tab()
    clearing.begin(page)
    clearing.wait_in(page, lambda: clearing.left() < there * 2 // 3, "a third to be cleared")
    page.context.close()
    time.sleep(CLOSED_S / 2)
    left = clearing.left()
    time.sleep(CLOSED_S / 2)
    print(f"closed with {left:,} left, and {clearing.left():,} some seconds later", flush=True)
    page = clearing.tab()
    Jobs(page).open(ERRORS)
    print(f"the list says: {Jobs(page).notices.first.inner_text()!r}", flush=True)
    page.get_by_role("button", name="Go on").click()
    return [clearing.outcome(page)]


def kill_the_server(clearing: Clearing, there: int) -> list[str]:
    """Kill the lab's server half way, start it again, and clear the rest; return what was said each time."""
    page = clearing.tab()
    clearing.begin(page)
    clearing.wait_in(page, lambda: clearing.left() < there // 2, "half to be cleared")
    assert clearing.server.process
    clearing.server.process.kill()
    clearing.server.process.wait()
    page.wait_for_timeout(AWAY_S * 1000)
    print(f"without the server, the page says: {Act(page).page.locator('main').inner_text()!r:.300}", flush=True)
    clearing.server.start(port=clearing.server.port)
    said = clearing.outcome(page)
    if not clearing.left():  # no statement was under way: it has gone on by itself
        return [said]
    again = clearing.tab()
    clearing.begin(again)
    return [said, clearing.outcome(again)]


WAYS: dict[str, Callable[[Clearing, int], list[str]]] = {"close": close_the_tab, "kill": kill_the_server}


def run(way: str, jobs: int, home: Path, folder: Path) -> bool:
    """Clear so many jobs, and say whether all adds up."""
    size = Size(1, jobs)
    with filled_server(home, size) as server:
        set_index(server, size.names, wanted=True)
        ask(server, ALL_FAIL)
        there = int(ask(server, COUNT)[0][0])
        print(f"\n{way}: {there:,} errors are cleared behind nginx, in Chromium", flush=True)
        with served(folder / "site", server.port, JOBSITE_HTTPS="1", JOBSITE_SESSION="12h") as site:
            (folder / "nginx").mkdir()
            with (
                Nginx(folder / "nginx", documented("location / {"), site.port) as nginx,
                headless_chromium() as chromium,
            ):
                forget_peak(site.pids)
                clearing, began = Clearing(server, site, nginx, chromium), time.monotonic()
                said = WAYS[way](clearing, there)
                took_s, peak = time.monotonic() - began, peak_mb(site.pids)
            recorded, chunks = map(int, python("-c", RECORDED, environ=site.environ).split())
        gone = there - int(ask(server, COUNT)[0][0])
    told, unknown = _number(CLEARED, said), _number(UNKNOWN, said)
    for one in said:
        print(f"  said: {one!r}")
    print(f"  {took_s:.0f} s; the longest request {clearing.longest_s:.1f} s; peak memory {peak:.0f} MB")
    print(f"  gone {gone:,}; told {told:,}, and {unknown:,} not known; recorded {recorded:,} in {chunks:,} chunks")
    return gone == there and told == recorded and told <= gone <= told + unknown


def _number(words: re.Pattern[str], said: list[str]) -> int:
    """Return the sum of the numbers that stand in these words."""
    return sum(int(match[1].replace(",", "")) for one in said if (match := words.search(one)))


def main() -> int:
    """Run the ways that were asked for; return 1 when one did not clear all, or does not add up."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--ways", nargs="+", choices=WAYS, default=[*WAYS])
    asked.add_argument("--jobs", type=int, help="instead of 1,000,000 for close and 60,000 for kill")
    given = asked.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the servers are stopped then, too
    done = True
    for way in given.ways:
        with tempfile.TemporaryDirectory() as folder:
            jobs = given.jobs or {"close": 1_000_000, "kill": 60_000}[way]
            done &= run(way, jobs, Path(folder) / "server", Path(folder))
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main())
