"""Which keys are tried again, because the server and not their make was the reason that they failed?

A full disk or a failover would make an error of every key that is computed meanwhile. So the key comes last, after all
others, and the worker pauses before the next, longer and longer until one is done. MOST_TRIES bound it: a key may be
itself what fills the disk.
"""

from collections import Counter
from collections.abc import Callable

from jobs.worker.reservations.schema_wide import Reservation
from jobs.worker.retry import MOST_TRIES, Backoff, retry_statement
from jobs.worker.server_errors import is_deadlock, no_writes_reason
from jobs.worker.signals import Signals


class Retries:
    """What the server has refused in one run over the keys of a table."""

    def __init__(self, signals: Signals) -> None:
        """Nothing yet; `signals` end each pause."""
        self._signals = signals
        self._backoff = Backoff(signals)
        self._tries = Counter[str]()
        self._rolled_back: BaseException | None = None
        self._last: BaseException | None = None

    def end(self, complete: Callable[[], None], stands: Callable[[], bool]) -> None:
        """Let `complete` end make's transaction, and wait while the server is busy. Raises its error."""
        try:
            retry_statement(complete, self._signals, stands)
        except Exception as error:
            self._rolled_back = error if is_deadlock(error) else None
            raise

    def takes(self, job: Reservation, error: BaseException) -> bool:
        """Say whether the key is to be tried again: no writes were taken, or its commit gave way to another one's.

        A deadlock inside make is of make's own statements: how those lock is the lab's to mend.
        """
        if not no_writes_reason(error) and error is not self._rolled_back:
            return False
        self._tries[job.hash] += 1
        self._last = error
        return self._tries[job.hash] < MOST_TRIES

    @property
    def is_pause_due(self) -> bool:
        """Say whether the last key was refused: whoever comes next would be refused as well."""
        return self._last is not None

    def succeeded(self) -> None:
        """A key is done: the server takes writes."""
        self._backoff.reset()

    def pause(self, before: Callable[[], None]) -> None:
        """Pause if the last key was refused; `before` comes first, to release what is still reserved."""
        error, self._last = self._last, None
        if error is not None:
            before()
            self._backoff.wait(error)
