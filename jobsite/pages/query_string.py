"""What stands in the query string of a list?"""

from collections.abc import Mapping

from django.http import QueryDict

TERM_LIMIT = 200
"""Characters of a search term that are used."""


def term_in(query: Mapping[str, str], name: str) -> str:
    """Return the search term `name` of a query string, trimmed and cut; NUL never reaches the server."""
    return name_in(query, name).strip()[:TERM_LIMIT]


def name_in(query: Mapping[str, str], name: str) -> str:
    """Return the text `name` of a query string as it is, but for NUL, which no name on the server can hold."""
    return query.get(name, "").replace("\x00", "")


def without(query: QueryDict, *names: str) -> str:
    """Return a query string as it is, but for some of its names; '' or with its question mark."""
    kept = query.copy()
    for name in names:
        kept.pop(name, None)
    return f"?{kept.urlencode()}" if kept else ""


def sort_in(query: Mapping[str, str], allowed: Mapping[str, object], default: str) -> str:
    """Return the `sort` of a query string when its column is one of `allowed`, else `default`."""
    sort = query.get("sort", "")
    return sort if sort.removeprefix("-") in allowed else default
