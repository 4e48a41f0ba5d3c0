"""Which keys are tried again, because the server and not their make was the reason that they failed?

A full disk or a failover would make an error of every key that is computed meanwhile. So the key comes last, after all
others, and the worker pauses before the next, longer and longer until one is done. MOST_TRIES bound it: a key may be
itself what fills the disk.
"""

from collections import Counter

from jobs.worker.reservations.base import Reservation
from jobs.worker.retry import MOST_TRIES, Backoff
from jobs.worker.signals import Signals


class PostponedKeys:
    """The keys that the server has refused in one run over the keys of a table."""

    def __init__(self, signals: Signals) -> None:
        """There are none yet; `signals` end each pause."""
        self._backoff = Backoff(signals)
        self._tries = Counter[str]()
        self._last: BaseException | None = None

    @property
    def is_pause_due(self) -> bool:
        """Say whether the last key was refused: whoever comes next would be refused as well."""
        return self._last is not None

    def record_refusal(self, job: Reservation, error: BaseException) -> bool:
        """Record that the server has refused this key, and say whether it is to be tried again."""
        self._tries[job.hash] += 1
        self._last = error
        return self._tries[job.hash] < MOST_TRIES

    def record_success(self) -> None:
        """Record that a key is computed: the server takes writes."""
        self._backoff.reset()

    def pause(self) -> None:
        """Pause if the last key was refused."""
        error, self._last = self._last, None
        if error is not None:
            self._backoff.wait(error)
