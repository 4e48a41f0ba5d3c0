"""What is offered below the box of a restriction while somebody writes in it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

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


class KnownValues(NamedTuple):
    """Values of a column, and in how many rows of a list each stands."""

    values: Sequence[tuple[object, int]] = ()
    is_all: bool = True
    """Whether all rows were looked at."""


NONE_KNOWN = KnownValues()


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


def completions(
    request: HttpRequest, chosen: ListFilter, place: Place, known: Callable[[Column], KnownValues]
) -> HttpResponse:
    """Return what may follow at a place, and the filter in words as far as it can be read."""
    found = known(place.column) if place.column else NONE_KNOWN
    values = [*place.values(found.values)]
    context = {
        "place": place,
        "values": values[:OFFERED],
        "is_all": found.is_all,
        "words": place.words[:OFFERED] if not values else (),
        "reads": "" if chosen.problems else chosen.in_words,
    }
    return render(request, "tables/_completions.html", context)
