"""Requests as a web server hands them on: they go through jobsite.wsgi, which Django's own client passes by."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

TOKEN = "a" * 32
"""What a form of the site sends back, and its cookie says."""


class Visitor(Client):
    """A client at the site's gateway, whose forms hold the site's token."""

    def __init__(self, user: User | None = None) -> None:
        """`user` is who is logged in."""
        super().__init__(headers={"X-CSRFToken": TOKEN})
        if user is not None:
            self.force_login(user)
        self.cookies[settings.CSRF_COOKIE_NAME] = TOKEN

    def request(self, **request: Any) -> Any:
        """Send a request; return the answer with its status, headers and content."""
        from jobsite.wsgi import application

        answered: list[Any] = []
        environ = self._base_environ(**request)  # type: ignore[attr-defined]  # left out of django-stubs
        parts = application(environ, lambda *said, **more: answered.extend(said[:2]))
        response = HttpResponse(b"".join(parts), status=int(answered[0].split()[0]), headers=dict(answered[1]))
        if hasattr(parts, "close"):
            parts.close()
        return response
