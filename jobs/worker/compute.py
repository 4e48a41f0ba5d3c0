"""How are the keys of one table computed in this process? Chunk after chunk: reserve, make one by one, leave nothing.

Whoever calls `compute` gives keys and hears outcomes. DataJoint is never imported here; its tables come as they are,
untyped.
"""

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from jobs.formats.key import key_of
from jobs.worker.claims import Claims
from jobs.worker.dj.compat import Untyped
from jobs.worker.dj.connecting import connect_again
from jobs.worker.dj.connection import is_in_transaction
from jobs.worker.errors import format_error, stack_of
from jobs.worker.make import Maker
from jobs.worker.options import Options
from jobs.worker.outcomes import InterruptedRunError, KeyDict, Outcome, StoppedError
from jobs.worker.postponed import Retries
from jobs.worker.prefetch import Prefetched, Unstarted
from jobs.worker.reservations.schema_wide import Reservation, Reservations
from jobs.worker.retry import retry_until_available, retry_while_refused
from jobs.worker.server_errors import is_temporary
from jobs.worker.signals import Signals
from jobsite.one_line import line_logger

OnOutcome = Callable[[Outcome], None]
Answer = TypeVar("Answer")
log = line_logger(__name__)


@dataclass(frozen=True)
class Work:
    """What a process is to compute, in about this order, and who hears of it.

    `on_outcome` gets the outcome of each key, `on_start` each key before its make.
    """

    table: Untyped
    keys: Sequence[KeyDict]
    options: Options
    signals: Signals
    reservations: Reservations
    on_outcome: OnOutcome
    on_start: Callable[[KeyDict], None] = lambda key: None


def compute(work: Work) -> None:
    """Do it.

    Raises InterruptedRunError after a signal, StoppedError when a failure ends the run, in both cases with every
    reservation of ours recorded or released.
    """
    try:
        with work.signals.deferred():
            TableRun(work).go()
    except (KeyboardInterrupt, SystemExit):  # a second signal, which does not wait
        raise InterruptedRunError(work.signals.received or signal.SIGTERM) from None


class TableRun:
    """One table, chunk after chunk."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._table = work.table
        self._options = work.options
        self._signals = work.signals
        self._reservations = work.reservations
        self._claims = Claims(
            work.table, work.keys, work.reservations, lambda key: work.on_outcome(Outcome(key, "skipped"))
        )
        self._prefetched = Prefetched(work.reservations)
        self._in_make: Reservation | None = None
        self._maker = Maker(
            work.table, work.options.make_kwargs, work.signals.raise_immediately, self._retry, self._retry_while_refused
        )
        self._retries = Retries(work.signals)

    def go(self) -> None:
        self._signals.watchdog.write = self._write_last
        with self._releasing_in_the_end(), self._prefetched:
            while self._claims and not self._options.time_is_up:
                self._leave_if_interrupted()
                self._prefetched.add(self._next_chunk())
                self._compute_chunk()
        self._leave_if_interrupted()

    def _compute_chunk(self) -> None:
        driver = self._table.connection._conn
        slowest_s = 0.0
        try:
            while self._may_go_on() and self._is_connected_by(driver) and (job := self._prefetched.start_next()):
                began_s = time.perf_counter()
                self._one(job)
                slowest_s = max(slowest_s, time.perf_counter() - began_s)
        finally:
            self._release_later(self._prefetched.take_unstarted())
        if slowest_s:
            self._claims.record_duration(slowest_s)

    def _is_connected_by(self, driver: Untyped) -> bool:
        """Begin the transaction of the next job, and say whether that was over the connection its reservation names.

        DataJoint connects again unasked: then what is still reserved bears a dead connection id.
        """
        if not self._prefetched:
            return False
        self._or_stop(lambda: self._retry(self._maker.begin), "No transaction could be begun")
        return self._table.connection._conn is driver

    def _next_chunk(self) -> list[Reservation]:
        trouble = "No key could be reserved"
        self._or_stop(lambda: self._retries.pause(lambda: self._retry(self._claims.release_deferred)), trouble)
        self._leave_if_interrupted()
        return self._or_stop(lambda: self._retry(self._claims.next), trouble)

    def _one(self, job: Reservation) -> None:
        self._in_make = job
        try:
            self._work.on_start(job.key)
            self._maker.make(job.key, lambda end: self._complete(job, end), lambda: bool(self._prefetched))
        except BaseException as error:
            outcome = self._after(job, error)
        else:
            outcome = Outcome(job.key, "done" if self._has_inserted(job) else "empty")
            self._retries.succeeded()
        self._in_make = None
        if outcome is None:
            self._claims.put_last(job)
            return
        self._work.on_outcome(outcome)
        if outcome.status == "failed" and self._options.stop_on_error:
            raise StoppedError

    def _complete(self, job: Reservation, end: str) -> None:
        self._retries.end(lambda: self._reservations.complete(job, end), lambda: self._stands(job))

    def _stands(self, job: Reservation) -> bool:
        """Say whether what make has done is still there, and was not rolled back."""
        connection = self._table.connection
        connection.ping()  # the next statement that reads a table would begin a transaction anew
        is_open = is_in_transaction(connection) or not connection._in_transaction
        return self._claims.is_done(job) or (is_open and not self._maker.has_inserted)

    def _has_inserted(self, job: Reservation) -> bool:
        """Say whether the table holds the key now: asked after the commit, so that what others inserted is seen."""
        if self._maker.has_inserted:
            return True
        trouble = f"Whether make has inserted {key_of(job.key)} could not be asked"
        return self._or_stop(lambda: self._retry(lambda: self._claims.is_done(job)), trouble)

    def _after(self, job: Reservation, error: BaseException) -> Outcome | None:
        """Leave no transaction open, and the error in place of the reservation. None: the key is to be tried again.

        Raises StoppedError when it cannot.
        """
        again = self._retries.takes(job, error)
        try:
            return self._retry(lambda: self._settle(job, error, again))
        except Exception as failure:
            self._work.on_outcome(Outcome(job.key, "failed", format_error(error)))
            raise StoppedError(f"{key_of(job.key)} may be left reserved: {format_error(failure)}") from None

    def _settle(self, job: Reservation, error: BaseException, again: bool) -> Outcome | None:
        self._maker.cancel()
        # Lost, or interrupted, while the server's answer to COMMIT was on its way.
        if is_temporary(error) and self._claims.is_done(job):
            self._reservations.release([job])
            return Outcome(job.key, "done")
        if again:
            self._reservations.release([job])
            return None
        if self._options.on_stop == "release" and self._signals.has_raised(error):
            self._reservations.release([job])
            return Outcome(job.key, "released")
        self._reservations.error(job, format_error(error), stack_of(error))
        return Outcome(job.key, "failed", format_error(error))

    def _end_transaction(self) -> None:
        if self._table.connection.in_transaction:
            self._maker.cancel()

    def _write_last(self) -> None:
        """In another thread, while make goes on: leave the same as when it had stopped."""
        unstarted, job = self._prefetched.take_unstarted(), self._in_make
        with self._reservations.on_second_connection() as reservations:
            reservations.release([*unstarted.reserved, *unstarted.deferred])
            if job and self._options.on_stop == "release":
                reservations.release([job])
            elif job:
                error = self._signals.exception_for(self._signals.received or signal.SIGTERM)
                reservations.error(job, format_error(error), "make went on, and was ended with its process.\n")

    def _release_later(self, unstarted: Unstarted) -> None:
        """Release what was not started, and roll back the transaction that the last commit began for the next job."""
        self._claims.put_back(unstarted.jobs)
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
            self._retry(self._leave_nothing)
        except Exception as failure:
            left = [*([self._in_make] if self._in_make else []), *self._claims.deferred]
            names = "; ".join(str(key_of(job.key)) for job in left) or "Keys of this worker"
            raise StoppedError(f"{names} may be left reserved: {format_error(failure)}") from None

    def _leave_nothing(self) -> None:
        self._end_transaction()
        self._claims.release_deferred()

    def _retry(self, ask: Callable[[], Answer]) -> Answer:
        return retry_until_available(ask, self._signals, lambda: connect_again(self._table))

    def _or_stop(self, ask: Callable[[], Answer], trouble: str) -> Answer:
        """Return what `ask` returns. Raises StoppedError, which begins with `trouble`, when it fails."""
        try:
            return ask()
        except Exception as failure:
            self._leave_if_interrupted()
            raise StoppedError(f"{trouble}: {format_error(failure)}") from None

    def _retry_while_refused(self, ask: Callable[[], None]) -> None:
        retry_while_refused(ask, self._signals)

    def _may_go_on(self) -> bool:
        is_over = self._signals.received is not None or self._options.time_is_up
        return not is_over and not self._retries.is_pause_due

    def _leave_if_interrupted(self) -> None:
        if self._signals.received is not None:
            raise InterruptedRunError(self._signals.received)
