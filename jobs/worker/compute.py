"""How are the keys of one table computed in this process? Chunk after chunk: reserve, compute, leave nothing.

DataJoint is never imported here; its tables come as they are, untyped.
"""

import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from jobs.formats.key import key_of
from jobs.worker.claims import Claims
from jobs.worker.computed import ComputedKeys
from jobs.worker.context import TableContext
from jobs.worker.dj.compat import driver_of
from jobs.worker.errors import format_error
from jobs.worker.job_run import JobRun
from jobs.worker.log import worker_logger
from jobs.worker.outcomes import InterruptedRunError, KeyDict, StoppedError
from jobs.worker.prefetch import Prefetched
from jobs.worker.reservations.base import Reservation
from jobs.worker.unstoppable import UnstoppableMake
from jobsite.call_stack import with_room

log = worker_logger(__name__)


@with_room
def compute(context: TableContext, keys: Sequence[KeyDict]) -> None:
    """Compute the keys, in about this order; each is numbered by its place.

    Raises InterruptedRunError after a signal, StoppedError when a failure ends the run, in both cases with every
    reservation of ours recorded or released.
    """
    try:
        with context.signals.deferred():
            TableRun(context, keys).run()
    except (KeyboardInterrupt, SystemExit):  # a second signal, which does not wait
        raise InterruptedRunError(context.signals.received or signal.SIGTERM) from None


class TableRun:
    """One run over keys of a table."""

    def __init__(self, context: TableContext, keys: Sequence[KeyDict]) -> None:
        """All keys are of the same attributes."""
        computed = ComputedKeys(context.table, list(keys[0]) if keys else [])
        self._context = context
        self._connection = context.table.connection
        self._prefetched = Prefetched(context.reservations)
        self._claims = Claims(context, keys, computed)
        self._job_run = JobRun(context, computed, self._prefetched)

    def run(self) -> None:
        """Compute them all."""
        unstoppable = UnstoppableMake(self._context, self._job_run, self._prefetched)
        with unstoppable.left_in_time(), self._releasing_in_the_end(), self._prefetched:
            while self._claims and not self._context.options.time_is_up:
                self._context.raise_if_interrupted()
                self._prefetched.add(self._next_chunk())
                self._compute_chunk()
        self._context.raise_if_interrupted()

    def _next_chunk(self) -> list[Reservation]:
        if self._job_run.postponed.is_pause_due:
            self._context.retry_or_stop(self._claims.release_deferred, "No key could be reserved")
            self._job_run.postponed.pause()
        self._context.raise_if_interrupted()
        return self._context.retry_or_stop(self._claims.next, "No key could be reserved")

    def _compute_chunk(self) -> None:
        slowest_s = 0.0
        try:
            for job in self._started_jobs():
                began_s = time.perf_counter()
                self._compute_one(job)
                slowest_s = max(slowest_s, time.perf_counter() - began_s)
        finally:
            self._release_unstarted()
        if slowest_s:
            self._claims.record_duration(slowest_s)

    def _started_jobs(self) -> Iterator[Reservation]:
        """Yield the jobs that are prefetched, each with its transaction begun."""
        driver = driver_of(self._connection)
        while self._prefetched and self._may_go_on():
            self._job_run.begin_transaction()
            if driver_of(self._connection) is not driver:
                return  # DataJoint has connected again unasked: the reservations bear a dead connection id
            job = self._prefetched.start_next()
            if job is None:
                return  # released just now
            yield job

    def _may_go_on(self) -> bool:
        is_over = self._context.signals.received is not None or self._context.options.time_is_up
        return not is_over and not self._job_run.postponed.is_pause_due

    def _compute_one(self, job: Reservation) -> None:
        outcome = self._job_run.compute(job)
        if outcome is None:
            self._claims.put_last(job)
            return
        self._context.on_outcome(outcome)
        if outcome.status == "failed" and self._context.options.stop_on_error:
            raise StoppedError

    def _release_unstarted(self) -> None:
        """Release what was not started, and roll back the transaction that the last commit began for the next job."""
        unstarted = self._prefetched.take_unstarted()
        self._claims.put_first(unstarted.jobs)
        self._claims.defer_release([*unstarted.reserved, *unstarted.deferred])
        try:
            self._leave_nothing()
        except Exception as failure:  # the next question to the server, or the last, tries again
            log.debug("Not released yet: %s", failure)

    @contextmanager
    def _releasing_in_the_end(self) -> Iterator[None]:
        """Release everything in the end, however it comes; if that fails too, the first failure is said first."""
        try:
            yield
        except StoppedError as first:
            try:
                self._release_all()
            except StoppedError as second:
                raise StoppedError(". ".join(filter(None, (str(first), str(second))))) from None
            raise
        except BaseException:
            self._release_all()
            raise
        self._release_all()

    def _release_all(self) -> None:
        """Leave nothing reserved behind. Raises StoppedError when that cannot be done."""
        try:
            self._context.retry_to_leave_nothing(self._leave_nothing)
        except Exception as failure:
            current = self._job_run.current
            left = [*([current] if current else []), *self._claims.deferred]
            names = "; ".join(str(key_of(job.key)) for job in left) or "Keys of this worker"
            raise StoppedError(f"{names} may be left reserved: {format_error(failure)}") from None

    def _leave_nothing(self) -> None:
        self._job_run.roll_back()
        self._claims.release_deferred()
