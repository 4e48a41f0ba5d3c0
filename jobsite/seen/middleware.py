"""What happens around every request for the sake of what the site has seen."""

from django.http import HttpRequest, HttpResponse

from jobsite.pages.middleware import Middleware
from jobsite.seen.noting import noting


class SeenMiddleware(Middleware):
    """Writes down which groups of errors a page has read."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, and write that down once the answer is there."""
        with noting():
            return self.get_response(request)
