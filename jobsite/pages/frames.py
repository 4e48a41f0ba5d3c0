"""A page that comes in parts: its frame at once, then what takes longer, each part by itself. And what has not changed.

Which browser runs scripts, it says by a cookie that a script sets: others get the whole page in one piece, and so does
whoever asks for it by the word `whole` of the address.
"""

from hashlib import sha256
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from jobsite.lab.shared_reads import numbers_read
from jobsite.pages.http import wants_fragment

WHOLE = "whole"
SCRIPTS_COOKIE = "jobsite_scripts"


def gets_frame(request: HttpRequest) -> bool:
    """Say whether a page may come in parts: its browser will ask for the others."""
    return not wants_fragment(request) and SCRIPTS_COOKIE in request.COOKIES and WHOLE not in request.GET


def version_of(request: HttpRequest) -> str:
    """Return what changes when the page does: with what was read for it, with who looks, and with how much comes."""
    who = (request.user.pk, sorted(request.user.get_all_permissions()))
    depends_on = (settings.SECRET_KEY, who, request.get_full_path(), wants_fragment(request), numbers_read())
    return sha256(repr(depends_on).encode()).hexdigest()[:32]


def not_modified(request: HttpRequest, version: str) -> HttpResponse | None:
    """Return the empty answer to who has this version already; None for everybody else."""
    if request.headers.get("If-None-Match", "").strip('W/"') != version:
        return None
    # htmx leaves the page as it is at 204, and takes 304 for an error.
    response = HttpResponse(status=HTTPStatus.NO_CONTENT if wants_fragment(request) else HTTPStatus.NOT_MODIFIED)
    return with_version(response, version)


def with_version(response: HttpResponse, version: str) -> HttpResponse:
    """Let the browser know which version it has got."""
    response["ETag"] = f'"{version}"'
    patch_vary_headers(response, ("HX-Request", "HX-History-Restore-Request"))
    return response
