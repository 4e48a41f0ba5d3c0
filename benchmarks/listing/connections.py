"""The page of connections while many are open, some of which hold jobs; beside the bare SQL of what it shows."""

import resource
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen

import MySQLdb

from benchmarks.listing.filling import Size, connect
from benchmarks.listing.pages import Cost, Meter, bare_rows, forgetful
from benchmarks.listing.sites import served
from benchmarks.populate import ROOT
from jobsite.demo.server import Server

NUMBERS = (10, 500, 5_000)
MOST_HELD = 2_000
PROCESSES = "SELECT ID, USER, HOST, DB, COMMAND, TIME, STATE, INFO FROM information_schema.processlist"
RESERVED = """
SELECT table_name, key_hash, `key`, user, host, pid, connection_id, timestamp FROM `{}`.`~jobs`
WHERE status = 'reserved'
"""
HOLD = "UPDATE `{}`.`~jobs` SET user = 'root@127.0.0.1', connection_id = %s WHERE table_name = %s AND key_hash = %s"
FIRST = "SELECT table_name, key_hash FROM `{}`.`~jobs` WHERE status = 'reserved' LIMIT {}"


def hold(port: int, number: int) -> None:
    """Open connections until the input ends, and print their ids."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    drivers = [MySQLdb.connect(host="127.0.0.1", port=port, user="root") for _ in range(number)]
    print(*(driver.thread_id() for driver in drivers), flush=True)
    sys.stdin.read()


@contextmanager
def open_connections(server: Server, number: int) -> Iterator[Sequence[int]]:
    """Keep so many connections open, and yield their ids."""
    command = [sys.executable, "-m", "benchmarks.listing.connections", str(server.port), str(number)]
    with Popen(command, cwd=ROOT, text=True, stdin=PIPE, stdout=PIPE) as process:  # noqa: S603  our own program
        assert process.stdin
        assert process.stdout
        try:
            ids = [int(one) for one in process.stdout.readline().split()]
            assert len(ids) == number, ids
            yield ids
        finally:
            process.stdin.close()


def hold_jobs(server: Server, size: Size, ids: Sequence[int]) -> None:
    """Let the connections hold the reserved jobs of the schemas in turn."""
    driver, each = connect(server), min(len(ids), MOST_HELD) // size.schemas + 1
    with driver.cursor() as cursor:
        for number, schema in enumerate(size.names):
            cursor.execute(FIRST.format(schema, each))
            holders = ids[number * each : (number + 1) * each]
            rows = [(holder, *key) for holder, key in zip(holders, cursor.fetchall(), strict=False)]
            cursor.executemany(HOLD.format(schema), rows)
    driver.close()


def report_connections(server: Server, size: Size, home: Path, rounds: int) -> None:
    """Print what the page takes: with nothing shared, with a reading that others have just made, and bare."""
    meter = Meter(server, rounds)
    bare = [PROCESSES, " UNION ALL ".join(RESERVED.format(schema) for schema in size.names)]
    print(f"\n| {size}, Connections | wall | its CPU | the site's | the database's |\n|---|---|---|---|---|")
    with served(home, server.port) as site, forgetful(site) as forget:

        def look() -> tuple[int, float]:
            page = site.get("/connections/", **{"HX-Request": "true", "HX-Target": "connection_list"})
            return page.status, page.cpu_s

        for number in NUMBERS:
            with open_connections(server, number) as ids:
                hold_jobs(server, size, ids)
                driver = connect(server)
                for _ in range(4):
                    look()
                _print(f"{number:,} open, nothing shared", meter.usual(look, forget))
                _print(f"{number:,} open, once more", meter.usual(look))
                _print(f"{number:,} open, bare SQL", meter.usual(lambda: bare_rows(driver, *bare)))  # noqa: B023
                driver.close()


def _print(name: str, cost: Cost) -> None:
    figures = (cost.wall_s, cost.cpu_s, cost.site_s, cost.database_s)
    wrong = "" if cost.status == 200 else f" (answered {cost.status})"
    print(f"| {name}{wrong} | " + " | ".join(f"{seconds * 1000:,.1f}" for seconds in figures) + " |", flush=True)


if __name__ == "__main__":
    hold(int(sys.argv[1]), int(sys.argv[2]))
