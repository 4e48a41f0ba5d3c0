"""Who may keep what the site answers?"""

from django.http import HttpRequest, HttpResponse

from jobsite.pages.middleware import Middleware

LOOKING = ("GET", "HEAD")


class PrivatePagesMiddleware(Middleware):
    """No page is kept: neither by a proxy nor in the browser, where the next person would find it by Back.

    The answer to a form may be kept by the browser: by Back it would have to send the form once more.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, and say in the answer who may keep it, unless that is said."""
        response = self.get_response(request)
        response.headers.setdefault(
            "Cache-Control", f"private, {'no-store' if request.method in LOOKING else 'no-cache'}"
        )
        return response
