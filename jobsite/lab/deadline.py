"""How long may a page wait for the lab's server?

The driver's own time-outs count whole seconds, and each byte that comes begins them anew, so a server that trickles
outlives them. Here a page has a deadline, each part of it an earlier one, and one thread that cuts the connection of a
statement whose time is over. Commands have no deadline: a terminal waits as long as the session's own limits allow.

Imports no Django, so that jobsite.lab.errors can say the limits.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from math import inf

PAGE_LIMIT_S = 10.0
PART_LIMIT_S = 2.0
"""A part of a page is one reading: all its statements together, and connecting where it is the first."""
DRAWING_S = 1.0
"""What a page keeps of its time for drawing."""
BEHIND_PAGES_S = 30.0
"""How long what no page waits for may take, all of it together."""
ACT_LIMIT_S = 5.0
"""How long one request goes on with an act; the next one does what is left (docs/decisions/0012)."""

_until: ContextVar[float | None] = ContextVar("until", default=None)
"""When all that is read now has to be over, by the monotonic clock."""
_is_behind: ContextVar[bool] = ContextVar("is_behind", default=False)


@contextmanager
def page() -> Iterator[None]:
    """Limit all that is read until the block ends, and each part of it: a request."""
    with _over_by(time.monotonic() + PAGE_LIMIT_S - DRAWING_S):
        yield


@contextmanager
def behind_pages() -> Iterator[None]:
    """Limit all that is read until the block ends, and no part of it: a thread for which no page waits."""
    token = _is_behind.set(True)
    try:
        with _over_by(time.monotonic() + BEHIND_PAGES_S):
            yield
    finally:
        _is_behind.reset(token)


def is_behind_pages() -> bool:
    """Say whether no page waits for what is read now."""
    return _is_behind.get()


@contextmanager
def part() -> Iterator[None]:
    """Limit what is read until the block ends, all together, to one part of a page. Outside of a page, to nothing."""
    until = _until.get()
    with _over_by(until and min(until, time.monotonic() + _part_limit_s())):
        yield


@contextmanager
def act() -> Iterator[Callable[[], bool]]:
    """Limit each statement until the block ends, and not all together (docs/decisions/0008).

    Yields what says whether the next request should go on: after ACT_LIMIT_S, in a command never.
    """
    until = inf if _until.get() is None else time.monotonic() + ACT_LIMIT_S
    with _over_by(_until.get() and inf):
        yield lambda: time.monotonic() >= until


def seconds_left() -> float | None:
    """Return how long the next statement may take; 0 when none may be sent any more, None where nothing is limited."""
    until = _until.get()
    return until and max(0.0, min(until - time.monotonic(), _part_limit_s()))


def _part_limit_s() -> float:
    return BEHIND_PAGES_S if _is_behind.get() else PART_LIMIT_S


@contextmanager
def _over_by(until: float | None) -> Iterator[None]:
    token = _until.set(until)
    try:
        yield
    finally:
        _until.reset(token)


class Watch:
    """A statement under way; `is_cut` says that its time was over."""

    def __init__(self, wire: socket.socket, seconds: float) -> None:
        """`wire` is the connection that it was sent over."""
        self.until = time.monotonic() + seconds
        self.is_cut = False
        self._wire = wire

    def cut(self) -> None:
        """End the connection both ways: whoever waits for it to say something returns at once."""
        self.is_cut = True
        with suppress(OSError):  # the other side has ended it
            self._wire.shutdown(socket.SHUT_RDWR)


class Watchdog:
    """The one thread that cuts; it starts with the first statement."""

    def __init__(self) -> None:
        """No thread yet: a process may still fork."""
        self._changed = threading.Condition()
        self._watched: set[Watch] = set()
        self._looks_at = inf
        self._thread: threading.Thread | None = None

    @contextmanager
    def watching(self, one: Watch) -> Iterator[None]:
        """Cut when the block takes too long; whether it did, is known after the block."""
        with self._changed:
            self._start()
            self._watched.add(one)
            if one.until < self._looks_at:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._watched.discard(one)

    def _start(self) -> None:
        if self._thread is None or not self._thread.is_alive():  # a child that was forked has none
            self._thread = threading.Thread(target=self._run, name="deadline", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        with self._changed:
            while True:
                for one in [one for one in self._watched if one.until <= time.monotonic()]:
                    self._watched.discard(one)
                    one.cut()
                self._looks_at = min((one.until for one in self._watched), default=inf)
                pause_s = self._looks_at - time.monotonic()
                self._changed.wait(max(0.0, pause_s) if self._watched else None)


watchdog = Watchdog()
