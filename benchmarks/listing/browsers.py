"""Many browsers that load the list again and again: how long do they wait, and what do the servers do for them?

A browser is a thread here. It loads a page and, as htmx does, the parts that the page asks for by itself; where an
answer has an ETag, it asks again by that. The threads share the machine with what they load: their CPU is printed, too.
"""

import random
import re
import sys
import threading
import time
from html import unescape
from pathlib import Path
from statistics import quantiles
from urllib.parse import urljoin

from benchmarks.listing.filling import Size, ask
from benchmarks.listing.processes import cpu_s, python
from benchmarks.listing.sites import Served, served
from jobsite.demo.server import Server

NUMBERS = (2, 10, 50)
EACH_S, LASTING_S = 5.0, 60.0
PATH = "/jobs/?status=error"
TAG = re.compile(r"<[a-z]+ [^>]*hx-trigger=\"(?:load|revealed)[^>]*>")
ADDRESS = re.compile(r"hx-get=\"([^\"]*)\"")
QUESTIONS = "SHOW GLOBAL STATUS LIKE 'Questions'"
MOST = "SHOW GLOBAL STATUS LIKE 'Max_used_connections'"


class Browser:
    """Somebody who looks at the list."""

    def __init__(self, site: Served) -> None:
        """The site runs."""
        self.site = site
        self.tags: dict[str, str] = {}
        self.waits_s: list[float] = []
        self.wrong = 0

    def load(self, path: str, **headers: str) -> None:
        """Load a page or a part of one, and then its parts."""
        known = {"If-None-Match": self.tags[path]} if path in self.tags else {}
        page = self.site.get(path, **headers, **known)
        self.tags |= {path: page.tag} if page.tag else {}
        self.wrong += page.status not in (200, 204, 304)
        for part in TAG.findall(page.unpacked):
            for address in ADDRESS.findall(part):
                self.load(urljoin(path, unescape(address)), **{"HX-Request": "true"})

    def stay(self, until: float) -> None:
        """Load the page every EACH_S until then, beginning at any moment."""
        time.sleep(random.uniform(0, EACH_S))  # noqa: S311  no secret
        while (began := time.perf_counter()) < until:
            self.load(PATH)
            self.waits_s.append(time.perf_counter() - began)
            time.sleep(max(0.0, began + EACH_S - time.perf_counter()))


def look(port: int, cookie: str, number: int) -> None:
    """Be so many browsers, and print p50, p95, loads, wrong answers and seconds of CPU."""
    used, site = time.process_time(), Served(port, cookie, 0, Path(), {})
    everybody = [Browser(site) for _ in range(number)]
    until = time.perf_counter() + LASTING_S
    threads = [threading.Thread(target=browser.stay, args=(until,)) for browser in everybody]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    waits_s = sorted(wait for browser in everybody for wait in browser.waits_s)
    cut = quantiles(waits_s, n=20)
    print(cut[9], cut[18], len(waits_s), sum(browser.wrong for browser in everybody), time.process_time() - used)


def report_browsers(server: Server, size: Size, home: Path) -> None:
    """Print a line for each number of browsers."""
    assert server.process
    heading = "p50, ms | p95, ms | loads | wrong answers | statements | most connections | CPU: site | database | load"
    print(f"\n| {size}, {PATH} each {EACH_S:.0f} s for {LASTING_S:.0f} s | {heading} |\n" + "|---" * 10 + "|")
    with served(home, server.port) as site:
        for _ in range(6):  # each process has made a page
            site.get(PATH)
        for number in NUMBERS:
            ask(server, "FLUSH STATUS")
            before, processes = int(ask(server, QUESTIONS)[0][1]), (site.pids, [server.process.pid])
            used = [cpu_s(pids) for pids in processes]
            module = ("-m", "benchmarks.listing.browsers", str(site.port), site.cookie, str(number))
            p50, p95, loads, wrong, own_s = map(float, python(*module, environ=site.environ).split())
            spent = [cpu_s(pids) - s for pids, s in zip(processes, used, strict=True)]
            statements = int(ask(server, QUESTIONS)[0][1]) - before
            figures = f"{p50 * 1000:,.0f} | {p95 * 1000:,.0f} | {loads:.0f} | {wrong:.0f} | {statements:,}"
            seconds = " | ".join(f"{one:.1f} s" for one in (*spent, own_s))
            print(f"| {number} browsers | {figures} | {ask(server, MOST)[0][1]} | {seconds} |", flush=True)


if __name__ == "__main__":
    look(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
