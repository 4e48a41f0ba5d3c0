"""Clearing all jobs of a table that holds many, beside the bare statements that this needs, while a worker works.

The worker reserves and completes in a loop: how long does it wait at most, with the clearing and without?
"""

import select
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from subprocess import PIPE, Popen
from urllib.parse import urlencode

import MySQLdb
from bs4 import BeautifulSoup, Tag

from benchmarks.listing.filling import ask, connect
from benchmarks.listing.pages import Cost, Meter, typical
from benchmarks.listing.processes import forget_peak, peak_mb
from benchmarks.listing.sites import Page, Served, served
from benchmarks.populate import ROOT
from jobsite.demo.server import Server

CHUNK, KEPT = 1_000, "bench_kept"
JOBS, COPY = "`lab_00`.`~jobs`", f"`{KEPT}`.jobs"
KEYS = f"SELECT table_name, key_hash FROM {JOBS} WHERE status = 'error' LIMIT {CHUNK}"  # noqa: S608  our own
DELETE = f"DELETE FROM {JOBS} WHERE status = 'error' AND (table_name, key_hash) IN ({{}})"  # noqa: S608  our own
COUNT = f"SELECT COUNT(*) FROM {JOBS} WHERE status = 'error'"  # noqa: S608  our own
KEEP = (
    f"CREATE DATABASE IF NOT EXISTS `{KEPT}`",
    f"DROP TABLE IF EXISTS {COPY}",
    f"CREATE TABLE {COPY} LIKE {JOBS}",
    f"INSERT INTO {COPY} SELECT * FROM {JOBS}",  # noqa: S608  our own
    f"ANALYZE TABLE {COPY}",
)
"""Keeps a copy of the jobs."""
BRING_BACK = (
    f"TRUNCATE {JOBS}",
    f"INSERT INTO {JOBS} SELECT * FROM {COPY}",  # noqa: S608  our own
    f"ANALYZE TABLE {JOBS}",
)
ALL_FAIL = f"UPDATE {JOBS} SET status = 'error', error_message = 'ValueError: it failed' WHERE status <> 'error'"  # noqa: S608
UNDISTURBED_S = 10.0
ROUNDS = 3
RESERVE = f"INSERT INTO {JOBS} VALUES ('__bench', %s, 'reserved', NULL, '', NULL, 'a@b', 'c', 1, 1, NOW())"  # noqa: S608
COMPLETE = f"DELETE FROM {JOBS} WHERE table_name = '__bench' AND key_hash = %s"  # noqa: S608  our own
MOST_REQUESTS = 1_000


def work(socket: str) -> None:
    """Reserve and complete until the input ends, then print in ms the p99 and the longest of what either took."""
    driver, took_s, number = MySQLdb.connect(unix_socket=socket, user="root", autocommit=True), [], 0
    print(flush=True)
    with driver.cursor() as cursor:
        while not select.select([sys.stdin], [], [], 0.002)[0]:
            number += 1
            for statement in (RESERVE, COMPLETE):
                began = time.perf_counter()
                cursor.execute(statement, [f"{number:032}"])
                took_s.append(time.perf_counter() - began)
    print(quantiles(took_s, n=100)[98] * 1000, max(took_s) * 1000)


@contextmanager
def a_worker(server: Server) -> Iterator[Callable[[], str]]:
    """Let a worker work; yield what ends it and says how long it waited."""
    command = [sys.executable, "-m", "benchmarks.listing.clearing", str(server.socket)]
    with Popen(command, cwd=ROOT, text=True, stdin=PIPE, stdout=PIPE) as process:  # noqa: S603  our own worker
        assert process.stdout
        process.stdout.readline()

        def said() -> str:
            p99, longest = map(float, process.communicate()[0].split())
            return f"a worker's p99 {p99:.1f} ms, its longest wait {longest:.0f} ms"

        yield said


def _run(server: Server, statements: Sequence[str]) -> None:
    for statement in statements:
        ask(server, statement)


def clear_bare(server: Server) -> tuple[int, float]:
    """Clear by the bare statements; return the client's CPU."""
    used, driver = time.process_time(), connect(server)
    with driver.cursor() as cursor:
        cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
        while cursor.execute(KEYS):
            keys = cursor.fetchall()
            pairs = ", ".join(["(%s, %s)"] * len(keys))
            cursor.execute(DELETE.format(pairs), [part for key in keys for part in key])
    driver.close()
    return 200, time.process_time() - used


def _fields(form: Tag) -> list[tuple[str, str]]:
    named = form.select("input[name], button[name]:not(#stop)")
    return [(str(one["name"]), str(one.get("value", ""))) for one in named]


def _form_in(page: Page) -> Tag | None:
    """Return the form by which a page goes on with the clearing."""
    return BeautifulSoup(page.unpacked, "html.parser").select_one("form.confirm, form.act")


def clear_by_the_site(site: Served, asked: list[float]) -> tuple[int, float]:
    """Clear all errors as a person does: ask, confirm, and go on as long as the page says so; return the site's CPU.

    `asked` takes how long each request was.
    """
    page = site.get("/jobs/?status=error")
    form = BeautifulSoup(page.unpacked, "html.parser").select_one("form.rows")
    assert form, page.status
    fields = [(name, value) for name, value in _fields(form) if name not in ("job", "all")]
    page = site.post("/jobs/clear/confirm/", urlencode([*fields, ("all", "1")]))
    used_s, number = page.cpu_s, ""
    for _ in range(MOST_REQUESTS):
        if "/acts/" in page.location:
            page = site.get(page.location)
            used_s += page.cpu_s
        going_on = _form_in(page)
        if going_on is None:
            break
        if typed := going_on.select_one('[name="typed"]'):
            number = "".join(filter(str.isdigit, typed.parent.get_text() if typed.parent else ""))
        fields = [(name, number if name == "typed" else value) for name, value in _fields(going_on)]
        page = site.post(str(going_on["action"]), urlencode(fields))
        asked.append(page.wall_s)
        used_s += page.cpu_s
    return page.status, used_s


def report_clearing(server: Server, home: Path) -> None:
    """Print what clearing takes and does to a worker: bare and by the site in turn, as other load comes and goes."""
    meter = Meter(server, 1)
    _run(server, KEEP)
    _run(server, [*BRING_BACK, ALL_FAIL])
    print(f"\nClearing {ask(server, COUNT)[0][0]:,} errors, while a worker works")
    with a_worker(server) as said:
        time.sleep(UNDISTURBED_S)
        print(f"nothing is cleared: {said()}", flush=True)
    bare: list[Cost] = []
    ours: list[Cost] = []
    with served(home, server.port) as site:
        for _ in range(ROUNDS):
            bare.append(_measured("bare chunks", server, meter, lambda: clear_bare(server)))
            ours.append(_by_the_site(server, meter, site))
    _run(server, BRING_BACK)
    usual, needed = typical(ours), typical(bare)
    print(f"medians: bare chunks {_in_words(needed)}; the site {_in_words(usual)}")
    print(f"  times the bare chunks: wall {usual.wall_s / needed.wall_s:.2f}, CPU {usual.cpu_s / needed.cpu_s:.2f}")


def _by_the_site(server: Server, meter: Meter, site: Served) -> Cost:
    site.get("/jobs/")
    forget_peak(site.pids)
    asked: list[float] = []
    cost = _measured("the site", server, meter, lambda: clear_by_the_site(site, asked))
    left, going_s = ask(server, COUNT)[0][0], sum(asked)
    print(f"  answered {cost.status}; {left:,} errors left; list and question {cost.wall_s - going_s:.1f} s,")
    print(f"  then {len(asked)} requests of {going_s:.1f} s together, the longest {max(asked, default=0):.1f} s")
    print(f"  peak memory of a process of the site {peak_mb(site.pids):.0f} MB", flush=True)
    return cost


def _measured(name: str, server: Server, meter: Meter, clear: Callable[[], tuple[int, float]]) -> Cost:
    _run(server, [*BRING_BACK, ALL_FAIL])
    with a_worker(server) as said:
        cost = meter.once(clear)
        print(f"{name}: {_in_words(cost)}; {said()}", flush=True)
    return cost


def _in_words(cost: Cost) -> str:
    return f"{cost.wall_s:.1f} s, CPU {cost.cpu_s:.2f} s, the database's {cost.database_s:.2f} s"


if __name__ == "__main__":
    work(sys.argv[1])
