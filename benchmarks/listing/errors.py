"""The page of errors: how soon it is there, how much of the jobs it has looked at, and when it has looked at all."""

import re
import time
from pathlib import Path

from benchmarks.listing.filling import Size
from benchmarks.listing.pages import Cost, Meter, forgetful
from benchmarks.listing.processes import forget_peak, peak_mb
from benchmarks.listing.sites import Served, served
from jobsite.demo.server import Server

ADDRESS = "/errors/"
FRAGMENT = {"HX-Request": "true", "HX-Target": "error_list"}
ASKED_EACH_S, LIMIT_S = 0.2, 300.0


def report_errors(server: Server, size: Size, home: Path, rounds: int) -> None:
    """Print the first look of one who comes when nothing is shared, that of who comes later, and the whole."""
    meter = Meter(server, rounds)
    print(f"\n| {size}, Errors | wall | its CPU | the site's | the database's | looked at |\n|---|---|---|---|---|---|")
    with served(home, server.port) as site, forgetful(site) as forget:
        for _ in range(4):
            _look(site)
        forget_peak(site.pids)
        _print("first look, nothing shared", meter.usual(lambda: _look(site)[:2], forget), site)
        forget()
        began = time.perf_counter()
        while "so far" in (found := _look(site))[2] and time.perf_counter() - began < LIMIT_S:
            time.sleep(ASKED_EACH_S)
        print(f"| all looked at after {time.perf_counter() - began:,.1f} s | | | | | {found[2]} |")
        _print("once more", meter.usual(lambda: _look(site)[:2]), site)
        print(f"\nThe most memory that a process of the site held: {peak_mb(site.pids):,.0f} MB")


def _look(site: Served) -> tuple[int, float, str]:
    """Return the status of the page, the site's CPU, and what it says of how much it has looked at."""
    page = site.get(ADDRESS, **FRAGMENT)
    text = " ".join(re.sub(r"<[^>]+>", " ", page.unpacked).split()) if page.status == 200 else ""
    said = re.search(r"[^.]*[Ll]ooked at[^.:]*", text)
    return page.status, page.cpu_s, said[0].strip() if said else f"status {page.status}"


def _print(name: str, cost: Cost, site: Served) -> None:
    figures = (cost.wall_s, cost.cpu_s, cost.site_s, cost.database_s)
    wrong = "" if cost.status == 200 else f" (answered {cost.status})"
    said = _look(site)[2]
    print(f"| {name}{wrong} | " + " | ".join(f"{one * 1000:,.1f}" for one in figures) + f" | {said} |", flush=True)
