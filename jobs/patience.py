"""What does a worker do while the lab's server is gone? It says so, waits longer and longer, and goes on."""

import logging
from collections.abc import Callable
from typing import TypeVar

from jobs.interrupts import Interrupts

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
# MySQL manual, "Client Error Message Reference": cannot connect, gone, lost; "Server ...": too many, shutting down.
GONE = {2002, 2003, 2006, 2013, 1040, 1053, 1927, 4031}
# Lock wait timeout, interrupted, and both families' time limits: the statement is lost, its transaction goes on.
HELD_UP = {1205, 1317, 1969, 3024}
DEADLOCK = 1213
# No privilege on a schema, a table, a column (MySQL manual, "Server Error Message Reference").
DENIED = {1044, 1142, 1143}
Answer = TypeVar("Answer")
log = logging.getLogger(__name__)


def until_it_answers(ask: Callable[[], Answer], interrupts: Interrupts) -> Answer:
    """Return what `ask` returns, once the server answers and is not held up. `ask` must be whole in itself.

    Raises what else it raises; a signal ends the waiting.
    """
    return _until(ask, interrupts, lambda error: is_gone(error) or is_busy(error))


def while_held_up(ask: Callable[[], Answer], interrupts: Interrupts, stands: Callable[[], bool]) -> Answer:
    """Return what `ask` returns, inside a transaction: only what leaves the transaction as it was is tried again.

    `stands` says whether what it wrote is still there: a COMMIT that is held up by a backup and then ended rolls it
    back, and so does a lock that was waited for too long where innodb_rollback_on_timeout is set (MySQL manual).
    """
    return _until(ask, interrupts, lambda error: _number(error) in HELD_UP and stands())


def _until(ask: Callable[[], Answer], interrupts: Interrupts, passes: Callable[[BaseException], bool]) -> Answer:
    pause_s = FIRST_PAUSE_S
    while True:
        try:
            return ask()
        except Exception as error:
            if not passes(error) or interrupts.received is not None:
                raise
            how = "does not answer" if is_gone(error) else "is held up"
            log.warning("The lab's server %s (%s); trying again in %d s.", how, error, pause_s)
        interrupts.wait(pause_s)
        pause_s = min(pause_s * 2, LONGEST_PAUSE_S)


def is_gone(error: BaseException) -> bool:
    """Say whether an error, DataJoint's or PyMySQL's, means that the server or the way to it is gone."""
    return type(error).__name__ == "LostConnectionError" or _number(error) in GONE


def is_busy(error: BaseException) -> bool:
    """Say whether somebody else's lock or a limit of time stood in the way."""
    return _number(error) in {*HELD_UP, DEADLOCK}


def is_denied(error: BaseException) -> bool:
    """Say whether the account lacks a privilege, which no waiting gives it."""
    return type(error).__name__ == "AccessError" or _number(error) in DENIED


def _number(error: BaseException) -> int:
    number = error.args[0] if error.args else 0
    return number if isinstance(number, int) else 0
