"""From which addresses may a request come? What is wrong is said on the page and in the log."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.http.request import split_domain_port, validate_host
from django.middleware.csrf import REASON_BAD_ORIGIN, REASON_NO_CSRF_COOKIE, CsrfViewMiddleware
from django.middleware.security import SecurityMiddleware

from jobsite.addresses import trusted_names
from jobsite.one_line import line_logger

log = line_logger("jobsite.pages")
OLD_FORM = "This form did not come from a page of Jobsite, or the page is too old: load it again and repeat."
NO_COOKIE = "Your browser sent no cookie of Jobsite: let it keep this site's cookies, load the page again and repeat."
NOT_ENCRYPTED = (
    "Jobsite is set to be reached by https (JOBSITE_HTTPS=1), and this form came by http, over which browsers send no "
    "cookie of it: use the site's https address. Where you do, its proxy has to set X-Forwarded-Proto."
)
OTHER_ORIGIN = (
    "This form did not come from a page of Jobsite: it came from {origin}, and Jobsite was asked for as {host}. If "
    "people use that address, whoever runs Jobsite adds its name to JOBSITE_ALLOWED_HOSTS (docs/admin.md)."
)
UNKNOWN_HOST = (
    "Jobsite was asked for as {host}, a name that it does not know: whoever runs Jobsite adds the name of the address "
    "that people use to JOBSITE_ALLOWED_HOSTS, and lets the proxy pass it on as Host (docs/admin.md)."
)
NOT_SAID = (
    "A request without X-Forwarded-Proto was sent on to https, as JOBSITE_HTTPS=1 says: where a browser is sent on for "
    "ever, let the proxy set that header (docs/admin.md)."
)
TO_HTTPS = "HTTP_X_FORWARDED_PROTO"


class HttpsMiddleware(SecurityMiddleware):
    """Sends browsers on to https where the site is reached by that; a proxy that does not say so makes a circle."""

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        """Answer with the https address, or pass the request on."""
        answer = super().process_request(request)
        if answer and TO_HTTPS not in request.META:
            log.warning(NOT_SAID)
        return answer


class CsrfMiddleware(CsrfViewMiddleware):
    """Also takes forms from the site itself where a proxy passes on another Host, or the Host without its port.

    Django compares the browser's Origin with the request's whole Host. Browsers tell no port of a host from another
    when they send cookies, so the port proves nothing; the name has to be one that JOBSITE_ALLOWED_HOSTS lists.
    """

    def _origin_verified(self, request: HttpRequest) -> bool:
        verified: bool = super()._origin_verified(request)  # type: ignore[misc]  # left out of django-stubs
        return verified or is_of_this_site(request)


def is_of_this_site(request: HttpRequest) -> bool:
    """Say whether the page that sent a form is of this site, by its Origin: no http where the request came by https."""
    try:
        origin = urlsplit(request.META["HTTP_ORIGIN"])
        name, _ = split_domain_port(origin.netloc.lower())
    except ValueError:
        return False
    asked_for, _ = split_domain_port(request.get_host())
    is_safe = origin.scheme == "https" or (origin.scheme == "http" and not request.is_secure())
    return is_safe and bool(name) and validate_host(name, trusted_names(asked_for, settings.ALLOWED_HOSTS))


def why_refused(request: HttpRequest, reason: str) -> str:
    """Return in a sentence why a form was refused for Django's `reason`, and write it to the log."""
    if reason == REASON_NO_CSRF_COOKIE:
        sentence = NOT_ENCRYPTED if settings.BEHIND_HTTPS and not request.is_secure() else NO_COOKIE
    elif reason.startswith(REASON_BAD_ORIGIN.partition("%")[0]):
        sentence = OTHER_ORIGIN.format(origin=request.META.get("HTTP_ORIGIN", ""), host=request.get_host())
    else:
        sentence = OLD_FORM
    log.warning("A form for %s was refused (%s): %s", request.path, reason.rstrip("."), sentence)
    return sentence


def unknown_host(request: HttpRequest) -> str:
    """Return in a sentence that the site does not answer to the name it was asked for by, and write it to the log."""
    sentence = UNKNOWN_HOST.format(host=request.META.get("HTTP_HOST", "")[:200] or "nothing")
    log.warning(sentence)
    return sentence
