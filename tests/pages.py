"""How a test reads a page: by its parts, never by matching markup."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bs4 import BeautifulSoup, Tag
from django.http import HttpResponse
from django.test import Client

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse

    Response = _MonkeyPatchedWSGIResponse
else:
    Response = HttpResponse

FRAGMENT = {"HX-Request": "true"}
"""The header by which htmx asks for a part of the page."""


def page(response: Response) -> BeautifulSoup:
    """Return a page parsed."""
    return BeautifulSoup(response.content, "html.parser")


def look(client: Client, address: str, *, status: int = 200, headers: Mapping[str, str] | None = None) -> BeautifulSoup:
    """Get a page, which must answer with `status`."""
    response = client.get(address, headers=headers)
    assert response.status_code == status, text_of(page(response))
    return page(response)


def text_of(tag: Tag | None) -> str:
    """Return a part's text with single blanks."""
    assert tag is not None
    return " ".join(tag.get_text(" ").split())


def cells(found: BeautifulSoup, label: str) -> list[str]:
    """Return the cells of a listing's column."""
    return [text_of(cell) for cell in found.select(f'td[data-label="{label}"]')]


def notices(found: BeautifulSoup) -> list[str]:
    """Return what the page tells in its notices."""
    return [text_of(notice) for notice in found.select(".notice")]


def tokens(found: BeautifulSoup, name: str) -> list[str]:
    """Return the values behind a listing's checkboxes."""
    return [str(box["value"]) for box in found.select(f'input[name="{name}"]')]


def fields(found: BeautifulSoup, action: str) -> dict[str, list[str]]:
    """Return what a browser would send with the form of this action, with no row selected and nothing typed."""
    (form,) = found.select(f'form[action="{action}"]')
    sent: dict[str, list[str]] = {}
    for field in form.select("input[name]"):
        if field.get("type") == "hidden":
            sent.setdefault(str(field["name"]), []).append(str(field.get("value", "")))
    return sent
