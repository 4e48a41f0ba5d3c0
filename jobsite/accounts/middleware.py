"""What happens around every request for the sake of the person who sent it: their time zone, and that they are here."""

from django.contrib.auth.models import User as Person
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from jobsite.accounts.visits import note_visit
from jobsite.accounts.zones import ZONE_COOKIE, zone_of
from jobsite.pages.middleware import Middleware


class ZoneMiddleware(Middleware):
    """Times of day are read and shown in the reader's zone."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on in that zone."""
        with timezone.override(zone_of(request.user, request.COOKIES.get(ZONE_COOKIE, ""))):
            return self.get_response(request)


class VisitMiddleware(Middleware):
    """Remembers when a person was here."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, and write that down once the answer is there.

        A list that asks by itself whether it has changed says which version it has: nobody need be there for that.
        """
        response = self.get_response(request)
        if isinstance(request.user, Person) and "If-None-Match" not in request.headers:
            note_visit(request.user)
        return response
