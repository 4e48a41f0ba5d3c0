"""What a person reads when the lab's server refuses, is not there, or goes away in between."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jobsite.demo.server import Server
from tests.ground import GROUND
from tests.lab import ROOT

# A site of its own for each: settings are read once, when a process starts.
VISIT = """
import sys
import django
django.setup()
from django.conf import settings
settings.ALLOWED_HOSTS.append("testserver")
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from bs4 import BeautifulSoup
call_command("migrate", verbosity=0)
client = Client()
client.force_login(User.objects.create_superuser("root"))
for address in sys.argv[1:]:
    answer = client.get(address)
    found = BeautifulSoup(answer.content, "html.parser")
    alert = found.select_one("[role=alert]")
    print(answer.status_code, " ".join(alert.get_text(" ").split()) if alert else "-", sep="|")
"""


def visit(tmp_path: Path, *addresses: str, **environ: str) -> list[str]:
    """Return status and alert of each address, of a site started with this environment."""
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", VISIT, *addresses],
        cwd=ROOT,
        env={
            **os.environ,
            **GROUND.site_environ(),
            "DJANGO_SETTINGS_MODULE": "jobsite.settings",
            "JOBSITE_HOME": str(tmp_path / "site"),
            "HOME": str(tmp_path),
            **environ,
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout.splitlines()


PAGES = ("/jobs/", "/connections/", "/admin/", "/admin/auth/user/")


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"DJ_PASS": "wrong"}, "refused the account jobsite_test: check DJ_USER and DJ_PASS."),
        ({"DJ_PORT": "1"}, "does not answer: check DJ_HOST and DJ_PORT, and that the server runs."),
        ({"DJ_HOST": "no-such-host.invalid"}, "No server named no-such-host.invalid"),
        ({"DJ_USER": "", "DJ_HOST": ""}, "No lab server is named yet: set DJ_HOST, DJ_USER and DJ_PASS"),
    ],
)  # fmt: skip
def test_a_server_that_cannot_be_asked_is_one_sentence_and_the_rest_of_the_site_works(
    accounts: None, tmp_path: Path, environ: dict[str, str], sentence: str
) -> None:
    jobs, connections, admin, people = visit(tmp_path, *PAGES, **environ)
    assert jobs.startswith("503|")
    assert sentence in jobs
    assert connections == jobs
    assert (admin, people) == ("200|-", "200|-")


VANISH = """
import sys
import django
django.setup()
from django.conf import settings
settings.ALLOWED_HOSTS.append("testserver")
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import close_old_connections
from django.test import Client
call_command("migrate", verbosity=0)
client = Client()
client.force_login(User.objects.create_superuser("root"))
for line in sys.stdin:
    close_old_connections()  # as Django does before each request of a browser, but not of its test client
    print(client.get("/jobs/").status_code, flush=True)
"""


def test_a_server_that_vanishes_and_comes_back_is_asked_again(tmp_path: Path) -> None:
    server = Server(tmp_path / "server")
    server.start()
    environ = {
        **os.environ,
        **GROUND.site_environ(),
        "DJANGO_SETTINGS_MODULE": "jobsite.settings",
        "JOBSITE_HOME": str(tmp_path / "site"),
        "DJ_PORT": str(server.port),
        "DJ_USER": "root",
        "DJ_PASS": "",
    }
    site = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", VANISH],
        cwd=ROOT,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def status() -> str:
        assert site.stdin is not None
        assert site.stdout is not None
        site.stdin.write("look\n")
        site.stdin.flush()
        return site.stdout.readline().strip()

    try:
        before = status()
        server.stop()
        gone = status()
        server.start(port=server.port)
        assert (before, gone, status()) == ("200", "503", "200")
    finally:
        site.communicate()
        server.stop()
