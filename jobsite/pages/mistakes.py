"""A mistake in a box of a filter is told below it, and the last good list stays, as does its address."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jobsite.pages.filter_form import ListFilter
from jobsite.pages.http import wants_fragment


def told_below_the_box(request: HttpRequest, chosen: ListFilter) -> HttpResponse | None:
    """Return the mistakes of a filter, for their place; None where there are none, or no list is there to stay.

    A list that comes by itself has not been read before.
    """
    htmx = request.htmx  # type: ignore[attr-defined]  # set by django_htmx's middleware
    mistakes = chosen.form().mistakes
    if not mistakes or not wants_fragment(request) or htmx.trigger == f"{chosen.name}_list":
        return None
    response = render(request, "tables/_mistakes.html", {"mistakes": mistakes, "list_stays": True})
    response["HX-Retarget"] = f"#{chosen.name}_mistakes"
    response["HX-Reswap"] = "innerHTML"
    response["HX-Push-Url"] = "false"
    return response
