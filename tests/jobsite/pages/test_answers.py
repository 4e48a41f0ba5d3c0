"""What every answer keeps to: who may keep it, how it is asked for, and in what it is written."""

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.test import Client

from tests.gateway import Visitor
from tests.pages import FRAGMENT, page, tokens


def test_no_page_is_kept_by_anybody(failed_jobs: str, viewer: Client) -> None:
    asked = [
        viewer.get(f"/jobs/?schema={failed_jobs}"),
        viewer.get(f"/jobs/?schema={failed_jobs}", headers=FRAGMENT),
        viewer.get("/connections/"),
        viewer.get("/"),
        viewer.get("/nowhere/"),
        viewer.get("/jobs/a/b/c/"),
    ]
    assert [answer.headers["Cache-Control"] for answer in asked] == ["private, no-store"] * len(asked)


def test_the_browser_may_go_back_to_the_answer_to_a_form(failed_jobs: str, operator: Client) -> None:
    selected = tokens(page(operator.get(f"/jobs/?schema={failed_jobs}")), "job")
    answer = operator.post("/jobs/clear/confirm/", {"job": selected})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-cache")


@pytest.mark.parametrize(
    "address", ["/", "/jobs/", "/jobs/a/b/c/", "/connections/", "/connections/killed/?act=1", "/login/", "/healthz"]
)
def test_head_is_answered_as_get_is(viewer: Client, address: str) -> None:
    head, get = viewer.head(address), viewer.get(address)
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.status_code != 405


@pytest.mark.parametrize(
    "charset", ["utf-16", "latin-1", "rot13", "base64", "idna", "unicode_escape", "undefined", "x", "'"]
)
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "text/plain"])
def test_a_form_is_read_as_utf_8_whatever_it_says(db: None, kind: str, charset: str) -> None:
    form = b"username=\xff&password=%C3%BC"
    answer = Visitor().generic("POST", "/login/?next=%FF%C3%BC", form, content_type=f"{kind}; charset={charset}")
    assert answer.status_code == 200


def test_a_program_that_watches_the_site_needs_no_account(db: None, anonymous: Client) -> None:
    answer = anonymous.get("/healthz")
    assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (
        200,
        b"ok\n",
        "text/plain; charset=utf-8",
    )
    assert anonymous.post("/healthz").status_code == 405


def test_a_site_whose_own_database_does_not_answer_says_so(
    db: None, anonymous: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> bool:
        raise OperationalError("disk I/O error")

    monkeypatch.setattr(Session.objects, "exists", fail, raising=False)
    assert anonymous.get("/healthz").status_code == 503
