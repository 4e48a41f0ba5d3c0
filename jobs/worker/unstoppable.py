"""What becomes of the running job where a signal does not stop its make? Another thread sees to it.

With `--on-stop release` it releases the job a second after the first signal, also while make is stuck in C. After the
second one it writes down what a stop leaves, before the process is ended from under make.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from jobs.worker.context import TableContext
from jobs.worker.errors import format_error
from jobs.worker.job_run import JobRun
from jobs.worker.log import worker_logger
from jobs.worker.prefetch import Prefetched

ENDED = "make did not stop, so its process was ended.\n"
RELEASED = "The running job is released, although its make has not stopped yet."
log = worker_logger(__name__)


class UnstoppableMake:
    """The makes of one run over keys of a table, as the other threads see them."""

    def __init__(self, context: TableContext, job_run: JobRun, prefetched: Prefetched) -> None:
        """`job_run` computes what was `prefetched`."""
        self._context = context
        self._job_run = job_run
        self._prefetched = prefetched

    @contextmanager
    def left_in_time(self) -> Iterator[None]:
        """See to it until the end of the block that nothing stays reserved by a make that does not stop."""
        signals = self._context.signals
        signals.watchdog.write = self._write_last
        if not self._context.options.releases_on_stop:
            yield
            return
        with signals.listener.calling(self._release):
            yield

    def _release(self) -> None:
        """Release the running job, whatever its make does; those that are not started, `prefetch` releases."""
        current = self._job_run.take_from_make()
        if current:
            with self._context.reservations.on_second_connection() as reservations:
                reservations.release([current])
            log.warning(RELEASED)

    def _write_last(self) -> None:
        """Leave the same as when make had stopped."""
        unstarted, current = self._prefetched.take_unstarted(), self._job_run.current
        signals = self._context.signals
        with self._context.reservations.on_second_connection() as reservations:
            reservations.release([*unstarted.reserved, *unstarted.deferred])
            if current and self._context.options.releases_on_stop:
                reservations.release([current])
            elif current:
                error = signals.exception_for(signals.received or signal.SIGTERM)
                reservations.error(current, format_error(error), ENDED)
