"""A site as its settings make it: each case is a process of its own with another environment."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.jobsite.conftest import Home
from tests.lab import ROOT

ASK = """
import json, logging, sys
import django
django.setup()
logging.getLogger("django").setLevel("CRITICAL")
from django.conf import settings
from django.test import Client
from django.test.utils import setup_test_environment
setup_test_environment()
found = []
for path, headers in json.loads(sys.argv[1]):
    answer = Client().get(path, headers=headers)
    cookies = {name: [one["path"], one["secure"]] for name, one in answer.cookies.items()}
    found.append([answer.status_code, dict(answer.headers), cookies])
print(json.dumps(found))
"""
SECURE = {"X-Forwarded-Proto": "https"}


def ask(home: Home, environ: dict[str, str], *asked: tuple[str, dict[str, str]]) -> tuple[list[Any], str]:
    """Return status, headers and cookies of each answer, and what the site wrote to its log."""
    command = [sys.executable, "-c", ASK, json.dumps(asked)]
    lab = {"DJ_USER": "", "HOME": home.environ["HOME"]}
    found = subprocess.run(
        command,
        cwd=home.environ["HOME"],
        env={**home.environ, **lab, **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout), found.stderr


def test_https_is_insisted_on_for_a_month_and_in_every_cookie(home_of_a_site: Home) -> None:
    ((status, headers, cookies),), _ = ask(home_of_a_site, {"JOBSITE_HTTPS": "1"}, ("/login/", SECURE))
    assert (status, headers["Strict-Transport-Security"]) == (200, "max-age=2592000")
    assert [secure for _, secure in cookies.values()] == [True]


def test_http_leads_to_https_and_a_proxy_that_does_not_say_which_is_told(home_of_a_site: Home) -> None:
    by_http: dict[str, str] = {"X-Forwarded-Proto": "http"}
    ((status, headers, _), healthz), log = ask(
        home_of_a_site, {"JOBSITE_HTTPS": "1"}, ("/login/?next=/jobs/", by_http), ("/healthz", {})
    )
    assert (status, headers["Location"]) == (301, "https://testserver/login/?next=/jobs/")
    assert (healthz[0], "X-Forwarded-Proto" in log) == (200, False)
    ((status, _, _),), log = ask(home_of_a_site, {"JOBSITE_HTTPS": "1"}, ("/login/", {}))
    assert (status, log.count("let the proxy set that header")) == (301, 1)


def test_without_a_proxy_nobody_s_word_counts_for_https_or_another_host(home_of_a_site: Home) -> None:
    headers = {**SECURE, "X-Forwarded-Host": "evil.example", "X-Forwarded-Port": "1", "X-Forwarded-Prefix": "/evil"}
    ((status, answered, cookies),), _ = ask(home_of_a_site, {}, ("/login/", headers))
    assert (status, "Strict-Transport-Security" in answered) == (200, False)
    assert list(cookies.values()) == [["/", ""]]


def test_below_a_path_cookies_and_addresses_stay_there(home_of_a_site: Home) -> None:
    ((status, headers, _), login), _ = ask(
        home_of_a_site, {"JOBSITE_PATH": "jobsite/"}, ("/jobs/", {}), ("/login/", {})
    )
    assert (status, headers["Location"]) == (302, "/jobsite/login/?next=/jobsite/jobs/")
    assert [path for path, _ in login[2].values()] == ["/jobsite/"]


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"JOBSITE_SESSION": "12"}, "JOBSITE_SESSION: “12” has no unit: write 12s, 12m or 12h."),
        ({"JOBSITE_SESSION": "0"}, "JOBSITE_SESSION must be longer than nothing: write 30m, 12h or 7d."),
        ({"JOBSITE_ALLOWED_HOSTS": "a.lab, https://"}, "JOBSITE_ALLOWED_HOSTS names 'https://', which is not the name"),
    ],
)
def test_a_setting_that_cannot_be_read_is_said(home_of_a_site: Home, environ: dict[str, str], said: str) -> None:
    command = [sys.executable, str(ROOT / "manage.py"), "migrate"]
    found = subprocess.run(
        command, env={**home_of_a_site.environ, **environ}, capture_output=True, text=True, check=False
    )
    assert (found.returncode, said in found.stderr.splitlines()[-1]) == (1, True), found.stderr


def modes(folder: Path) -> dict[str, str]:
    """Return the rights of a folder and what is in it."""
    return {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in (folder, *folder.iterdir())}


@pytest.mark.parametrize("key", ["", "a-key-of-the-tests"])
def test_only_its_owner_reads_what_the_site_keeps(home_of_a_site: Home, tmp_path: Path, key: str) -> None:
    folder = tmp_path / "home"
    environ = {**home_of_a_site.environ, "JOBSITE_HOME": str(folder), "JOBSITE_SECRET_KEY": key}
    code = """
import django, sqlite3
django.setup()
from django.conf import settings
from django.core.management import call_command
call_command("migrate", verbosity=0)
held = sqlite3.connect(settings.DATABASES["default"]["NAME"])
held.execute("PRAGMA journal_mode = WAL")
held.execute("DELETE FROM django_session")
held.commit()
import os; os._exit(0)
"""
    subprocess.run([sys.executable, "-c", code], env=environ, check=True, umask=0o022)
    assert {name: mode for name, mode in modes(folder).items() if mode not in ("0o600", "0o700")} == {}
    assert {"site.sqlite3", "site.sqlite3-wal"} <= set(modes(folder))
    for path in folder.iterdir():
        os.chmod(path, 0o644)
    subprocess.run([sys.executable, "-c", "import django; django.setup()"], env=environ, check=True)
    del environ["JOBSITE_SECRET_KEY"]
    opened = [name for name, mode in modes(folder).items() if mode == "0o644" and name != "secret_key"]
    assert opened == []
