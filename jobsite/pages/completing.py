"""What is offered below the box of a restriction while somebody writes in it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from jobsite.pages.filter_form import ListFilter
from jobsite.restrictions.columns import Column
from jobsite.restrictions.completing import Place

AT = "at"
"""The word of the address that tells where in the box somebody writes."""
MOST_DIGITS = 9
OFFERED = 8
"""Words and values that are offered at once."""

Chosen = TypeVar("Chosen", bound=ListFilter)
KnownValues = Callable[[Column], Iterable[tuple[object, int]]]


@dataclass(frozen=True)
class AskedCompletion:
    """What the address asks for."""

    query: QueryDict
    """The filter, with the restriction as far as it is written."""
    others: QueryDict
    """The filter without it."""
    text: str
    at: int

    @classmethod
    def read(cls, query: QueryDict) -> "AskedCompletion":
        """Return what a query string asks for; without a place, the end of the text is meant."""
        written, others = query.copy(), query.copy()
        for name in (AT, "restriction"):
            others.pop(name, None)
        written.pop(AT, None)
        text, at = query.get("restriction", ""), query.get(AT, "")
        is_number = at.isascii() and at.isdecimal() and len(at) < MOST_DIGITS
        return cls(written, others, text, int(at) if is_number else len(text))


def completions(request: HttpRequest, chosen: ListFilter, place: Place, known: KnownValues) -> HttpResponse:
    """Return what may follow at a place, and the filter in words as far as it can be read."""
    values = [*place.values(known(place.column))] if place.column else []
    context = {
        "place": place,
        "values": values[:OFFERED],
        "words": place.words[:OFFERED] if not values else (),
        "reads": "" if chosen.problems else chosen.in_words,
    }
    return render(request, "tables/_completions.html", context)
