"""What stands in the query string of a list?"""

from collections.abc import Collection, Iterator, Mapping

from django.http import QueryDict

from jobsite.one_line import printable

WORD_SHOWN = 60
"""Characters of an unknown word that are shown."""


def term_in(query: Mapping[str, str], name: str) -> str:
    """Return the search term `name` of a query string, trimmed."""
    return query.get(name, "").strip()


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


def misread_sort_in(query: Mapping[str, str], allowed: Mapping[str, object]) -> Iterator[str]:
    """Yield a sentence when the column of the `sort` of a query string is not one of `allowed`."""
    sort = query.get("sort", "")
    if sort and sort.removeprefix("-") not in allowed:
        yield f"This list cannot be sorted by “{printable(sort[:20])}”."


def misread_in(query: Mapping[str, str], known: Collection[str]) -> Iterator[str]:
    """Yield in sentences which words of a query string are not `known`, and which stand there with several values."""
    for word in query:
        if word not in known:
            yield f"“{printable(word[:WORD_SHOWN])}” in the address is no filter of this list."
        elif len(set(_all_of(query, word))) > 1:
            yield f"“{word}” stands in the address more than once, with different values."


def _all_of(query: Mapping[str, str], word: str) -> list[str]:
    return query.getlist(word) if isinstance(query, QueryDict) else [query[word]]
