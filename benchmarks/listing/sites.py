"""The site as docs/admin.md says it is served, a plain Django admin beside it, and somebody who is logged in there."""

import gzip
import http.client
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from typing import NamedTuple

from benchmarks.listing.processes import cpu_s, family, python, running
from benchmarks.stuck_viewers import PREPARE
from jobsite.demo.server import free_port

LIKE_OURS = ("--worker-class=gthread", "--workers=2", "--threads=16")
"""What manage.py serve does unless it is told otherwise."""
OURS, ADMIN = "jobsite.settings", "benchmarks.listing.plain_admin.settings"
FORGET = """
import django
django.setup()
from jobsite.lab.shared_answers import forget
"""
"""Forgets what all viewers share, in all processes of the site, as an act does."""


class Page(NamedTuple):
    """What a page answered."""

    status: int
    body: bytes
    wall_s: float
    cpu_s: float
    """CPU of the site alone."""
    tag: str = ""
    """Its ETag."""
    location: str = ""
    """Where it leads on to."""

    @property
    def unpacked(self) -> str:
        """Its text."""
        is_packed = self.body.startswith(b"\x1f\x8b")
        return (gzip.decompress(self.body) if is_packed else self.body).decode()


class Served:
    """A site that is served, and somebody who is logged in there."""

    def __init__(self, port: int, cookie: str, pid: int, home: Path, environ: Mapping[str, str]) -> None:
        """`pid` is the server's first process; `environ` is what it was started with."""
        self.port, self.pid, self.home, self.environ = port, pid, home, environ
        self.cookies = SimpleCookie(cookie)

    @property
    def address(self) -> str:
        """What stands before every path."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def cookie(self) -> str:
        """The cookies that the site gave."""
        return self.cookies.output(attrs=[], header="", sep=";").strip()

    @property
    def pids(self) -> list[int]:
        """The processes of the site, as they are now."""
        return family(self.pid) if self.pid else []

    def get(self, path: str, **headers: str) -> Page:
        """Ask for a page."""
        return self._ask("GET", path, "", headers)

    def post(self, path: str, form: str, **headers: str) -> Page:
        """Send a form; `form` is encoded as URLs are."""
        return self._ask("POST", path, form, {"Content-Type": "application/x-www-form-urlencoded", **headers})

    def _ask(self, method: str, path: str, form: str, headers: Mapping[str, str]) -> Page:
        pids, connection = self.pids, http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        used, began = cpu_s(pids), time.perf_counter()
        connection.request(method, path, form or None, {"Cookie": self.cookie, "Accept-Encoding": "gzip", **headers})
        answer = connection.getresponse()
        body = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            self.cookies.load(cookie)
        wall_s = time.perf_counter() - began
        connection.close()
        tag, location = answer.headers.get("ETag", ""), answer.headers.get("Location", "")
        return Page(answer.status, body, wall_s, cpu_s(pids) - used, tag, location)


def lab_environ(port: int, user: str = "root", password: str = "") -> dict[str, str]:
    """Return what names the lab's server to the site and to DataJoint."""
    named = {"DJ_HOST": "127.0.0.1", "DJ_PORT": str(port), "DJ_USER": user, "DJ_PASS": password, "DJ_USE_TLS": "0"}
    return {**os.environ, **named}


@contextmanager
def served(home: Path, lab_port: int, settings: str = OURS, **more: str) -> Iterator[Served]:
    """Serve a site by its settings as docs/admin.md says; `more` goes to its environment."""
    home.mkdir(parents=True, exist_ok=True)
    environ = {**lab_environ(lab_port), "JOBSITE_HOME": str(home), "DJANGO_SETTINGS_MODULE": settings, **more}
    cookie = python("-c", PREPARE, environ=environ).strip()
    port = free_port()
    command = [sys.executable, "manage.py", "serve", f"--bind=127.0.0.1:{port}"]
    if settings != OURS:
        module = "benchmarks.listing.plain_admin.wsgi"
        command = [sys.executable, "-m", "gunicorn", f"--bind=127.0.0.1:{port}", *LIKE_OURS, module]
    with running(command, environ, home / "site.log") as process:
        site = Served(port, cookie, process.pid, home, environ)
        while not _answers(site):
            assert process.poll() is None, (home / "site.log").read_text()
            time.sleep(0.2)
        yield site


def _answers(site: Served) -> bool:
    try:
        return site.get("/admin/login/").status < 500
    except OSError:
        return False
