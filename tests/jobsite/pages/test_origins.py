"""From which addresses a form is taken, and what is said of one that is not."""

import logging

import pytest
from django.test import Client, override_settings

from jobsite.addresses import LOOPBACK
from tests.cast import person
from tests.pages import page, text_of


def log_in(origin: str, host: str, *, secure: bool = False, cookie: bool = True) -> tuple[int, str]:
    """Return how a log-in from a page of this origin is answered, and what the page says."""
    client = Client(enforce_csrf_checks=True)
    token = page(client.get("/login/", headers={"Host": host})).select_one('input[name="csrfmiddlewaretoken"]')
    assert token is not None
    if not cookie:
        client.cookies.clear()
    sent = {"username": "vera", "password": "vera-password", "csrfmiddlewaretoken": str(token["value"])}
    answer = client.post("/login/", sent, headers={"Host": host, "Origin": origin}, secure=secure)
    return answer.status_code, text_of(page(answer).select_one("main")) if answer.content else ""


@pytest.fixture(autouse=True)
def _vera(db: None) -> None:
    person("vera", "viewer")


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://jobs.lab", "127.0.0.1:8000"),
        ("https://jobs.lab:8443", "jobs.lab"),
        ("http://jobs.lab:8080", "jobs.lab"),
        ("https://jobs.lab", "jobs.lab"),
        ("http://localhost:8080", "127.0.0.1:8000"),
        ("http://[::1]:8080", "localhost"),
        ("https://a.more.lab:1", "127.0.0.1"),
    ],
)
def test_a_form_of_the_site_is_taken_whatever_host_the_proxy_passes_on(origin: str, host: str) -> None:
    with override_settings(ALLOWED_HOSTS=["jobs.lab", ".more.lab", *LOOPBACK]):
        assert log_in(origin, host) == (302, "")


@pytest.mark.parametrize("allowed", [["jobs.lab"], ["*"]])
@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://localhost:3000",
        "null",
        "",
        "https://",
        "https://jobs.lab.evil",
        "x://jobs.lab",
        "https://[",
        "//jobs.lab",
    ],
)
def test_a_form_of_another_site_is_not_taken(origin: str, allowed: list[str]) -> None:
    with override_settings(ALLOWED_HOSTS=[*allowed, *LOOPBACK]):
        assert log_in(origin, "jobs.lab")[0] == 403


def test_a_page_that_came_by_http_sends_no_form_to_https() -> None:
    with override_settings(ALLOWED_HOSTS=["jobs.lab"]):
        assert log_in("http://jobs.lab", "jobs.lab", secure=True)[0] == 403


def test_another_origin_is_said_on_the_page_and_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, logger="jobsite.pages")
    status, said = log_in("https://jobs.lab", "127.0.0.1")
    sentence = (
        "This form did not come from a page of Jobsite: it came from https://jobs.lab, and Jobsite was asked for as "
        "127.0.0.1. If people use that address, whoever runs Jobsite adds its name to JOBSITE_ALLOWED_HOSTS "
        "(docs/admin.md)."
    )
    assert (status, sentence in said) == (403, True)
    reason = "Origin checking failed - https://jobs.lab does not match any trusted origins"
    logged = [record.getMessage() for record in caplog.records if record.name == "jobsite.pages"]
    assert logged == [f"A form for /login/ was refused ({reason}): {sentence}"]


def test_a_browser_without_cookies_is_told_so(caplog: pytest.LogCaptureFixture) -> None:
    status, said = log_in("http://localhost", "localhost", cookie=False)
    assert (status, "Your browser sent no cookie of Jobsite" in said) == (403, True)


def test_an_unknown_host_is_said_on_the_page_and_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    answer = Client().get("/login/", headers={"Host": "evil.example"})
    said = text_of(page(answer).select_one("main"))
    assert answer.status_code == 400
    assert "Jobsite was asked for as evil.example, a name that it does not know" in said
    assert [record.levelname for record in caplog.records if record.name == "jobsite.pages"] == ["WARNING"]
