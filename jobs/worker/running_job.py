"""Who ends a reservation while its make runs, and was it a stop that made make fail?

The worker ends it when make is over, or a thread that has heard a stop before. Then make may come back from C when
another worker has the job: what it brings is not kept.
"""

import time
from threading import get_ident

from jobs.worker.reservations.base import Reservation
from jobs.worker.signals import Signals

# What ends a job of a cluster may signal the programs of a make first, which then fails a moment before its own signal.
SAME_STOP_S = 1.0


class ReleasedError(Exception):
    """A stop has released the job while its make went on: what make has done is not kept."""


class RunningJob:
    """A job that is reserved, and in make."""

    def __init__(self, reservation: Reservation) -> None:
        """Nobody has ended it yet."""
        self.reservation = reservation
        self._ended_by: dict[str, int] = {}
        self._began_s = time.perf_counter()
        self._wait_until_s = self._began_s

    @property
    def seconds(self) -> float:
        """How long its make has run."""
        return time.perf_counter() - self._began_s

    def is_mine_to_end(self) -> bool:
        """Say whether this thread is the first that asked, and ends the reservation."""
        # One step of the interpreter, in which no signal and no other thread comes between.
        return self._ended_by.setdefault("thread", get_ident()) == get_ident()

    def record_failure(self) -> None:
        """Record that make fails now."""
        self._wait_until_s = time.perf_counter() + min(SAME_STOP_S, self.seconds)

    def is_stopped(self, signals: Signals) -> bool:
        """Say whether a stop has made make fail: one that came before, or that comes now.

        A failure waits for it no longer than its make took: many that fail quickly are not held up by it.
        """
        if not self.is_mine_to_end():
            return True
        signals.wait(self._wait_until_s - time.perf_counter())
        return signals.received is not None
