"""A process keeps few connections to the lab's server, and lends one to each request that asks it something.

Django keeps a connection for each thread, which for the 32 threads of a site are too many for a lab. A connection goes
on with the privileges of its beginning (MySQL manual, "When Privilege Changes Take Effect"), so none is kept long.
"""

import select
import socket
import threading
import time
from collections.abc import Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

MOST = 5
"""Connections of a process at most, lent and idle ones together."""
KEPT_S = 10.0
"""How old a connection may become; after it, it is closed when it comes back."""
NEW_S = 1.0
"""So young, its privileges are taken for those of now."""


class AllLentError(Exception):
    """All connections were lent for as long as it was waited for one."""


@dataclass(frozen=True, eq=False)
class Kept:
    """A connection of the driver's; `to` says to which server and account, and with which options."""

    to: Hashable
    connection: Any
    wire: socket.socket
    """A descriptor of our own for its socket: the number may be another's as soon as the driver has closed its own."""
    made_at: float = field(default_factory=time.monotonic)

    @property
    def is_new(self) -> bool:
        """Say whether it has just been made."""
        return time.monotonic() < self.made_at + NEW_S

    @property
    def is_old(self) -> bool:
        """Say whether it was kept long enough."""
        return time.monotonic() >= self.made_at + KEPT_S

    @property
    def is_ended(self) -> bool:
        """Say whether the server has said something unasked: that it closes, or that somebody killed the connection."""
        looked = select.poll()
        looked.register(self.wire, select.POLLIN)
        return bool(looked.poll(0))

    def close(self) -> None:
        """Close it; the server may be gone."""
        with suppress(Exception):
            self.connection.close()
        self.wire.close()


class Pool:
    """The connections of one process."""

    def __init__(self) -> None:
        """Nothing is connected yet: a process may still fork."""
        self._changed = threading.Condition()
        self._lent = 0
        self._idle: list[Kept] = []
        self._timer: threading.Timer | None = None

    def take(self, to: Hashable, seconds: float, *, anew: bool) -> Kept | None:
        """Return an idle connection, or None where the caller has to make one, which `anew` always asks for.

        Waits until one is free, `seconds` at most. Raises AllLentError.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._lent < MOST, seconds):
                raise AllLentError
            found = None if anew else next((one for one in reversed(self._idle) if one.to == to), None)
            if found:
                self._idle.remove(found)
            self._lent += 1
            closing = self._sort_out()
            if found and (found.is_old or found.is_ended):
                closing.append(found)
                found = None
        for one in closing:
            one.close()
        return found

    def give_back(self, one: Kept | None) -> None:
        """Take a connection back for others; None for one that was never made, or that is closed."""
        closing: list[Kept] = []
        with self._changed:
            self._lent -= 1
            if one is not None:
                self._idle.append(one)
            closing = self._sort_out()
            self._changed.notify()
        for one in closing:
            one.close()

    def close(self) -> None:
        """Close all that are idle."""
        with self._changed:
            closing, self._idle = self._idle, []
        for one in closing:
            one.close()

    def _sort_out(self) -> list[Kept]:
        """Return those to close: the old ones, and the longest idle of more than MOST. Look again when one is old."""
        room = MOST - self._lent
        closing = [one for at, one in enumerate(reversed(self._idle)) if one.is_old or at >= room]
        self._idle = [one for one in self._idle if one not in closing]
        if self._idle and (self._timer is None or not self._timer.is_alive()):
            self._look_again()
        return closing

    def _look_again(self) -> None:
        self._timer = threading.Timer(KEPT_S, self._close_old)
        self._timer.daemon = True
        with suppress(RuntimeError):  # the system gives no more threads: the next who takes or gives back sorts out
            self._timer.start()

    def _close_old(self) -> None:
        with self._changed:
            self._timer = None
            closing = self._sort_out()
        for one in closing:
            one.close()


pool = Pool()
