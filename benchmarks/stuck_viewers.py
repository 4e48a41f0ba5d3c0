"""Some people's pages are stuck: does everybody else's site stay as quick as ever? Prints seconds.

The site is served by `manage.py serve`, on a private MariaDB. A proxy before the server stalls the answers to these in
one of several ways, and lets all other connections through.
"""

import argparse
import http.client
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from benchmarks.locked import schemas
from jobsite.demo.server import Server, free_port
from tests.stalling import Stall, StallingProxy

ROOT = Path(__file__).resolve().parent.parent
PASSED_ON_AFTER_S = 0.5
"""By then the stuck pages have connected."""
FORGOTTEN_AFTER_S = 11.0
"""By then the site has no connection left of those before, and no answer that it would give without asking."""
SCHEMAS = 3
STALLED_WORD = b"SELECT"
"""In the statements whose answers are stalled in the middle: not yet those by which a session begins."""
PREPARE = """
import django
django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
user = User.objects.create_superuser("root", password="root-password")
client = Client()
client.force_login(user)
print(client.cookies.output(attrs=[], header="").strip())
"""
JOB = f"/jobs/bench_0000/__score/{0:032}/"
STUCK_PAGES = ("/jobs/", JOB, "/connections/", "/jobs/?schema=bench_0001")
LOG_IN = "log in"
OTHER_PAGES = ("/login/", LOG_IN, "/jobs/", JOB, "/connections/", "/admin/auth/user/", "/static/jobsite/jobsite.css")


class Answer(NamedTuple):
    """What a page answered, and after how many seconds."""

    status: int
    seconds: float


class Visitor(NamedTuple):
    """Somebody who is logged in at the site."""

    port: int
    session: str

    def visit(self, page: str) -> Answer:
        """Ask for a page, or log in anew."""
        began = time.perf_counter()
        status = self._log_in() if page == LOG_IN else self._get(page)
        return Answer(status, time.perf_counter() - began)

    def _get(self, page: str) -> int:
        return self._ask("GET", page, {"Cookie": self.session})[0]

    def _log_in(self) -> int:
        _, headers = self._ask("GET", "/login/", {})
        cookie, token = re.findall(r"(\w*_csrf_\w+=(\w+))", headers["Set-Cookie"])[0]
        form = urlencode({"username": "root", "password": "root-password", "csrfmiddlewaretoken": token})
        sent = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", "/login/", sent, form)[0]

    def _ask(self, method: str, page: str, headers: Mapping[str, str], form: str = "") -> tuple[int, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request(method, page, form or None, dict(headers))
        response = connection.getresponse()
        response.read()
        connection.close()
        return response.status, dict(response.headers)


@contextmanager
def a_site(home: Path, lab_port: int, options: str) -> Iterator[Visitor]:
    """Serve the site by `manage.py serve`, with these `options` of it."""
    named = {"DJ_HOST": "127.0.0.1", "DJ_PORT": str(lab_port), "DJ_USER": "root", "DJ_PASS": "", "DJ_USE_TLS": "0"}
    environ = {**os.environ, **named, "JOBSITE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "jobsite.settings"}
    prepare = [sys.executable, "-c", PREPARE]
    made = subprocess.run(  # noqa: S603  our own site
        prepare, cwd=ROOT, env=environ, capture_output=True, text=True, check=True
    )
    port = free_port()
    command = [sys.executable, "manage.py", "serve", "--bind", f"127.0.0.1:{port}", *shlex.split(options)]
    print(f"manage.py serve {options}".rstrip())
    with (home / "site.log").open("wb") as log:
        site = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)  # noqa: S603  our own site
    try:
        visitor = Visitor(port, made.stdout.strip())
        while not _answers(visitor):
            time.sleep(0.2)
        yield visitor
    finally:
        site.terminate()
        site.wait()


def _answers(visitor: Visitor) -> bool:
    try:
        visitor.visit("/login/")
    except OSError:
        return False
    return True


def slowest(visitor: Visitor, rounds: int) -> dict[str, float]:
    """Return how long each of the other pages took at most."""
    found = [{page: visitor.visit(page).seconds for page in OTHER_PAGES} for _ in range(rounds)]
    return {page: max(one[page] for one in found) for page in OTHER_PAGES}


def stuck_round(
    visitor: Visitor, proxy: StallingProxy, stall: Stall, place: ThreadPoolExecutor, number: int
) -> tuple[list[Answer], dict[str, float]]:
    """Let some pages get stuck; return what they answered, and how long the others took meanwhile."""
    time.sleep(FORGOTTEN_AFTER_S)
    proxy.stall, proxy.word = stall, STALLED_WORD
    stuck: list[Future[Answer]] = [place.submit(visitor.visit, page) for page in islice(cycle(STUCK_PAGES), number)]
    time.sleep(PASSED_ON_AFTER_S)
    proxy.stall = Stall.NOTHING
    others = slowest(visitor, 1)
    return [one.result() for one in stuck], others


def main() -> None:
    """Measure each way to be stuck."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--serve", default="", help="options of manage.py serve, such as '--workers 1'")
    asked.add_argument("--stuck", type=int, default=4, help="how many pages are stuck at a time")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(given.stuck) as place:
        server = Server(Path(folder) / "server")
        server.start()
        try:
            address = {"host": "127.0.0.1", "port": server.port, "user": "root", "passwd": ""}
            with schemas(address, SCHEMAS), StallingProxy("127.0.0.1", server.port) as proxy:
                (home := Path(folder) / "site").mkdir()
                with a_site(home, proxy.port, given.serve) as visitor:
                    _measure(visitor, proxy, place, given)
        finally:
            server.stop()


def _measure(visitor: Visitor, proxy: StallingProxy, place: ThreadPoolExecutor, given: argparse.Namespace) -> None:
    slowest(visitor, 4)  # each worker process has made each page
    usual = slowest(visitor, given.rounds)
    print(f"{'nobody is stuck':16}" + "  ".join(f"{page[:13]} {seconds:.2f}" for page, seconds in usual.items()))
    for stall in (one for one in Stall if one is not Stall.NOTHING):
        found = [stuck_round(visitor, proxy, stall, place, given.stuck) for _ in range(given.rounds)]
        stuck = [answer for answers, _ in found for answer in answers]
        more = {page: max(others[page] for _, others in found) - usual[page] for page in OTHER_PAGES}
        statuses = sorted({answer.status for answer in stuck})
        print(f"{stall.name:16}stuck: {max(one.seconds for one in stuck):.2f} s at most, {statuses}")
        print(f"{'':16}the others, more than usual: " + "  ".join(f"{page[:13]} {s:+.2f}" for page, s in more.items()))


if __name__ == "__main__":
    main()
