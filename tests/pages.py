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


def labels_of_rows(found: BeautifulSoup) -> list[tuple[list[str], list[list[str]]]]:
    """Return for each row of a listing what its cells are labelled, and their classes."""
    rows = [row.select("td") for row in found.select(".listing tbody tr")]
    return [([str(cell["data-label"]) for cell in row], [classes_of(cell) for cell in row]) for row in rows]


def headers_of(found: BeautifulSoup) -> tuple[list[str], list[list[str]]]:
    """Return the headers of a listing, and their classes without those that say how it is sorted."""
    headers = found.select(".listing thead th")
    return [text_of(one) for one in headers], [classes_of(one) for one in headers]


def classes_of(cell: Tag) -> list[str]:
    """Return the classes of a cell without those that say how the listing is sorted."""
    return sorted(set(cell.get("class") or ()) - {"orderable", "asc", "desc"})


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
