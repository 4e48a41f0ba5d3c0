"""Page or fragment, and the pages that say why a request was refused."""

from collections.abc import Mapping
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import DisallowedHost, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from jobsite.pages.origins import unknown_host, why_refused

CANNOT_LOOK = HTTPStatus.SERVICE_UNAVAILABLE
REFUSALS = {
    HTTPStatus.BAD_REQUEST: ("That did not work", "The site could not read this request: go back and try again."),
    HTTPStatus.FORBIDDEN: (
        "Not allowed",
        "Your account may not do this: ask an admin of Jobsite to put you in a group that may.",
    ),
    HTTPStatus.NOT_FOUND: ("No such page", "There is nothing at this address."),
    HTTPStatus.METHOD_NOT_ALLOWED: (
        "Select again",
        "Nothing was done: this address works only with the form of a list. Go back to the list and select again.",
    ),
    HTTPStatus.TOO_MANY_REQUESTS: ("Wait", "This was asked for too often: wait a while, then try again."),
}
"""Status -> the title of the page and what it says when the exception says nothing."""


def wants_fragment(request: HttpRequest) -> bool:
    """Say whether htmx asks for a part of the page: not boosted, not restoring its history."""
    htmx = getattr(request, "htmx", None)  # set by django_htmx's middleware, which a refused host does not reach
    return htmx is not None and bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def page_or_fragment(
    request: HttpRequest, page: str, fragment: str, context: Mapping[str, object], status: int = 200
) -> HttpResponse:
    """Render `fragment` for htmx and `page`, which includes it, for everybody else; caches keep the two apart."""
    template = fragment if wants_fragment(request) else page
    response = render(request, template, dict(context), status=status)
    patch_vary_headers(response, ("HX-Request", "HX-History-Restore-Request"))
    return response


def banner(request: HttpRequest) -> dict[str, object]:
    """Context of every page: which server it looks at."""
    return {"lab": settings.LAB, "lab_banner": settings.LAB_BANNER, "debug_is_on": settings.DEBUG}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400 with the exception's sentence."""
    if isinstance(exception, DisallowedHost):
        exception = DisallowedHost(unknown_host(request))
    return _refusal(request, exception, HTTPStatus.BAD_REQUEST)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403 with the exception's sentence."""
    return _refusal(request, exception, HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404."""
    return _refusal(request, exception, HTTPStatus.NOT_FOUND)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a form without the site's token, or from an address that is not the site's."""
    return _refusal(request, PermissionDenied(why_refused(request, reason)), HTTPStatus.FORBIDDEN)


def locked_out(request: HttpRequest, wait: str) -> HttpResponse:
    """Answer 429 to a log-in that comes after too many that failed; `wait` says how long to."""
    said = (
        f"Too many log-ins by this name failed from this address: wait {wait}, then try again, "
        "or ask whoever runs Jobsite to unlock it."
    )
    return too_often(request, said)


def too_often(request: HttpRequest, sentence: str) -> HttpResponse:
    """Answer 429 with the sentence, to somebody who has to wait."""
    return _refusal(request, PermissionDenied(sentence), HTTPStatus.TOO_MANY_REQUESTS)


def wrong_method(request: HttpRequest, allowed: str) -> HttpResponse:
    """Answer 405 and name the methods that are `allowed`."""
    page = _refusal(request, PermissionDenied(), HTTPStatus.METHOD_NOT_ALLOWED)
    page["Allow"] = allowed
    return page


def _refusal(request: HttpRequest, exception: Exception, status: HTTPStatus) -> HttpResponse:
    title, otherwise = REFUSALS[status]
    said = str(exception) if status != HTTPStatus.NOT_FOUND and str(exception) else otherwise
    context = {"title": title, "sentence": said}
    return page_or_fragment(request, "refused.html", "_refused.html", context, status=status)
