"""Logging in: what is counted, what is logged, and how long a session lasts."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.test import Client, RequestFactory, override_settings

from jobsite.pages.logging_in import LAST_USED, client_address
from tests.cast import browser_of, person
from tests.pages import page, text_of

PROXIED = {"REMOTE_ADDR": "127.0.0.1"}


@pytest.fixture(autouse=True)
def _behind_a_proxy() -> Iterator[None]:
    with override_settings(BEHIND_HTTPS=True):
        yield


def try_to_log_in(name: str, *, right: bool = False, address: str = "10.0.0.7") -> int:
    """Return how a log-in is answered that comes through the proxy from this address."""
    sent = {"username": name, "password": f"{name}-password" if right else "wrong"}
    answer = Client(**PROXIED).post("/login/", sent, headers={"X-Forwarded-For": f"1.2.3.4, {address}"})  # type: ignore[arg-type]
    return answer.status_code


@pytest.fixture
def _tried_too_often(db: None) -> None:
    for name in ("vera", "otto"):
        person(name, "viewer")
    assert [try_to_log_in("vera") for _ in range(settings.AXES_FAILURE_LIMIT)] == [
        *[200] * (settings.AXES_FAILURE_LIMIT - 1),
        429,
    ]


@pytest.mark.usefixtures("_tried_too_often")
def test_after_too_many_failures_the_right_password_is_refused_too() -> None:
    assert try_to_log_in("vera", right=True) == 429


@pytest.mark.usefixtures("_tried_too_often")
def test_others_behind_the_same_address_still_log_in() -> None:
    assert try_to_log_in("otto", right=True) == 302


@pytest.mark.usefixtures("_tried_too_often")
def test_the_same_name_still_logs_in_from_another_address() -> None:
    assert try_to_log_in("vera", right=True, address="10.0.0.8") == 302


@pytest.mark.usefixtures("_tried_too_often")
def test_a_name_is_unlocked_by_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("axes_reset_username", "vera")
    assert try_to_log_in("vera", right=True) == 302


@pytest.mark.usefixtures("_tried_too_often")
def test_who_is_locked_out_is_told_for_how_long() -> None:
    answer = Client(**PROXIED).post(  # type: ignore[arg-type]
        "/login/", {"username": "vera", "password": "x"}, headers={"X-Forwarded-For": "10.0.0.7"}
    )
    assert text_of(page(answer).select_one("main p")) == (
        "Too many log-ins by this name failed from this address: wait 15 min, then try again, "
        "or ask whoever runs Jobsite to unlock it."
    )


def test_a_log_in_that_succeeds_ends_the_counting(db: None) -> None:
    person("vera", "viewer")
    answers = [try_to_log_in("vera", right=number % 5 == 4) for number in range(3 * settings.AXES_FAILURE_LIMIT)]
    assert 429 not in answers


@pytest.mark.usefixtures("_tried_too_often")
def test_the_admin_site_s_own_form_is_counted_too(db: None) -> None:
    sent = {"username": "vera", "password": "vera-password"}
    assert Client(REMOTE_ADDR="10.0.0.7").post("/admin/login/", sent).status_code == 429


def test_each_failure_is_one_line_of_the_log(db: None, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for _ in range(settings.AXES_FAILURE_LIMIT):
        try_to_log_in("eve\n2026 forged")
    try_to_log_in("eve\n2026 forged")
    said = [record.getMessage() for record in caplog.records if not record.name.startswith("django")]
    failed = r"A log-in as 'eve\n2026 forged' from 10.0.0.7 failed."
    refused = r"A log-in as 'eve\n2026 forged' from 10.0.0.7 was refused after too many that failed."
    assert said == [*[failed] * settings.AXES_FAILURE_LIMIT, refused]


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("10.0.0.9", "", "10.0.0.9"),
        ("10.0.0.9", "1.1.1.1", "10.0.0.9"),
        ("127.0.0.1", "1.1.1.1, 10.0.0.7", "10.0.0.7"),
        ("::1", "2001:DB8::7", "2001:db8::7"),
        ("", "10.0.0.7", "10.0.0.7"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("::ffff:127.0.0.1", "fe80::1%eth0", "fe80::1"),
        ("::ffff:10.0.0.9", "1.1.1.1", "10.0.0.9"),
        ("127.0.0.1", "10.0.0.7, junk", "127.0.0.1"),
        ("127.0.0.1", "'; DROP", "127.0.0.1"),
        ("", "", None),
    ],
)
def test_only_a_proxy_on_this_machine_says_who_asks(peer: str, forwarded: str, address: str | None) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == address


@override_settings(BEHIND_HTTPS=False)
def test_where_no_proxy_is_named_nobody_says_who_asks() -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="10.0.0.7")
    assert client_address(request) == "127.0.0.1"


def test_a_session_ends_when_it_is_not_used_for_a_while(viewer: Client) -> None:
    assert timedelta(seconds=settings.SESSION_COOKIE_AGE) == timedelta(hours=12)
    viewer.get("/login/")
    lasts = Session.objects.get().expire_date - datetime.now(timezone.utc)
    assert timedelta(hours=11.9) < lasts <= timedelta(hours=12)


def test_a_session_that_is_used_lasts_on_and_is_not_written_each_time(db: None) -> None:
    client = browser_of(User.objects.create_user("vera"))
    assert settings.SESSION_COOKIE_NAME in client.get("/login/").cookies
    assert settings.SESSION_COOKIE_NAME not in client.get("/login/").cookies
    session = client.session
    session[LAST_USED] -= 2 * 3600
    session.save()
    assert settings.SESSION_COOKIE_NAME in client.get("/login/").cookies


def test_a_page_is_shown_though_the_session_cannot_be_written(db: None, caplog: pytest.LogCaptureFixture) -> None:
    client = browser_of(User.objects.create_user("vera"))
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER full BEFORE UPDATE ON django_session BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    assert client.get("/login/").status_code == 302
    assert [record.getMessage() for record in caplog.records if record.name == "jobsite.log_in"] == [
        "That a session is used could not be written: disk full."
    ]


def test_a_page_is_shown_though_the_site_s_database_only_reads(db: None, caplog: pytest.LogCaptureFixture) -> None:
    client = browser_of(User.objects.create_user("vera"))
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")
    try:
        assert client.get("/login/").status_code == 302
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA query_only = OFF")
    (said,) = [record.getMessage() for record in caplog.records if record.name == "jobsite.log_in"]
    assert said.startswith("That a session is used could not be written: ")


def test_a_page_is_shown_to_who_has_just_logged_out_elsewhere(db: None) -> None:
    client = browser_of(User.objects.create_user("vera"))
    client.get("/login/")

    def log_out_elsewhere(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith("UPDATE") and "django_session" in sql:
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM django_session")
        return execute(sql, *rest)

    session = client.session
    session[LAST_USED] -= 2 * 3600
    session.save()
    with connection.execute_wrapper(log_out_elsewhere):
        assert client.get("/login/").status_code == 302
