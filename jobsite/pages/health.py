"""Does the site itself work? For a program that watches it.

The lab's server is never asked: anybody may come here, and `manage.py doctor` says whether the server answers.
"""

from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.models import Session
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the site's own database can be read, else 503; in one line of plain text."""
    try:
        Session.objects.exists()
    except Error:
        said, status = (
            "The site's own database cannot be read: see its log, or run manage.py migrate.",
            HTTPStatus.SERVICE_UNAVAILABLE,
        )
    else:
        said, status = "ok", HTTPStatus.OK
    return HttpResponse(f"{said}\n", content_type="text/plain; charset=utf-8", status=status)
