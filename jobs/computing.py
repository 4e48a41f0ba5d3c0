"""How are the keys of one table computed in this process? By DataJoint's own populate(), watched key by key.

Another way to choose and reserve takes the place of `compute`: whoever calls it gives keys and hears outcomes.
DataJoint is never imported here; its tables come as they are, untyped.
"""

import os
import platform
import signal
import traceback
from collections.abc import Callable

from jobs.interrupts import Interrupts
from jobs.keys import key_hash, key_of
from jobs.outcomes import InterruptedRunError, Key, Options, Outcome, StoppedError, Untyped, said

Tell = Callable[[Outcome], None]


def compute(table: Untyped, keys: list[Key], options: Options, tell: Tell, interrupts: Interrupts) -> None:
    """Compute `keys` of `table` in their order, and tell the outcome of each.

    Raises InterruptedRunError after a signal, StoppedError when a failure ends the run, in both cases with every
    reservation of ours recorded.
    """
    try:
        with _Watch(table, options, tell, interrupts) as watch:
            table.populate(
                keys=keys,
                reserve_jobs=options.reserve,
                suppress_errors=True,
                return_exception_objects=True,
                make_kwargs=dict(options.make_kwargs),
            )
    except (KeyboardInterrupt, SystemExit):  # between two keys, or from DataJoint's own handler before the first
        raise InterruptedRunError(interrupts.received or signal.SIGTERM) from None
    finally:
        interrupts.install()
    watch.tell_untried(keys)


class _Watch:
    """Stands before `_populate1` of one table instance.

    populate() has no hook for each key, and after SIGINT goes on with the next one (0.14.10, autopopulate.py); both
    pass through `_populate1`. The instance's attribute hides the class's method for this run and no other.
    """

    def __init__(self, table: Untyped, options: Options, tell: Tell, interrupts: Interrupts) -> None:
        self._table = table
        self._options = options
        self._tell = tell
        self._interrupts = interrupts
        self._tried: set[int] = set()
        self._populate1 = table._populate1
        self._commit = table.connection.commit_transaction

    def __enter__(self) -> "_Watch":
        self._table._populate1 = self._one
        self._table.connection.commit_transaction = self._held_commit
        return self

    def __exit__(self, *exception: object) -> None:
        del self._table._populate1, self._table.connection.commit_transaction

    def tell_untried(self, keys: list[Key]) -> None:
        """Tell of keys that populate() left out: another worker took them since they were chosen."""
        for key in keys:
            if id(key) not in self._tried:
                self._tell(Outcome(key, "skipped"))

    def _one(self, key: Key, jobs: Untyped, **how: Untyped) -> Untyped:
        self._interrupts.install()
        held_jobs = None if jobs is None else _HeldJobs(jobs, self._interrupts)
        with self._interrupts.held():
            self._tried.add(id(key))
            status = self._attempt(key, held_jobs, how)
            outcome = _outcome(key, status)
            self._tell(outcome)
        self._leave_after(outcome)
        return status

    def _held_commit(self) -> None:
        with self._interrupts.held():
            self._commit()

    def _attempt(self, key: Key, jobs: Untyped, how: dict[str, Untyped]) -> Untyped:
        status: Untyped = None
        try:
            with self._interrupts.let_through():
                status = self._populate1(key, jobs, **how)
        except BaseException as error:  # SystemExit, which DataJoint records and raises again, or outside of its try
            if status is None:
                self._settle(key, jobs, error, traceback.format_exc())
                status = key, error
        return status

    def _settle(self, key: Key, jobs: Untyped, error: BaseException, stack: str) -> None:
        """Leave no transaction open and no reservation of ours behind. Raises StoppedError when the server is gone."""
        try:
            if self._table.connection.in_transaction:
                self._table.connection.cancel_transaction()
            if jobs is not None:
                jobs.settle(self._table, key, error, stack)
        except Exception as failure:
            self._tell(Outcome(key, "failed", said(error)))
            raise StoppedError(f"{key_of(key)} may be left reserved: {said(failure)}") from None

    def _leave_after(self, outcome: Outcome) -> None:
        if self._interrupts.received is not None:
            raise InterruptedRunError(self._interrupts.received)
        if outcome.status == "failed" and self._options.stop_on_error:
            raise StoppedError


class _HeldJobs:
    """DataJoint's jobs table, with signals waiting while one of its rows is written."""

    def __init__(self, jobs: Untyped, interrupts: Interrupts) -> None:
        self._jobs = jobs
        self._interrupts = interrupts

    def reserve(self, table_name: str, key: Key) -> bool:
        with self._interrupts.held():
            reserved = bool(self._jobs.reserve(table_name, key))
        if reserved:
            self._interrupts.raise_received()
        return reserved

    def complete(self, table_name: str, key: Key) -> None:
        with self._interrupts.held():
            self._jobs.complete(table_name, key)

    def error(self, table_name: str, key: Key, error_message: str, error_stack: str | None = None) -> None:
        with self._interrupts.held():
            try:
                self._jobs.error(table_name, key, error_message, error_stack)
            except Exception:  # a latin1 table takes no emoji; DataJoint would leave the reservation behind
                if error_message.isascii():
                    raise
                self._jobs.error(table_name, key, _ascii(error_message), error_stack)

    def settle(self, table: Untyped, key: Key, error: BaseException, stack: str) -> None:
        """Release a reservation that is still ours when the key was computed after all, else make it an error."""
        name, job_key = table.target.table_name, table._job_key(key)
        if not self._is_still_ours(table.connection, name, job_key):
            return
        if key in table.target:
            self.complete(name, job_key)
        else:
            self.error(name, job_key, said(error), stack)

    def _is_still_ours(self, connection: Untyped, table_name: str, job_key: Key) -> bool:
        ours = {
            "table_name": table_name,
            "key_hash": key_hash(job_key),
            "status": "reserved",
            "host": platform.node(),
            "pid": os.getpid(),
            "connection_id": connection.connection_id,
        }
        return bool(self._jobs & ours)


def _ascii(text: str) -> str:
    return text.encode("ascii", "backslashreplace").decode()


def _outcome(key: Key, status: Untyped) -> Outcome:
    """Read what `_populate1` returns: True, False, or the key with its error."""
    if isinstance(status, tuple):
        return Outcome(key, "failed", said(status[1]))
    return Outcome(key, "done" if status is True else "skipped")
