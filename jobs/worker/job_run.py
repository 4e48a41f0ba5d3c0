"""What becomes of a job that is reserved? After its make either the commit ends the reservation, or its error does.

The end of the reservation is part of make's transaction, so that it and the result come together or not at all.
"""

from functools import partial

from jobs.formats.key import key_of
from jobs.worker.computed import ComputedKeys
from jobs.worker.context import TableContext
from jobs.worker.dj.transaction import Transaction
from jobs.worker.errors import format_error, stack_of
from jobs.worker.make import Maker
from jobs.worker.outcomes import Outcome, Status, StoppedError
from jobs.worker.postponed import PostponedKeys
from jobs.worker.prefetch import Prefetched
from jobs.worker.reservations.base import Reservation
from jobs.worker.retry import retry_statement
from jobs.worker.running_job import ReleasedError, RunningJob
from jobs.worker.server_errors import is_deadlock, is_temporary, no_writes_reason


class JobRun:
    """Computes the jobs of one table, one after the other."""

    def __init__(self, context: TableContext, computed: ComputedKeys, prefetched: Prefetched) -> None:
        """While jobs are `prefetched`, a commit begins the next transaction as well: one question less."""
        self._context = context
        self._computed = computed
        self._prefetched = prefetched
        self._transaction = Transaction(context.table.connection)
        self._maker = Maker(context, self._transaction)
        self._is_in_commit = False
        self._make_s: float | None = None
        self._running: RunningJob | None = None
        self.postponed = PostponedKeys(context.signals)

    @property
    def current(self) -> Reservation | None:
        """The job that is computed now."""
        running = self._running
        return running.reservation if running else None

    def take_from_make(self) -> Reservation | None:
        """In another thread: return the job that is computed now, to release it; None when its end is being written.

        Its make may go on, but its result is not kept.
        """
        running = self._running
        return running.reservation if running and running.is_mine_to_end() else None

    def begin_transaction(self) -> None:
        """Begin the next job's transaction, unless the last commit did. Raises StoppedError when that fails."""
        self._context.retry_or_stop(self._maker.begin, "No transaction could be begun")

    def roll_back(self) -> None:
        """Leave no transaction open."""
        self._transaction.roll_back_if_open()

    def compute(self, job: Reservation) -> Outcome | None:
        """Compute a job and return its outcome; None when it is to be tried again, after the others.

        Raises StoppedError when its error cannot be recorded.
        """
        self._running = running = RunningJob(job)
        self._is_in_commit, self._make_s = False, None
        try:
            self._context.on_start(job.number)
            self._maker.make(job.key)
            self._make_s = running.seconds
            self._commit(running)
        except BaseException as error:
            running.record_failure()
            outcome = self._record_failure(running, error)
        else:
            status: Status = "done" if self._has_inserted(job) else "empty"
            outcome = Outcome(job.key, status, number=job.number, make_s=self._make_s)
            self.postponed.record_success()
        self._running = None
        return outcome

    def _commit(self, running: RunningJob) -> None:
        """End the reservation and make's transaction, and wait while the server is busy. Raises its error."""
        if not running.is_mine_to_end():
            raise ReleasedError
        job = running.reservation
        self._is_in_commit = True
        # A make may have ended the transaction itself: then there is none to chain to.
        begins_next = not self._maker.is_in_parts and self._transaction.is_begun and bool(self._prefetched)
        end = self._transaction.end_statement(begins_next=begins_next)
        complete = partial(self._context.reservations.complete, job, end)
        retry_statement(complete, self._context.signals, partial(self._is_kept, job))
        self._transaction.ended(begins_next=begins_next)

    def _is_kept(self, job: Reservation) -> bool:
        """Say whether what make has done is still there, and was not rolled back."""
        is_whole = self._transaction.is_whole()
        return self._computed.has(job.key) or (is_whole and not self._maker.has_inserted)

    def _has_inserted(self, job: Reservation) -> bool:
        """Say whether the table holds the key now: asked after the commit, so that what others inserted is seen."""
        if self._maker.has_inserted:
            return True
        failed = f"Whether make has inserted {key_of(job.key)} could not be asked"
        return self._context.retry_or_stop(partial(self._computed.has, job.key), failed)

    def _record_failure(self, running: RunningJob, error: BaseException) -> Outcome | None:
        """Leave no transaction open, and the error in place of the reservation. None: the key is to be tried again.

        Raises StoppedError when it cannot.
        """
        job = running.reservation
        is_tried_again = self._is_refused(error) and self.postponed.record_refusal(job, error)
        try:
            return self._context.retry_to_leave_nothing(partial(self._end_failed, running, error, is_tried_again))
        except Exception as failure:
            self._context.on_outcome(Outcome(job.key, "failed", format_error(error), job.number))
            raise StoppedError(f"{key_of(job.key)} may be left reserved: {format_error(failure)}") from None

    def _is_refused(self, error: BaseException) -> bool:
        """Say whether the server took no writes, or the commit gave way to another one's.

        A deadlock inside make comes from make's own statements: only the lab can change how those lock.
        """
        return bool(no_writes_reason(error)) or (self._is_in_commit and is_deadlock(error))

    def _end_failed(self, running: RunningJob, error: BaseException, is_tried_again: bool) -> Outcome | None:
        self._transaction.roll_back()
        reservations, job = self._context.reservations, running.reservation
        # Lost, or interrupted, while the server's answer to COMMIT was on its way.
        if is_temporary(error) and self._computed.has(job.key):
            reservations.release([job])
            return Outcome(job.key, "done", number=job.number, make_s=self._make_s)
        if is_tried_again:
            reservations.release([job])
            return None
        if self._context.options.releases_on_stop and running.is_stopped(self._context.signals):
            reservations.release([job])
            return Outcome(job.key, "released", number=job.number)
        reservations.error(job, format_error(error), stack_of(error))
        return Outcome(job.key, "failed", format_error(error), job.number)
