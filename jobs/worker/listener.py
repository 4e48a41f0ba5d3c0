"""Who hears a stop while make is stuck in C, where Python runs no signal handler? A thread.

Python's own handler in C writes each signal to a socket at once (signal.set_wakeup_fd), and a thread reads it there. C
code that keeps Python's interpreter lock stops the thread as well.
"""

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from jobs.worker.log import worker_logger
from jobs.worker.watchdog import SIGNALS

ACT_AFTER_S, RETRY_S = 1.0, 1.0
MOST_BYTES = 4096
NOBODY = -1
log = worker_logger(__name__)


class Listener:
    """A thread that acts ACT_AFTER_S after a signal: a make that stops by itself has that long."""

    def __init__(self) -> None:
        """There is no thread before `calling`."""
        self._act: Callable[[], None] = lambda: None
        self._sockets: tuple[socket.socket, socket.socket] | None = None

    @contextmanager
    def calling(self, act: Callable[[], None]) -> Iterator[None]:
        """Call `act` after a signal until the end of the block; again while it fails."""
        self._act = act
        if not self._sockets:
            self._sockets = socket.socketpair()
            self._sockets[1].setblocking(False)
            threading.Thread(target=self._listen, args=self._sockets[:1], name="signals", daemon=True).start()
            self.install()
        try:
            yield
        finally:
            self._act = lambda: None

    def install(self) -> None:
        """Have signals written to the thread; again after whatever may have them written elsewhere, as asyncio has."""
        if self._sockets:
            signal.set_wakeup_fd(self._sockets[1].fileno(), warn_on_full_buffer=False)

    def leave_child(self) -> None:
        """Hear nothing of a process that make has forked: its signals are not ours."""
        if self._sockets:
            signal.set_wakeup_fd(NOBODY)

    def close(self) -> None:
        """End the thread."""
        if self._sockets:
            signal.set_wakeup_fd(NOBODY)
            self._sockets[1].close()
            self._sockets = None

    def _listen(self, heard: socket.socket) -> None:
        # A signal is for the worker: it must not be this thread that the system wakes.
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        with heard:
            while numbers := heard.recv(MOST_BYTES):  # a byte for each signal
                if any(signum in numbers for signum in SIGNALS):
                    time.sleep(ACT_AFTER_S)
                    self._act_until_done()

    def _act_until_done(self) -> None:
        while self._sockets:
            try:
                self._act()
            except Exception as failure:
                log.warning("The running job could not be released yet: %s", failure)
                time.sleep(RETRY_S)
            else:
                return
