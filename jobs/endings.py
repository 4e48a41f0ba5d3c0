"""What if make goes on, although it was interrupted? After the second signal the process ends all the same.

A make may catch what a signal raises in it, as `except BaseException` does. Then a thread writes down what became of
the job, over a connection of its own, and ends the process from under make; the server rolls its transaction back.
"""

import logging
import os
import threading
from collections.abc import Callable

KILLED_BY = 128  # and the signal: the exit status that a shell gives a program that a signal ended
SAY_AFTER_S, END_AFTER_S, WRITE_S = 5.0, 2.0, 5.0
log = logging.getLogger(__name__)


class LastResort:
    """What happens a while after a signal, unless the run has ended by then."""

    def __init__(self) -> None:
        """Nothing is to be written down yet."""
        self.write: Callable[[], None] = lambda: None
        self._timers: list[threading.Timer] = []

    def say_later(self) -> None:
        """Say that make is waited for, in SAY_AFTER_S seconds."""
        self._in(SAY_AFTER_S, lambda: log.warning("Waiting for make to stop; a second Ctrl-C or SIGTERM ends at once."))

    def end_later(self, signum: int) -> None:
        """End the process in END_AFTER_S seconds; `write` is called before, and may take WRITE_S seconds."""
        self._in(END_AFTER_S, lambda: self._end(signum))

    def disarm(self) -> None:
        """The run has ended by itself."""
        for timer in self._timers:
            timer.cancel()

    def _in(self, delay_s: float, act: Callable[[], None]) -> None:
        timer = threading.Timer(delay_s, act)
        timer.daemon = True
        self._timers.append(timer)
        timer.start()

    def _end(self, signum: int) -> None:
        writing = threading.Thread(target=self._write, daemon=True)
        writing.start()
        writing.join(WRITE_S)
        os._exit(KILLED_BY + signum)

    def _write(self) -> None:
        try:
            self.write()
        except Exception as failure:  # the job stays reserved, and shows as abandoned
            log.warning("The job in hand stays reserved: %s", failure)
        log.warning("make did not stop, and was ended with its process.")
