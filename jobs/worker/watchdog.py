"""What if make goes on, although it was interrupted? After the second signal the process ends all the same.

A make may catch what a signal raises in it, as `except BaseException` does. Then a thread writes down what became of
the job, over a connection of its own, and ends the process from under make; the server rolls its transaction back.
"""

import _thread
import os
import signal
import threading
import time
from collections.abc import Callable

from jobs.worker.log import worker_logger

SIGNALS = (signal.SIGINT, signal.SIGTERM)
KILLED_BY = 128  # and the signal: the exit status that a shell gives a program that a signal ended
ANNOUNCE_AFTER_S, END_AFTER_S, WRITE_S = 5.0, 2.0, 5.0
log = worker_logger(__name__)


class Watchdog:
    """What happens a while after a signal, unless the run has ended by then.

    Signal handlers start it, and may take no lock, as threading.Thread does: hence `_thread`.
    """

    def __init__(self) -> None:
        """Nothing is to be written down yet."""
        self.write: Callable[[], None] = lambda: None
        self._over = False

    def announce_later(self) -> None:
        """Announce that make is waited for, in ANNOUNCE_AFTER_S seconds."""
        _thread.start_new_thread(self._after, (ANNOUNCE_AFTER_S, self._announce))

    def end_later(self, signum: int) -> None:
        """End the process in END_AFTER_S seconds; `write` is called before, and may take WRITE_S seconds."""
        _thread.start_new_thread(self._after, (END_AFTER_S, lambda: self._end(signum)))

    def disarm(self) -> None:
        """The run has ended by itself."""
        self._over = True

    def _after(self, delay_s: float, act: Callable[[], None]) -> None:
        # A signal is for the worker: it must not be this thread that the system wakes.
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        time.sleep(delay_s)
        if not self._over:
            act()

    def _announce(self) -> None:
        log.warning("Waiting for make to stop; a second Ctrl-C or SIGTERM ends at once.")

    def _end(self, signum: int) -> None:
        writing = threading.Thread(target=self._write, daemon=True)
        writing.start()
        writing.join(WRITE_S)
        if not self._over:
            os._exit(KILLED_BY + signum)

    def _write(self) -> None:
        # Said first: once another worker may have the job, this one has to end at once.
        log.warning("make does not stop, so its process is ended.")
        try:
            self.write()
        except Exception as failure:  # the job stays reserved, and shows as abandoned
            log.warning("The running job stays reserved: %s", failure)
