"""The lab's server stops while the site runs, and comes back."""

import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from jobsite.demo.server import Server, free_port
from tests.jobsite.conftest import Home
from tests.lab import ROOT, eventually
from tests.matrix import chosen
from tests.pages import text_of


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server of this test's own."""
    own = Server(tmp_path / "server", options=chosen().options(tmp_path))
    own.start()
    yield own
    own.stop()


class Visitor:
    """Somebody who is logged in at a running site."""

    def __init__(self, address: str, cookie: str) -> None:
        self.address = address
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.opener.addheaders = [("Cookie", cookie)]

    def status_and_page(self) -> tuple[int, str]:
        """Return what the list of jobs answers."""
        try:
            with self.opener.open(f"{self.address}/jobs/") as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def is_answered(self) -> bool:
        """Say whether the site runs by now."""
        try:
            self.status_and_page()
        except OSError:
            return False
        return True


@pytest.fixture
def visitor(server: Server, home_of_a_site: Home, tmp_path: Path) -> Iterator[Visitor]:
    """Somebody at a site that asks this server."""
    lab = {"DJ_HOST": "127.0.0.1", "DJ_PORT": str(server.port), "DJ_USER": "root", "DJ_PASS": ""}
    environ = {**home_of_a_site.environ, **lab, **chosen().environ, "JOBSITE_SHARED": "0s"}  # each page asks the server
    port = free_port()
    command = [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
    with (tmp_path / "site.log").open("wb") as log:
        site = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)
    try:
        somebody = Visitor(f"http://127.0.0.1:{port}", home_of_a_site.cookie)
        eventually(somebody.is_answered, "the site to answer")
        yield somebody
    finally:
        site.terminate()
        site.wait()


def test_a_server_that_stops_and_comes_back_is_told_in_a_sentence(server: Server, visitor: Visitor) -> None:
    assert visitor.status_and_page()[0] == 200
    port = server.port
    server.stop()
    status, content = visitor.status_and_page()
    assert status == 503
    said = text_of(BeautifulSoup(content, "html.parser").select_one('[role="alert"]'))
    assert said.startswith(f"The lab's server 127.0.0.1:{port} ")
    assert "Traceback" not in content
    server.start(port=port)
    assert visitor.status_and_page()[0] == 200
