"""What does a worker do while the lab's server is gone or takes no writes? It says so, waits, and goes on."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from jobs.worker.log import worker_logger
from jobs.worker.server_errors import is_gone, is_temporary, keeps_transaction, no_writes_reason
from jobs.worker.signals import Signals
from jobsite.lab.errors import is_full

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
# After a signal, a worker tries for so long to leave nothing reserved: a server restarts in a second or two.
LAST_TRIES_S, LAST_PAUSE_S = 5.0, 1.0
# A key whose make is refused each time may be what fills the disk: then it is an error, as one of make's own.
MOST_TRIES = 6
# A result waits this long in its transaction for a server that takes no writes: another one may have taken its place.
RESULT_KEPT_S = 600.0
Answer = TypeVar("Answer")
log = worker_logger(__name__)


class Backoff:
    """Pauses of a worker, each twice as long as the one before; a signal ends each."""

    def __init__(self, signals: Signals) -> None:
        """The first is the shortest."""
        self._signals = signals
        self._next_s = FIRST_PAUSE_S
        self._has_said_full = False

    def wait(self, error: BaseException) -> None:
        """Say why the server is not available, and pause; after a signal, which has ended the pauses, shortly."""
        is_last = self._signals.received is not None
        pause_s = LAST_PAUSE_S if is_last else self._next_s
        if is_full(error):
            self._say_full(error)
            pause_s = random.uniform(pause_s / 2, pause_s)  # noqa: S311  no secret: many wait for the same connection
        else:
            log.warning("The lab's server %s (%s); trying again in %d s.", _reason(error), error, pause_s)
        if is_last:
            time.sleep(pause_s)
            return
        self._signals.wait(pause_s)
        self._next_s = min(self._next_s * 2, LONGEST_PAUSE_S)

    def reset(self) -> None:
        """The server is available again: the next pause is the shortest."""
        self._next_s = FIRST_PAUSE_S

    def _say_full(self, error: BaseException) -> None:
        """Say it once: somebody else's run may take hours to end."""
        if not self._has_said_full:
            log.warning("The lab's server has no connection left (%s); waiting for one.", error)
        self._has_said_full = True


def retry_until_available(
    ask: Callable[[], Answer], signals: Signals, reconnect: Callable[[], None] = lambda: None
) -> Answer:
    """Return what `ask` returns, once the server answers, takes writes and is not busy.

    `ask` must be complete in itself, as it may be called again. After a refused write, `reconnect` comes before the
    next try: the server's name may mean another one by now, and a session that began read-only remains so. Raises what
    else `ask` raises; a signal ends the waiting.
    """
    return _retry(ask, signals, is_temporary, reconnect)


def retry_while_full(ask: Callable[[], Answer], signals: Signals) -> Answer:
    """Return what `ask` returns, once the server has a connection left. Raises what else it raises."""
    return _retry(ask, signals, is_full)


def retry_to_leave_nothing(ask: Callable[[], Answer], signals: Signals, reconnect: Callable[[], None]) -> Answer:
    """Return the same of what ends a reservation: a signal ends the waiting after LAST_TRIES_S only."""
    return _retry(ask, signals, is_temporary, reconnect, LAST_TRIES_S)


def retry_statement(ask: Callable[[], Answer], signals: Signals, is_kept: Callable[[], bool]) -> Answer:
    """Return what `ask` returns, inside a transaction: only what leaves the transaction as it was is tried again.

    `is_kept` says whether what was written is still there: a COMMIT that waits for a backup and is then ended rolls it
    back, and so does one on a read-only server, and a lock that was waited for too long where
    innodb_rollback_on_timeout is set (MySQL manual).
    """
    until_s = time.monotonic() + RESULT_KEPT_S

    def can_retry(error: BaseException) -> bool:
        is_refused = bool(no_writes_reason(error)) and time.monotonic() < until_s
        return (is_refused or keeps_transaction(error)) and is_kept()

    return _retry(ask, signals, can_retry)


def retry_while_refused(ask: Callable[[], Answer], signals: Signals) -> Answer:
    """Return what `ask` returns, after MOST_TRIES at most while the server takes no writes. Raises what it raises."""
    tries = iter(range(1, MOST_TRIES))
    return _retry(ask, signals, lambda error: bool(no_writes_reason(error)) and next(tries, None) is not None)


def _retry(
    ask: Callable[[], Answer],
    signals: Signals,
    can_retry: Callable[[BaseException], bool],
    reconnect: Callable[[], None] = lambda: None,
    after_signal_s: float = 0.0,
) -> Answer:
    backoff, is_refused = None, False
    while True:
        try:
            if is_refused:
                reconnect()
            return ask()
        except Exception as error:
            if not can_retry(error) or signals.has_passed(after_signal_s):
                raise
            backoff = backoff or Backoff(signals)
            is_refused = bool(no_writes_reason(error))
            backoff.wait(error)


def _reason(error: BaseException) -> str:
    if is_gone(error):
        return "does not answer"
    why = no_writes_reason(error)
    return f"takes no writes: {why}" if why else "is busy"
