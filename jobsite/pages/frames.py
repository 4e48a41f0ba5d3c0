"""A page that comes in parts: its frame at once, then what takes longer, each part by itself. And what has not changed.

Which browser runs scripts, it says by a cookie that a script sets: others get the whole page in one piece, and so does
whoever asks for it by the word `whole` of the address.
"""

from collections.abc import Sequence
from hashlib import sha256
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import get_current_timezone_name

from jobsite.lab.shared_reads import numbers_read
from jobsite.pages.http import wants_fragment

WHOLE = "whole"
SCRIPTS_COOKIE = "jobsite_scripts"


def gets_frame(request: HttpRequest) -> bool:
    """Say whether a page may come in parts: its browser will ask for the others."""
    return not wants_fragment(request) and bool(request.COOKIES.get(SCRIPTS_COOKIE)) and WHOLE not in request.GET


def forget_scripts(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let who asked for a whole page have whole pages from now on: scripts, where they run, ask for parts again."""
    if WHOLE in request.GET:
        response.delete_cookie(SCRIPTS_COOKIE)
    return response


def version_of(request: HttpRequest, *own: object, numbers: Sequence[str] | None = None) -> str:
    """Return what changes when a fragment does: with what was read for it, with who looks, and in which zone.

    `own` is what else it shows of the person, such as the database users that a filter stands for; `numbers` are those
    of the readings that are news to them, where not all are.
    """
    who = (request.user.pk, sorted(request.user.get_all_permissions()), get_current_timezone_name(), own)
    depends_on = (settings.SECRET_KEY, who, request.get_full_path(), numbers_read() if numbers is None else numbers)
    return sha256(repr(depends_on).encode()).hexdigest()[:32]


def not_modified(request: HttpRequest, version: str) -> HttpResponse | None:
    """Return the empty answer to a browser that has this version of a fragment; None to every other.

    A page is always sent: it has more in it, such as messages.
    """
    has_it = request.headers.get("If-None-Match", "").strip('W/"') == version
    # htmx leaves the page as it is at 204, and takes 304 for an error.
    return (
        with_version(HttpResponse(status=HTTPStatus.NO_CONTENT), version)
        if has_it and wants_fragment(request)
        else None
    )


def with_version(response: HttpResponse, version: str) -> HttpResponse:
    """Let the browser know which version it has got."""
    response["ETag"] = f'"{version}"'
    return response
