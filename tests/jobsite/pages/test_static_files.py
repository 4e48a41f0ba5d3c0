"""Stylesheets and scripts: their names change with what is in them, and browsers keep them for good."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import Client

from jobsite.pages.static_files import hashed_name
from tests.pages import look

FOR_GOOD = "max-age=315360000, public, immutable"


def loaded() -> list[str]:
    """Return what the login page loads."""
    found = look(Client(), "/login/")
    return [str(tag.get("src") or tag.get("href")) for tag in found.select("script[src], link[href]")]


def kept(address: str) -> tuple[str, bytes]:
    """Return how long a browser keeps a static file, and what is in it."""
    answer = Client().get(address)
    assert answer.status_code == 200, address
    content = answer.getvalue()
    answer.close()
    return answer.headers["Cache-Control"], content


def test_what_a_page_loads_is_named_by_its_content_and_kept_for_good(db: None) -> None:
    assert [re.sub(r"[0-9a-f]{12}", "HASH", address) for address in loaded()] == [
        "/static/jobsite/icon.HASH.svg",
        "/static/jobsite/jobsite.HASH.css",
        "/static/jobsite/theme.HASH.js",
        "/static/django_htmx/htmx-2.min.HASH.js",
        "/static/jobsite/jobsite.HASH.js",
    ]
    assert [kept(address)[0] for address in loaded()] == [FOR_GOOD] * 5


def test_a_page_from_before_an_update_gets_what_the_file_holds_now() -> None:
    plain = kept("/static/jobsite/jobsite.css")
    assert kept("/static/jobsite/jobsite.0123456789ab.css") == plain
    assert plain[0] == "max-age=60, public"


def test_a_hash_alone_names_no_file() -> None:
    assert Client().get("/static/jobsite/nothing.0123456789ab.css").status_code == 404


def test_another_content_has_another_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = set()
    for content in (b"one", b"two", b"one"):
        file = tmp_path / "a.css"
        file.write_bytes(content)
        monkeypatch.setattr(finders, "find", lambda name, file=file: str(file))
        names.add(hashed_name.__wrapped__("jobsite/a.css"))
    assert len(names) == 2


def test_a_file_that_is_not_there_keeps_its_name() -> None:
    assert staticfiles_storage.url("jobsite/nothing.css") == "/static/jobsite/nothing.css"


def test_no_file_of_ours_names_another_which_would_stand_there_without_its_hash() -> None:
    folder = finders.find("jobsite/jobsite.css")
    assert folder is not None
    ours = [path.read_text(encoding="utf-8") for path in Path(folder).parent.glob("*.[cj]s*")]
    assert [text for text in ours if re.search(r"url\(|@import|\bimport\b.*from|/static/", text)] == []
