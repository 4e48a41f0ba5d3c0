"""What happens around every request: what is read once for it, and which page an error or a wrong method gets."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from jobsite.lab import deadline
from jobsite.lab.explanations import explain
from jobsite.lab.shared_reads import read_once
from jobsite.pages.http import CANNOT_LOOK, page_or_fragment, wants_fragment, wrong_method


class Middleware:
    """One layer around the rest of the site, which answers the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """`get_response` is the rest of the site."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)


class DeadlineMiddleware(Middleware):
    """No page waits longer for the lab's server than its deadline allows."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, and count its time."""
        with deadline.page():
            return self.get_response(request)


class SharedReadsMiddleware(Middleware):
    """What several parts of a page read of the lab's server is read once a request."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, and forget what it read."""
        with read_once():
            return self.get_response(request)


class ServerErrorMiddleware(Middleware):
    """An error of the lab's server becomes a page with one sentence; any other error stays an error."""

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
            response["HX-Push-Url"] = "false"  # the address says what is shown, not what was asked for in vain
        return response


class WrongMethodMiddleware(Middleware):
    """Who comes to a form's address without the form, after logging in again, gets words and a way on."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; Django's own answer to a wrong method is a blank page."""
        response = self.get_response(request)
        is_wrong = response.status_code == HTTPStatus.METHOD_NOT_ALLOWED
        return wrong_method(request, response["Allow"]) if is_wrong else response
