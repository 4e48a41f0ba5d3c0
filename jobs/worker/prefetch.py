"""What becomes of the jobs that are reserved ahead when one make takes long? They are given back while it runs.

Keys are reserved a few at a time, by how long the makes before took. Nobody can know how long the next one takes; and
what the jobs table calls reserved has to be what runs. So a thread looks after what is reserved and not begun: when one
make has run for HELD_S, it gives the rest back, over a connection of its own, because make uses the other one. A make
that never lets go of Python's interpreter holds the thread up as well.
"""

import signal
import threading
import time
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType

from jobs.worker.reservations.schema_wide import Job, Reservations
from jobs.worker.watchdog import SIGNALS

HELD_S = 0.5
LOOK_S = 0.25
AGAIN_S = 5.0


@dataclass(frozen=True)
class Rest:
    """Jobs that were not begun: still `held`, `given_back` already, or `owed`: to be given back, as that failed."""

    held: list[Job]
    given_back: list[Job]
    owed: list[Job]

    @property
    def jobs(self) -> list[Job]:
        """All of them."""
        return [*self.held, *self.given_back, *self.owed]


class Ahead:
    """The jobs that this worker has reserved and not begun; a block in which they are looked after."""

    def __init__(self, reservations: Reservations) -> None:
        """`reservations` is where they are given back."""
        self._reservations = reservations
        # The worker takes from the left, the thread from the right; each step of a deque is one: none is taken twice.
        self._jobs: deque[Job] = deque()
        self._given_back: list[Job] = []
        self._owed: list[Job] = []
        self._giving_back = threading.Lock()
        self._begun_s = 0.0
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> "Ahead":
        """Nothing is held yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait until the thread has ended."""
        self._over.set()
        if self._thread:
            self._thread.join()

    def __bool__(self) -> bool:
        """Say whether jobs are held."""
        return bool(self._jobs)

    def hold(self, jobs: Iterable[Job]) -> None:
        """Take jobs that were reserved."""
        self._begun_s = time.monotonic()
        self._jobs.extend(jobs)
        if len(self._jobs) > 1 and self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="reserved-ahead", daemon=True)
            self._thread.start()

    def begin(self) -> Job | None:
        """Return the next job, which is begun now; None when there is no more."""
        self._begun_s = time.monotonic()
        try:
            return self._jobs.popleft()
        except IndexError:
            return None

    def end(self) -> "Rest":
        """Hold nothing any more, and return what was not begun."""
        held = _drained(self._jobs)
        with self._giving_back:
            rest = Rest(held, self._given_back, self._owed)
            self._given_back, self._owed = [], []
        return rest

    def _watch(self) -> None:
        # A signal is for the worker: it must not be this thread that the system wakes.
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        while not self._over.wait(AGAIN_S if self._owed else LOOK_S):
            if time.monotonic() - self._begun_s > HELD_S:
                with self._giving_back:
                    self._give_back([*self._owed, *_drained(self._jobs)])

    def _give_back(self, jobs: list[Job]) -> None:
        if not jobs:  # the worker was quicker
            return
        try:
            with self._reservations.beside() as reservations:
                reservations.release(jobs)
        except Exception:  # again in AGAIN_S; at last by the worker, when its make is over
            self._owed = jobs
        else:
            self._given_back += jobs
            self._owed = []


def _drained(jobs: deque[Job]) -> list[Job]:
    """Take every job out, from the right, and return them in their order."""
    taken: deque[Job] = deque()
    with suppress(IndexError):
        while True:
            taken.appendleft(jobs.pop())
    return list(taken)
