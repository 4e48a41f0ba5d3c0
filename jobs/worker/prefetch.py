"""What becomes of the jobs that are reserved in advance when one make takes long? They are released while it runs.

Keys are reserved a few at a time, by how long the makes before took. Nobody can know how long the next one takes; and
what the jobs table calls reserved has to be what runs. So a thread watches the jobs that are reserved and not started:
when one make has run for RELEASE_AFTER_S, it releases them over a connection of its own, because make uses the other
one. A make that never releases Python's interpreter lock stops the thread as well.
"""

import signal
import threading
import time
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType

from jobs.worker.reservations.base import Reservation, Reservations
from jobs.worker.watchdog import SIGNALS

RELEASE_AFTER_S = 0.5
LOOK_S = 0.25
RETRY_S = 5.0


@dataclass(frozen=True)
class Unstarted:
    """Jobs that were not started: still `reserved`, `released` already, or `deferred`: their release failed."""

    reserved: list[Reservation]
    released: list[Reservation]
    deferred: list[Reservation]

    @property
    def jobs(self) -> list[Reservation]:
        """All of them."""
        return [*self.reserved, *self.released, *self.deferred]


class Prefetched:
    """The jobs that this worker has reserved and not started; a block in which they are watched."""

    def __init__(self, reservations: Reservations) -> None:
        """`reservations` is where they are released."""
        self._reservations = reservations
        # The worker takes from the left, the thread from the right; each step of a deque is one: none is taken twice.
        self._jobs: deque[Reservation] = deque()
        self._released: list[Reservation] = []
        self._deferred: list[Reservation] = []
        self._releasing = threading.Lock()
        self._started_s = 0.0
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> "Prefetched":
        """There are none yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait until the thread has ended."""
        self._over.set()
        if self._thread:
            self._thread.join()

    def __bool__(self) -> bool:
        """Say whether there are any."""
        return bool(self._jobs)

    def add(self, jobs: Iterable[Reservation]) -> None:
        """Add jobs that were just reserved."""
        self._started_s = time.monotonic()
        self._jobs.extend(jobs)
        if len(self._jobs) > 1 and self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="prefetched", daemon=True)
            self._thread.start()

    def start_next(self) -> Reservation | None:
        """Return the next job, which starts now; None when there is no more."""
        self._started_s = time.monotonic()
        try:
            return self._jobs.popleft()
        except IndexError:
            return None

    def take_unstarted(self) -> Unstarted:
        """Return the jobs that were not started, and forget them."""
        reserved = _drained(self._jobs)
        with self._releasing:
            unstarted = Unstarted(reserved, self._released, self._deferred)
            self._released, self._deferred = [], []
        return unstarted

    def _watch(self) -> None:
        # A signal is for the worker: it must not be this thread that the system wakes.
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        while not self._over.wait(RETRY_S if self._deferred else LOOK_S):
            if time.monotonic() - self._started_s > RELEASE_AFTER_S:
                with self._releasing:
                    self._release([*self._deferred, *_drained(self._jobs)])

    def _release(self, jobs: list[Reservation]) -> None:
        if not jobs:  # the worker was quicker
            return
        try:
            with self._reservations.on_second_connection() as reservations:
                reservations.release(jobs)
        except Exception:  # again in RETRY_S; at last by the worker, when its make is over
            self._deferred = jobs
        else:
            self._released += jobs
            self._deferred = []


def _drained(jobs: deque[Reservation]) -> list[Reservation]:
    """Take every job out, from the right, and return them in their order."""
    taken: deque[Reservation] = deque()
    with suppress(IndexError):
        while True:
            taken.appendleft(jobs.pop())
    return list(taken)
