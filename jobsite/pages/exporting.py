"""A listing as a file to download, sent while it is read (docs/decisions/0015-exports.md)."""

import errno
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

from django.core.exceptions import BadRequest
from django.db import DatabaseError, connections
from django.http import HttpRequest, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from jobsite.exporting.documents import FORMATS, Format, IncompleteError, Listing, begun
from jobsite.exporting.values import as_json
from jobsite.one_line import line_logger, printable
from jobsite.pages.http import too_often
from jobsite.pages.turns import NoTurnError, Turn, take_turn

FORMAT = "format"
NOTICES_HEADER = "Jobsite-Notices"
NOTICES_NAMED = 5
"""Sentences in the header, of which a proxy takes a few kilobytes."""
NOTICE_CHARS = 500
SEND_S = 60.0
"""A piece that takes longer on its way ends the export: a browser that stops reading would keep turn and thread."""
CONNECTION = "gunicorn.socket"
"""Where gunicorn has the connection to the browser; it is set to wait for ever again before the next request."""

log = line_logger(__name__)


@dataclass(frozen=True)
class AskedExport:
    """What the address of an export asks for: the format, what else was asked for by name, and the list's own query."""

    form: Format
    options: frozenset[str]
    query: QueryDict

    @classmethod
    def read(cls, query: QueryDict, options: Sequence[str] = ()) -> "AskedExport":
        """Return what a query string asks for; each of `options` is switched on by 1. Raises BadRequest."""
        rest = query.copy()
        form = "".join(rest.pop(FORMAT, []))
        if form not in FORMATS:
            shown = f"“{printable(form[:20])}” is no format" if form else "The address names no format"
            raise BadRequest(f"{shown}: write format={', '.join(FORMATS)}.")
        asked = {name: rest.pop(name, [""])[-1] for name in options}
        for name, value in asked.items():
            if value not in ("", "0", "1"):
                raise BadRequest(f"“{printable(value[:20])}” is no value of {name}: write {name}=1.")
        return cls(FORMATS[form], frozenset(name for name, value in asked.items() if value == "1"), rest)


class Download:
    """A document on its way to a browser, piece by piece; it has a turn until it is closed."""

    def __init__(self, pieces: Generator[str, None, None], turn: Turn) -> None:
        """`pieces` are those of the document."""
        self._pieces, self._turn = pieces, turn

    def __iter__(self) -> "Download":
        """Return it: it is read once."""
        return self

    def __next__(self) -> bytes:
        """Return the next piece. Raises ConnectionResetError where the document breaks off.

        The server that serves the site then ends the connection without the end of the answer, so that the browser
        says that the download has failed.
        """
        try:
            return next(self._pieces).encode()
        except IncompleteError as error:
            log.warning("An export broke off: %s", error)
            raise ConnectionResetError(errno.ECONNRESET, str(error)) from None

    def close(self) -> None:
        """End it, finished or not."""
        self._pieces.close()
        self._turn.give_back()


def export_response(request: HttpRequest, form: Format, begin: Callable[[], Listing]) -> HttpResponseBase:
    """Return the listing that `begin` returns as a file; the page that says why where it has to wait.

    What `begin` raises is raised, and what the server says to the first row: nothing has been sent by then.
    """
    try:
        turn = take_turn(request.user.pk)
    except NoTurnError as error:
        return too_often(request, str(error))
    try:
        listing = _begun(begin)
        connections["lab"].close()  # others may need it while the browser takes its time
        response = StreamingHttpResponse(Download(form.write(listing), turn), content_type=form.content_type)
    except BaseException:
        turn.give_back()
        raise
    if CONNECTION in request.META:
        request.META[CONNECTION].settimeout(SEND_S)
    name = f"{listing.name}-{timezone.now():%Y-%m-%d-%H%M}.{form.name}"
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    if listing.notices:
        response[NOTICES_HEADER] = _in_header(listing.notices)
    return response


def _begun(begin: Callable[[], Listing]) -> Listing:
    try:
        return begun(begin())
    except IncompleteError as error:
        raise (error.__cause__ if isinstance(error.__cause__, DatabaseError) else BadRequest(str(error))) from None


def _in_header(notices: Sequence[str]) -> str:
    """Return sentences as JSON, which is ASCII in one line: the first of them, each cut."""
    more = len(notices) - NOTICES_NAMED
    named = [notice[:NOTICE_CHARS] for notice in notices[:NOTICES_NAMED]]
    return as_json([*named, *([f"And {more} more."] if more > 0 else [])])
