"""What does every part of a worker need that computes keys of one table? One object, handed down."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from jobs.worker.dj.compat import Untyped
from jobs.worker.dj.connecting import reconnect
from jobs.worker.errors import format_error
from jobs.worker.options import Options
from jobs.worker.outcomes import InterruptedRunError, Outcome, StoppedError
from jobs.worker.reservations.base import Reservations
from jobs.worker.retry import retry_to_leave_nothing, retry_until_available
from jobs.worker.signals import Signals

OnOutcome = Callable[[Outcome], None]
OnStart = Callable[[int], None]
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class TableContext:
    """A table, how it is to be computed, where its jobs are reserved, and who is called.

    `on_outcome` gets the outcome of each key, `on_start` the number of each key just before its make.
    """

    table: Untyped
    options: Options
    signals: Signals
    reservations: Reservations
    on_outcome: OnOutcome
    on_start: OnStart = lambda number: None

    def retry(self, ask: Callable[[], Answer]) -> Answer:
        """Return what `ask` returns, once the server is available; raises what else it raises."""
        return retry_until_available(ask, self.signals, partial(reconnect, self.table))

    def retry_to_leave_nothing(self, ask: Callable[[], Answer]) -> Answer:
        """Return the same of what ends a reservation, which is tried for a while after a signal, too."""
        return retry_to_leave_nothing(ask, self.signals, partial(reconnect, self.table))

    def retry_or_stop(self, ask: Callable[[], Answer], failed: str) -> Answer:
        """Return the same. Raises StoppedError, which begins with `failed`, or InterruptedRunError after a signal."""
        try:
            return self.retry(ask)
        except Exception as error:
            self.raise_if_interrupted()
            raise StoppedError(f"{failed}: {format_error(error)}") from None

    def raise_if_interrupted(self) -> None:
        """Raise InterruptedRunError if a signal has come."""
        if self.signals.received is not None:
            raise InterruptedRunError(self.signals.received)
