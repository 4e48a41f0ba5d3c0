"""Who computes the keys of a table? This process, or a pool of processes: two engines that a run can have."""

from types import TracebackType
from typing import Protocol

from jobs.worker.compute import compute
from jobs.worker.context import OnOutcome, TableContext
from jobs.worker.dj.compat import Untyped
from jobs.worker.options import Options
from jobs.worker.outcomes import KeyDict
from jobs.worker.reservations.factory import wait_for_reservations
from jobs.worker.signals import Signals


class Engine(Protocol):
    """A block in which the keys of one table after the other are computed."""

    def __enter__(self) -> "Engine":
        """Start what it needs."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave nothing running."""

    def compute(self, name: str, table: Untyped, keys: list[KeyDict], on_outcome: OnOutcome) -> None:
        """Compute keys of the table of that name; `on_outcome` is called for each.

        Raises InterruptedRunError after a signal, StoppedError when a failure ends the run.
        """


class InProcess:
    """Computes in this process."""

    def __init__(self, options: Options, signals: Signals) -> None:
        """`options` are those of the run."""
        self._options = options
        self._signals = signals

    def __enter__(self) -> "InProcess":
        """Nothing is to be started."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is running."""

    def compute(self, name: str, table: Untyped, keys: list[KeyDict], on_outcome: OnOutcome) -> None:
        """Compute them here."""
        reservations = wait_for_reservations(table, self._options, self._signals)
        compute(TableContext(table, self._options, self._signals, reservations, on_outcome), keys)
