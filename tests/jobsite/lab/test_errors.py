"""The lab's server refuses, is not there, or is not named: one sentence, and the rest of the site still works.

Each case is a site of its own: a real process with another environment.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from jobsite.demo.server import free_port
from jobsite.lab.explanations import explain
from tests.jobsite.conftest import Home
from tests.server import SERVER, SITE

# Asks the pages as three people would, and prints what each was answered.
VISIT = """
import json, logging, sys
import django
django.setup()
logging.disable(logging.CRITICAL)
from django.contrib.auth.models import User
from django.test import Client
from django.test.utils import setup_test_environment
setup_test_environment()
client = Client(raise_request_exception=True)
client.force_login(User.objects.get())
fragment = {"HX-Request": "true"}
asked = [
    ("jobs", client.get("/jobs/")),
    ("job", client.get("/jobs/lab/__score/0/")),
    ("connections", client.get("/connections/")),
    ("fragment", client.get("/jobs/", headers=fragment)),
    ("clear", client.post("/jobs/clear/", {"job": "a|b|c|error|"})),
    ("kill", client.post("/connections/kill/", {"connection": "7|a|b|2026-01-04T00:00:00+00:00"})),
    ("login", Client().get("/login/")),
    ("admin", client.get("/admin/auth/user/")),
]
print(json.dumps({name: [one.status_code, dict(one.headers), one.content.decode()] for name, one in asked}))
"""

Answers = dict[str, tuple[int, dict[str, str], str]]
ASKING = ("jobs", "job", "connections", "fragment", "clear", "kill")


def visit(home: Home, folder: Path, environ: dict[str, str]) -> Answers:
    """Return what a site with this environment answers; `folder` holds no settings file."""
    command = [sys.executable, "-c", VISIT]
    asked = {**home.environ, **environ}
    found = subprocess.run(command, cwd=folder, env=asked, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    answers: Answers = json.loads(found.stdout)
    return answers


CASES: dict[str, tuple[Callable[[], dict[str, str]], str]] = {
    "a wrong password": (lambda: SERVER.environ(SITE, "wrong"), "refused the account jobsite_test: check DJ_USER"),
    "an unknown account": (lambda: SERVER.environ("nobody-here"), "refused the account nobody-here: check DJ_USER"),
    "nobody listens": (
        lambda: {**SERVER.environ(SITE), "DJ_PORT": str(free_port())},
        "does not answer: check DJ_HOST and DJ_PORT, and that the server runs.",
    ),
    "an unknown host": (
        lambda: {**SERVER.environ(SITE), "DJ_HOST": "no-such-host.invalid"},
        "No server named no-such-host.invalid",
    ),
    "no server named": (lambda: {"DJ_USER": ""}, "No lab server is named yet: set DJ_HOST, DJ_USER and DJ_PASS"),
    "a port that is none": (
        lambda: {**SERVER.environ(SITE), "DJ_PORT": "many"},
        "The port 'many' is not a number from 1 to 65535: set DJ_PORT.",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_one_sentence_stands_on_every_page_that_had_to_ask(
    accounts: None, home_of_a_site: Home, tmp_path: Path, name: str
) -> None:
    environ, sentence = CASES[name]
    answers = visit(home_of_a_site, tmp_path, environ())
    assert {page: answers[page][0] for page in ASKING} == dict.fromkeys(ASKING, 503)
    said = {page: BeautifulSoup(answers[page][2], "html.parser").select('[role="alert"]') for page in ASKING}
    assert {page: len(found) for page, found in said.items()} == dict.fromkeys(ASKING, 1)
    assert [page for page, (found,) in said.items() if sentence not in " ".join(found.text.split())] == []
    everything = " ".join(content for _, _, content in answers.values())
    assert "Traceback" not in everything
    assert SERVER.environ(SITE)["DJ_PASS"] not in everything
    assert answers["fragment"][1]["HX-Retarget"] == "#notice"
    assert [answers["login"][0], answers["admin"][0]] == [200, 200]


@pytest.mark.parametrize("error", [ValueError("x"), KeyError(1045), OSError(2002, "x")])
def test_an_error_of_our_own_is_not_explained_away(error: Exception) -> None:
    assert explain(error) == ""
