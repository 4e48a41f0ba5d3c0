"""Each page of the list of jobs beside the bare SQL of its rows, Django's admin, and DataJoint's own listing."""

import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.listing.cases import COLUMNS, Case, cases
from benchmarks.listing.filling import Size, ask, connect
from benchmarks.listing.processes import cpu_s, python
from benchmarks.listing.sites import ADMIN, FORGET, Served, lab_environ, served
from benchmarks.populate import ROOT
from jobsite.demo.server import Server

COLUMNS_SHOWN = (
    "page: wall", "its CPU", "the site's", "the database's", "bare SQL: wall", "CPU", "admin: wall", "CPU", "its own",
    "bar", "of the site",
)  # fmt: skip
HEAD = "\n| {title} | " + " | ".join(COLUMNS_SHOWN) + " |\n" + "|---" * (len(COLUMNS_SHOWN) + 1) + "|"
BARE_TIMES, DRAWING_MS, DRAWING_MANY_MS = 1.3, 30, 40
"""What the rows of a page may take: so many times the bare SQL, and so many ms to draw; of many schemas."""
OWN_MS, OWN_MANY_MS = 25, 35
"""What the site itself may take of that."""
ADMIN_DRAWING_MS = 30
"""What the admin takes to draw 50 rows where these figures hold; elsewhere they are scaled by what it takes there."""
ENOUGH_S = 20.0
"""What has taken its share of so many seconds is not measured again in a row of the table."""
SAME_DRAWING = 9
"""So many of the admin's last drawings say how quick this machine is now: each is of 50 rows."""
LIMIT_S = 60.0
OF_ONE = "SELECT {columns} FROM `{schema}`.`~jobs`"
ALL_SCHEMAS = "bench_all"
FRAGMENT = {"HX-Request": "true", "HX-Target": "job_list"}
"""How the page asks for its rows when a person clicks."""


@dataclass(frozen=True)
class Cost:
    """What something took: seconds of wall time, of the site's CPU and of the database's."""

    wall_s: float
    site_s: float
    database_s: float
    status: int = 200

    @property
    def cpu_s(self) -> float:
        """Seconds of CPU in all."""
        return self.site_s + self.database_s


def typical(costs: Sequence[Cost]) -> Cost:
    """Return the medians, and the worst status."""
    figures = ((one.wall_s, one.site_s, one.database_s) for one in costs)
    wall_s, site_s, database_s = (median(column) for column in zip(*figures, strict=True))
    return Cost(wall_s, site_s, database_s, max(one.status for one in costs))


def _nothing() -> None:
    pass


class Meter:
    """Measures what is done, with the database's part of it."""

    def __init__(self, server: Server, rounds: int) -> None:
        """`rounds` are the most."""
        assert server.process
        self.pid, self.rounds = server.process.pid, rounds

    def once(self, do: Callable[[], tuple[int, float]]) -> Cost:
        """Measure something that returns its status and the CPU that it knows of."""
        used, began = cpu_s([self.pid]), time.perf_counter()
        status, site_s = do()
        return Cost(time.perf_counter() - began, site_s, cpu_s([self.pid]) - used, status)

    def usual(self, do: Callable[[], tuple[int, float]], before: Callable[[], None] = _nothing) -> Cost:
        """Do it as often as was asked for, each time after something that is not measured; return the medians."""
        (costs,) = self.in_turn((do, before))
        return typical(costs)

    def in_turn(self, *each: tuple[Callable[[], tuple[int, float]], Callable[[], None]]) -> list[list[Cost]]:
        """Do the same for several, one after the other in each round, so that other load meets them alike.

        Who has taken its share of the time sits out the rounds that are left.
        """
        found: list[list[Cost]] = [[] for _ in each]
        share_s = ENOUGH_S / len(each)
        for _ in range(self.rounds):
            for (do, before), costs in zip(each, found, strict=True):
                if sum(cost.wall_s for cost in costs) < share_s:
                    before()
                    costs.append(self.once(do))
        return found


@contextmanager
def forgetful(site: Served) -> Iterator[Callable[[], None]]:
    """Yield what makes the site forget all that its viewers share, so that the next one reads anew."""
    program = f"{FORGET}\nimport sys\nprint(flush=True)\nfor line in sys.stdin:\n    forget()\n    print(flush=True)\n"
    with subprocess.Popen(  # noqa: S603  our own program
        [sys.executable, "-c", program], cwd=ROOT, env=site.environ, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdin
        assert process.stdout
        answer, said = process.stdout, process.stdin
        answer.readline()

        def forget() -> None:
            said.write("\n")
            said.flush()
            answer.readline()

        yield forget


def rows_of_jobs(site: Served, query: str) -> tuple[int, float]:
    """Ask for the list of jobs as a click does; return the status and the site's CPU."""
    page = site.get(f"/jobs/?{query}", **FRAGMENT)
    return page.status, page.cpu_s


def _admin_rows(admin: Served, query: str) -> tuple[int, float]:
    page = admin.get(f"/admin/plain_admin/row/?{query}")
    return page.status, page.cpu_s


def bare_rows(driver: Any, *statements: str) -> tuple[int, float]:
    """Run bare SQL and fetch its rows; return the client's CPU."""
    used = time.process_time()
    with driver.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
            cursor.fetchall()
    return 200, time.process_time() - used


def for_admin(server: Server, size: Size) -> str:
    """Return the table that the admin lists: the only one, or a view of all."""
    if size.schemas == 1:
        return f"`{size.names[0]}`.`~jobs`"
    united = " UNION ALL ".join(OF_ONE.format(columns=COLUMNS, schema=schema) for schema in size.names)
    ask(server, f"CREATE DATABASE IF NOT EXISTS `{ALL_SCHEMAS}`")
    ask(server, f"CREATE OR REPLACE VIEW `{ALL_SCHEMAS}`.`rows` AS {united}")
    return f"`{ALL_SCHEMAS}`.`rows`"


def report_pages(server: Server, size: Size, has_index: bool, home: Path, only: str, rounds: int) -> None:
    """Print a line for each page, as soon as it is measured."""
    chosen = [case for case in cases(size, has_index) if only in case.name]
    if not chosen:
        return
    meter, table = Meter(server, rounds), for_admin(server, size)
    with (
        served(home / "site", server.port) as site,
        served(home / "admin", server.port, ADMIN, BENCHMARK_TABLE=table) as admin,
        forgetful(site) as forget,
    ):
        for _ in range(6):  # each process has made a page
            rows_of_jobs(site, "status=error&newer=1s")
            _admin_rows(admin, "status=none")
        print(HEAD.format(title=f"{size}, {'with' if has_index else 'without'} index"))
        driver, drawn_s = connect(server), deque[float](maxlen=SAME_DRAWING)
        for case in chosen:
            costs = meter.in_turn(
                (lambda case=case: rows_of_jobs(site, case.query), forget),  # type: ignore[misc]
                (lambda case=case: bare_rows(driver, case.bare(size)), _nothing),  # type: ignore[misc]
                (lambda case=case: _admin_rows(admin, case.admin), _nothing),  # type: ignore[misc]
            )
            if not case.finds_one:
                drawn_s.extend(cost.site_s for cost in costs[2])
            ours, bare, theirs = map(typical, costs)
            print(_line(case, size, ours, bare, theirs, median(drawn_s or [ADMIN_DRAWING_MS / 1000])), flush=True)
        driver.close()


def _line(case: Case, size: Size, ours: Cost, bare: Cost, theirs: Cost, drawn_s: float) -> str:
    scale = drawn_s * 1000 / ADMIN_DRAWING_MS
    bar_ms = BARE_TIMES * bare.cpu_s * 1000 + scale * (DRAWING_MS if size.schemas == 1 else DRAWING_MANY_MS)
    own_ms = scale * (OWN_MS if size.schemas == 1 else OWN_MANY_MS)
    figures = (
        ours.wall_s, ours.cpu_s, ours.site_s, ours.database_s, bare.wall_s, bare.cpu_s, theirs.wall_s,
        theirs.cpu_s, theirs.site_s,
    )  # fmt: skip
    said = " | ".join(f"{seconds * 1000:,.1f}" for seconds in figures)
    is_held = (
        ours.status == 200
        and ours.cpu_s * 1000 <= bar_ms
        and ours.site_s * 1000 <= own_ms
        and ours.cpu_s < theirs.cpu_s
    )
    held = "" if is_held else " missed"
    wrong = "".join(
        f" ({who} answered {cost.status})" for who, cost in (("page", ours), ("admin", theirs)) if cost.status != 200
    )
    return f"| {case.name}{wrong} | {said} | {bar_ms:,.1f} | {own_ms:,.1f}{held} |"


def report_datajoint(server: Server, size: Size, rounds: int) -> None:
    """Print what DataJoint's own ways to look at one jobs table take, as far as they end in a minute."""
    meter = Meter(server, rounds)
    environ = lab_environ(server.port)
    for what, times in (("preview", 5), ("errors", 5), ("fetch", 1)):
        command = ("-m", "benchmarks.listing.datajoints", what, size.names[0], str(times))
        used = cpu_s([meter.pid])
        try:
            said = python(*command, environ=environ, limit_s=LIMIT_S)
        except subprocess.TimeoutExpired:
            print(f"DataJoint's {what} of {size.names[0]}: more than {LIMIT_S:.0f} s", flush=True)
            continue
        wall_s, own_s = map(float, said.split()[-2:])
        database_s = (cpu_s([meter.pid]) - used) / times
        print(
            f"DataJoint's {what} of {size.names[0]}: wall {wall_s * 1000:,.0f} ms, CPU "
            f"{(own_s + database_s) * 1000:,.0f} ms, the database's {database_s * 1000:,.0f} ms",
            flush=True,
        )
