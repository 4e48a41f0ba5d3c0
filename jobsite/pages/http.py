"""Page or fragment, and what a person sees when the lab's server does not answer."""

from collections.abc import Callable, Mapping

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from jobsite.lab.explanations import explain

CANNOT_LOOK = 503
WRONG_METHOD = 405


def wants_fragment(request: HttpRequest) -> bool:
    """Say whether htmx asks for a part of the page: not boosted, not restoring its history."""
    htmx = request.htmx  # type: ignore[attr-defined]  # set by django_htmx's middleware
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def page_or_fragment(
    request: HttpRequest, page: str, fragment: str, context: Mapping[str, object], status: int = 200
) -> HttpResponse:
    """Render `fragment` for htmx and `page`, which includes it, for everybody else; caches keep the two apart."""
    template = fragment if wants_fragment(request) else page
    response = render(request, template, dict(context), status=status)
    patch_vary_headers(response, ("HX-Request", "HX-History-Restore-Request"))
    return response


class LabAnswers:
    """Middleware: an error of the lab's server becomes a page with one sentence; any other error stays an error."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """`get_response` is the rest of the site."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer 503 with the sentence; in a fragment request only the notice is swapped, so the old rows stay."""
        sentence = explain(error)
        if not sentence:
            return None
        response = page_or_fragment(
            request, "lab_unavailable.html", "_lab_unavailable.html", {"sentence": sentence}, status=CANNOT_LOOK
        )
        if wants_fragment(request):
            response["HX-Retarget"] = "#notice"
            response["HX-Reswap"] = "innerHTML"
        return response


class FormsOnly:
    """Middleware: who comes to a form's address without the form, after logging in again, gets words and a way on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """`get_response` is the rest of the site."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; Django's own answer to a wrong method is a blank page."""
        response = self.get_response(request)
        if response.status_code != WRONG_METHOD:
            return response
        page = _refusal(request, PermissionDenied(), WRONG_METHOD)
        page["Allow"] = response["Allow"]
        return page


def banner(request: HttpRequest) -> dict[str, object]:
    """Context of every page: which server it looks at."""
    return {"lab": settings.LAB, "lab_banner": settings.LAB_BANNER, "debug_is_on": settings.DEBUG}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400 with the exception's sentence."""
    return _refusal(request, exception, 400)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403 with the exception's sentence."""
    return _refusal(request, exception, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404."""
    return _refusal(request, exception, 404)


def not_from_here(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a form without the site's token (CSRF)."""
    said = "This form did not come from a page of Jobsite, or the page is too old: load it again and repeat."
    return _refusal(request, PermissionDenied(said), 403)


REFUSALS = {
    400: ("That did not work", "The site could not read this request: go back and try again."),
    403: ("Not allowed", "Your account may not do this: ask an admin of Jobsite to put you in a group that may."),
    404: ("No such page", "There is nothing at this address."),
    405: ("Choose again", "This address only answers a form: nothing was done. Go back to the list and choose again."),
}


def _refusal(request: HttpRequest, exception: Exception, status: int) -> HttpResponse:
    title, otherwise = REFUSALS[status]
    said = str(exception) if status != 404 and str(exception) else otherwise
    return render(request, "refused.html", {"title": title, "sentence": said}, status=status)
