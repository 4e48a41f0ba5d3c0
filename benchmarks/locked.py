"""How long does each page wait while somebody locks a jobs table? Prints the longest wait and the answers' statuses.

A private MariaDB is started, or `--url mysql://user:password@host:port` names another server, whose schemas `bench_...`
are made and dropped again: not the lab's. The user must be one who may do everything.
"""

import argparse
import logging
import os
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import MySQLdb

from jobsite.demo.server import Server

JOBS_TABLE = """
CREATE TABLE `{schema}`.`~jobs` (
    table_name varchar(255) NOT NULL, key_hash char(32) NOT NULL, status enum('reserved', 'error', 'ignore') NOT NULL,
    `key` blob, error_message varchar(2047) NOT NULL DEFAULT '', error_stack mediumblob, user varchar(255) NOT NULL,
    host varchar(255) NOT NULL, pid int unsigned NOT NULL, connection_id bigint unsigned NOT NULL,
    timestamp timestamp DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (table_name, key_hash))
"""  # DataJoint 0.14.10, jobs.py
JOB = "REPLACE `{schema}`.`~jobs` VALUES ('__score', %s, 'error', NULL, 'failed', NULL, 'a@b', 'c', 1, 1, NOW())"
ROWS = 20

Page = Callable[[Any, str], Any]


def clear(client: Any, schema: str) -> Any:
    """Select the jobs of a schema, and clear them."""
    from bs4 import BeautifulSoup

    found = BeautifulSoup(client.get("/jobs/", {"schema": schema}).content, "html.parser")
    form = {"job": [box["value"] for box in found.select('input[name="job"]')]}
    return client.post("/jobs/clear/", form)


def confirm(client: Any, schema: str, address: str = "/jobs/clear/confirm/") -> Any:
    """Ask to confirm the clearing of all jobs of a schema."""
    form = {"all": "1", "as_of": "2030-01-04T00:00:00+00:00", "filter": f"schema={schema}"}
    return client.post(address, form)


PAGES: dict[str, Page] = {
    "Jobs": lambda client, schema: client.get("/jobs/"),
    "Jobs of another schema": lambda client, schema: client.get("/jobs/", {"schema": schema}),
    "a job of another schema": lambda client, schema: client.get(f"/jobs/{schema}/__score/{0:032}/"),
    "confirm in another schema": confirm,
    "confirm in all schemas": lambda client, schema: confirm(client, ""),
    "clear in another schema": clear,
    "Connections": lambda client, schema: client.get("/connections/"),
}


@contextmanager
def a_server(url: str, home: Path) -> Iterator[dict[str, Any]]:
    """Yield how to connect to the server of `url`, or to a private one."""
    if url:
        parts = urlsplit(url)
        yield {"host": parts.hostname, "port": parts.port, "user": parts.username, "passwd": parts.password}
        return
    server = Server(home / "server")
    server.start()
    try:
        yield {"host": "127.0.0.1", "port": server.port, "user": "root", "passwd": ""}
    finally:
        server.stop()


@contextmanager
def schemas(address: dict[str, Any], number: int) -> Iterator[list[str]]:
    """Yield the names of schemas with some failed jobs each."""
    names = [f"bench_{one:04}" for one in range(number)]
    driver = MySQLdb.connect(**address, autocommit=True)
    with driver.cursor() as cursor:
        for schema in names:
            cursor.execute(f"DROP DATABASE IF EXISTS `{schema}`")
            cursor.execute(f"CREATE DATABASE `{schema}`")
            cursor.execute(JOBS_TABLE.format(schema=schema))
            cursor.executemany(JOB.format(schema=schema), [[f"{row:032}"] for row in range(ROWS)])
        yield names
        for schema in names:
            cursor.execute(f"DROP DATABASE `{schema}`")


def a_visitor(address: dict[str, Any], home: Path) -> Any:
    """Return a logged-in client of a site that asks this server."""
    named = {"DJ_HOST": address["host"], "DJ_USER": address["user"], "DJ_PASS": address["passwd"]}
    os.environ |= {**named, "DJ_PORT": str(address["port"]), "DJ_USE_TLS": "0", "JOBSITE_HOME": str(home / "site")}
    os.environ["DJANGO_SETTINGS_MODULE"] = "jobsite.settings"
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import Client
    from django.test.utils import setup_test_environment

    setup_test_environment()
    logging.disable(logging.CRITICAL)
    call_command("migrate", verbosity=0)
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


def measure(client: Any, schema: str, seconds: float, fill: Callable[[], None]) -> None:
    """Visit the pages in turn and print, for each, the statuses and the longest wait."""
    longest: dict[str, float] = defaultdict(float)
    statuses: dict[str, Counter[int]] = defaultdict(Counter)
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        fill()
        for name, visit in PAGES.items():
            began = time.perf_counter()
            answer = visit(client, schema)
            longest[name] = max(longest[name], time.perf_counter() - began)
            statuses[name][answer.status_code] += 1
    for name, wait_s in longest.items():
        print(f"  {name:34} {wait_s:5.2f} s   {dict(statuses[name])}")


def main() -> None:
    """Measure without a lock, then with one."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--url", default="")
    asked.add_argument("--schemas", type=int, default=3)
    asked.add_argument("--locked", type=int, default=1)
    asked.add_argument("--seconds", type=float, default=60)
    given = asked.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        a_server(given.url, Path(folder)) as address,
        schemas(address, given.schemas) as names,
    ):
        client = a_visitor(address, Path(folder))
        driver, holder = (MySQLdb.connect(**address, autocommit=True) for _ in range(2))

        def fill() -> None:
            driver.cursor().executemany(JOB.format(schema=names[-1]), [[f"{row:032}"] for row in range(ROWS)])

        print(f"{given.schemas} schemas, none locked")
        measure(client, names[-1], min(given.seconds, 5), fill)
        print(f"{given.locked} of {given.schemas} locked")
        holder.query("LOCK TABLES " + ", ".join(f"`{name}`.`~jobs` WRITE" for name in names[: given.locked]))
        measure(client, names[-1], given.seconds, fill)
        holder.query("UNLOCK TABLES")


if __name__ == "__main__":
    main()
