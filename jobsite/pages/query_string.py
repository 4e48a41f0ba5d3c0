"""What do all filters share: the query string they are read from, written to, and the sort in it?"""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

TERM_LIMIT = 200
"""Characters of a search term that are used."""


def term(query: Mapping[str, str], name: str) -> str:
    """Return the search term `name` of a query string, trimmed and cut; NUL never reaches the server."""
    return query.get(name, "").replace("\x00", "").strip()[:TERM_LIMIT]


def sort_of(query: Mapping[str, str], allowed: Mapping[str, object], default: str) -> str:
    """Return the `sort` of a query string when its column is one of `allowed`, else `default`."""
    sort = query.get("sort", "")
    return sort if sort.removeprefix("-") in allowed else default


def as_query(values: Mapping[str, object]) -> str:
    """Return a query string of the values that say something."""
    return urlencode({name: str(value) for name, value in values.items() if value not in ("", None)})


def attempt(read: Callable[[str], int], text: str) -> tuple[int | None, str]:
    """Return what `read` makes of a text, and the sentence of its ValueError or ''; nothing for no text."""
    if not text:
        return None, ""
    try:
        return read(text), ""
    except ValueError as error:
        return None, str(error)
