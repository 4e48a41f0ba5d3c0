"""Who logs in, from where, how often in vain, and for how long? The counting is django-axes's (settings, AXES_...)."""

import time
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse

from jobsite.durations import say_exactly
from jobsite.one_line import line_logger
from jobsite.pages.answers import LOOKING
from jobsite.pages.http import locked_out as locked_out_page
from jobsite.pages.middleware import Middleware
from jobsite.pages.own_database import waiting_briefly

log = line_logger("jobsite.log_in")
LAST_USED = "last_used"
SHOWN = 100
"""Characters of a name that are written to the log."""
RENEWALS = 12
"""How often a session that is used all the time is written while it would last unused."""


class IdleLimitMiddleware(Middleware):
    """A session lasts as long as it is used: with each use its end moves, though not each is written."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Note the time where that is due, which stores the session and sends its cookie again; pass the request on.

        Only where somebody looks: an act goes on, and is answered, also when the session cannot be stored.
        """
        now = int(time.time())
        due = settings.SESSION_COOKIE_AGE / RENEWALS
        if (
            request.method in LOOKING
            and request.user.is_authenticated
            and now - request.session.get(LAST_USED, 0) >= due
        ):
            _store(request.session, now)
        return self.get_response(request)


def _store(session: SessionBase, now: int) -> None:
    """Note that a session is used; where the site's own database cannot be written, pages are shown all the same."""
    try:
        with waiting_briefly(), transaction.atomic():
            session[LAST_USED] = now
            session.save()
    except (DatabaseError, UpdateError) as error:  # Django's own for a session that is gone, or could not be written
        session.modified = False
        log.warning("That a session is used could not be written: %s.", error)


def client_address(request: HttpRequest) -> str | None:
    """Return the address of the browser: what the proxy on this machine says, else whoever connected.

    The last address of X-Forwarded-For is the one that the proxy itself has seen; those before it anybody may send, and
    where JOBSITE_HTTPS names no proxy, that one too.
    """
    peer = _address(request.META.get("REMOTE_ADDR", ""))
    said = _address(request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2])
    is_proxy = settings.BEHIND_HTTPS and (peer is None or peer.is_loopback)
    found = (said or peer) if is_proxy else peer
    return str(found) if found else None


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.strip().partition("%")[0])  # the sender's own name of its network says nothing here
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def locked_out(request: HttpRequest, credentials: dict[str, Any] | None = None) -> HttpResponse:
    """Answer a log-in after too many that failed: 429, and how long to wait."""
    return locked_out_page(request, say_exactly(int(settings.AXES_COOLOFF_TIME.total_seconds())))


def write_failures() -> None:
    """Write each failed log-in to the log from now on."""
    user_login_failed.connect(_write_failure, dispatch_uid="jobsite.log_in")


def _write_failure(credentials: dict[str, Any], request: HttpRequest | None = None, **signal: Any) -> None:
    if request is None:
        return
    what = "was refused after too many that failed" if getattr(request, "axes_locked_out", False) else "failed"
    log.warning("A log-in as %r from %s %s.", str(credentials.get("username"))[:SHOWN], client_address(request), what)
