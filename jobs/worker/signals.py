"""When may Ctrl-C or SIGTERM end a worker? At once inside make; never half way through writing a job's row.

DataJoint records what interrupts make, but not what lands between the reservation and make, or while it commits: the
row would stay reserved with nobody behind it.
"""

import os
import signal
import time
from _signal import getsignal as handler_of  # type: ignore[import-not-found]  # signal.getsignal takes 4 us, to make an enum
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from jobs.worker.listener import Listener
from jobs.worker.watchdog import SIGNALS, Watchdog

LOOK_S = 0.2
# What ends a cluster's job signals it more than once, at nearly the same time; a person's second Ctrl-C comes later.
ONE_SIGNAL_S = 1.0
# The exception and the words DataJoint's own handler uses, which end up in the jobs table (0.14.10, autopopulate.py).
SIGTERM_RECEIVED = "SIGTERM received"


def learn_how_children_end() -> None:
    """Let this process wait for its children, also where it has inherited that SIGCHLD is ignored.

    Nobody could know how one ended: subprocess would take a program that fails in make for one that succeeds.
    """
    if signal.getsignal(signal.SIGCHLD) == signal.SIG_IGN:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)


class Signals:
    """The two signals of this process. They raise where they arrive, except inside `deferred()`, where they wait."""

    def __init__(self, *, announces: bool = True) -> None:
        """Nothing is installed yet. `announces`: the log says after a while that make is waited for."""
        self.watchdog = Watchdog()
        self.listener = Listener()
        self._announces = announces
        self.received: int | None = None
        self._received_s: float | None = None
        self._is_deferred = False
        self._forward_to: Callable[[int], None] | None = None
        self._pid = os.getpid()
        os.register_at_fork(after_in_child=self._leave_child)

    def __enter__(self) -> "Signals":
        """Take the signals until the end of the block."""
        self._before = {signum: signal.getsignal(signum) for signum in SIGNALS}
        self.install()
        return self

    def __exit__(self, *exception: object) -> None:
        """Give them back as they were."""
        self.watchdog.disarm()
        self.listener.close()
        for signum, handler in self._before.items():
            signal.signal(signum, handler)

    def install(self) -> None:
        """Take the signals; again after whatever may have put its own handlers in place of ours."""
        for signum in SIGNALS:
            if handler_of(signum) != self._arrived:
                signal.signal(signum, self._arrived)
        self.listener.install()

    def raise_received(self) -> None:
        """Raise the signal that waited, if one did: KeyboardInterrupt or SystemExit."""
        if self.received is not None:
            raise self.exception_for(self.received)

    def has_passed(self, seconds: float) -> bool:
        """Say whether the first signal came at least so many seconds ago."""
        return self._received_s is not None and time.monotonic() - self._received_s >= seconds

    def wait(self, pause_s: float) -> None:
        """Wait `pause_s` seconds, or until a signal has come."""
        until = time.monotonic() + pause_s
        while self.received is None and time.monotonic() < until:
            time.sleep(min(LOOK_S, pause_s))

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Let a signal wait. The second one does not: a server that answers no more must not hold the terminal."""
        before, self._is_deferred = self._is_deferred, True
        try:
            yield
        finally:
            self._is_deferred = before

    @contextmanager
    def raise_immediately(self) -> Iterator[None]:
        """Let signals raise where they arrive again, inside of `deferred()`; one that waited raises now."""
        before, self._is_deferred = self._is_deferred, False
        try:
            self.raise_received()
            yield
        finally:
            self._is_deferred = before
            self.install()  # make may have put handlers of its own in their place

    @contextmanager
    def forward_to(self, receiver: Callable[[int], None]) -> Iterator[None]:
        """Give every signal to `receiver`, and raise none: other processes compute."""
        self._forward_to = receiver
        try:
            yield
        finally:
            self._forward_to = None

    def _leave_child(self) -> None:
        """Give back the signals in a process that make has forked: as if nobody had taken them, they end it.

        Our handler is Python code, which does not run when a signal comes just before the child blocks: a pool of
        multiprocessing would wait for its child for ever (Pool.terminate).
        """
        self.listener.leave_child()
        for signum in SIGNALS:
            if signal.getsignal(signum) == self._arrived:
                signal.signal(signum, signal.SIG_DFL)

    def _arrived(self, signum: int, frame: FrameType | None) -> None:
        if os.getpid() != self._pid:  # in a process that make is just forking: as `_leave_child`
            signal.signal(signum, signal.SIG_DFL)
            os.kill(os.getpid(), signum)
            return
        first_s, now_s = self._received_s, time.monotonic()
        if first_s is not None and now_s - first_s < ONE_SIGNAL_S:
            return
        again = self.received is not None
        self.received = self.received or signum
        self._received_s = first_s or now_s
        if self._announces and not again:
            self.watchdog.announce_later()
        if self._forward_to:
            self._forward_to(signum)
            return
        if again:
            self.watchdog.end_later(self.received)
        if again or not self._is_deferred:
            raise self.exception_for(signum)

    @staticmethod
    def exception_for(signum: int) -> BaseException:
        """Return what a signal raises, as DataJoint words it."""
        return SystemExit(SIGTERM_RECEIVED) if signum == signal.SIGTERM else KeyboardInterrupt()
