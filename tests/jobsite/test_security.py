"""What every page keeps to: no inline code, nothing from elsewhere, forms with their token, links that work alone."""

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.test import Client

from connections.processes import process_list
from connections.snapshots import ConnectionSnapshot
from jobsite.lab.server import ask_server
from tests.cast import browser_of
from tests.lab import Lab
from tests.pages import look, page, tokens


@pytest.fixture(scope="session")
def shelf() -> dict[str, BeautifulSoup]:
    """The pages of the site once they were read."""
    return {}


@pytest.fixture
def pages(failed_jobs: str, lab: Lab, shelf: dict[str, BeautifulSoup]) -> dict[str, BeautifulSoup]:
    """Every page of the site, as somebody sees it who may do everything."""
    if not shelf:
        client = browser_of(User.objects.create_superuser("root"))
        shelf["login"] = look(Client(), "/login/")
        shelf["jobs"] = look(client, f"/jobs/?schema={failed_jobs}")
        (link, *_) = shelf["jobs"].select('td[data-label="Table"] a')
        shelf["job"] = look(client, str(link["href"]))
        shelf["clear"] = page(client.post("/jobs/clear/confirm/", {"job": tokens(shelf["jobs"], "job")}))
        server = ask_server()
        thread = lab.idle()[1]
        token = ConnectionSnapshot.of(process_list(server).get(id=thread), server).token
        shelf["connections"] = look(client, "/connections/")
        shelf["kill"] = page(client.post("/connections/kill/confirm/", {"connection": token}))
        killed = client.post("/connections/kill/", {"connection": token, "target": "connection"})
        shelf["killed"] = look(client, killed.headers["Location"])
        shelf["account"] = look(client, "/account/")
        shelf["missing"] = look(client, "/nowhere/", status=404)
    return shelf


def test_a_strict_policy_stands_on_every_page(failed_jobs: str, viewer: Client, anonymous: Client) -> None:
    for client, address in (
        (viewer, "/jobs/"),
        (viewer, "/connections/"),
        (anonymous, "/login/"),
        (viewer, "/nowhere/"),
    ):
        policy = client.get(address).headers["Content-Security-Policy"]
        directives = dict(part.strip().split(" ", 1) for part in policy.split(";") if part.strip())
        assert directives["default-src"] == "'none'"
        assert directives["script-src"] == directives["style-src"] == "'self'"
        assert directives["frame-ancestors"] == directives["base-uri"] == "'none'"
        assert "unsafe" not in policy


def test_other_headers_keep_the_page_to_itself(viewer: Client) -> None:
    headers = viewer.get("/jobs/").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"


def test_no_page_holds_code_or_style_of_its_own(pages: dict[str, BeautifulSoup]) -> None:
    found = [
        (name, str(tag)[:80])
        for name, one in pages.items()
        for tag in one.find_all(True)
        if tag.name == "style"
        or (tag.name == "script" and not tag.get("src"))
        or any(attribute == "style" or attribute.startswith(("on", "hx-on")) for attribute in tag.attrs)
    ]
    assert found == []


def test_nothing_is_asked_of_another_site(pages: dict[str, BeautifulSoup]) -> None:
    found = [
        (name, str(tag[attribute]))
        for name, one in pages.items()
        for attribute in ("src", "href", "action", "hx-get", "hx-post")
        for tag in one.select(f"[{attribute}]")
        if str(tag[attribute]).partition("?")[0].startswith(("http:", "https:", "//", "javascript:", "data:"))
    ]
    assert found == []


def test_what_a_page_loads_is_served(viewer: Client, pages: dict[str, BeautifulSoup]) -> None:
    loaded = {str(tag["src"]) for tag in pages["jobs"].select("script[src]")}
    loaded |= {str(tag["href"]) for tag in pages["jobs"].select("link[href]")}
    assert len(loaded) >= 4
    assert [address for address in loaded if not served(viewer, address)] == []


def served(client: Client, address: str) -> bytes:
    """Return a static file."""
    response = client.get(address)
    assert response.status_code == 200, address
    content = response.getvalue()
    response.close()
    return content


def test_every_partial_link_stands_beside_the_same_address(pages: dict[str, BeautifulSoup]) -> None:
    odd = [
        (name, str(tag)[:120])
        for name, one in pages.items()
        for tag in one.select("a[hx-get]")
        if str(tag["hx-get"]).partition("?")[2] != str(tag["href"]).partition("?")[2]
        or (not str(tag["href"]).startswith("?") and tag["hx-get"] != tag["href"])
    ]
    assert odd == []
    assert pages["jobs"].select("a[hx-get]") != []


def test_every_form_that_acts_holds_its_token(pages: dict[str, BeautifulSoup]) -> None:
    forms = [form for one in pages.values() for form in one.select('form[method="post"]')]
    assert len(forms) > 8
    assert [form for form in forms if form.select_one('input[name="csrfmiddlewaretoken"][value]') is None] == []


def test_every_page_has_one_heading_and_a_title_of_its_own(pages: dict[str, BeautifulSoup]) -> None:
    assert {name: len(one.select("h1")) for name, one in pages.items()} == dict.fromkeys(pages, 1)
    titles = [one.title.text for one in pages.values() if one.title]
    assert len(set(titles)) == len(pages)


def test_every_field_is_labelled(pages: dict[str, BeautifulSoup]) -> None:
    unlabelled = [
        (name, str(field)[:100])
        for name, one in pages.items()
        for field in one.select('input:not([type="hidden"]), select')
        if not field.get("aria-label")
        and field.find_parent("label") is None
        and one.select_one(f'label[for="{field.get("id")}"]') is None
    ]
    assert unlabelled == []


def test_ids_are_unique(pages: dict[str, BeautifulSoup]) -> None:
    for one in pages.values():
        ids = [str(tag["id"]) for tag in one.select("[id]")]
        assert len(ids) == len(set(ids))


def test_the_stylesheet_asks_for_nothing_from_elsewhere() -> None:
    found = finders.find("jobsite/jobsite.css")
    assert found is not None
    with open(found, encoding="utf-8") as file:
        style = file.read()
    assert "@import" not in style
    assert "http" not in style.replace("http://www.w3.org", "")
