"""What does a worker do while the lab's server is gone? It says so, waits longer and longer, and goes on."""

import logging
from collections.abc import Callable
from typing import TypeVar

from jobs.interrupts import Interrupts

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
# MySQL manual, "Client Error Message Reference": cannot connect, gone, lost; "Server ...": too many, shutting down.
GONE = {2002, 2003, 2006, 2013, 1040, 1053, 1927, 4031}
Answer = TypeVar("Answer")
log = logging.getLogger(__name__)


def until_it_answers(ask: Callable[[], Answer], interrupts: Interrupts) -> Answer:
    """Return what `ask` returns, once the server answers. Raises what else it raises; a signal ends the waiting."""
    pause_s = FIRST_PAUSE_S
    while True:
        try:
            return ask()
        except Exception as error:
            if not is_gone(error) or interrupts.received is not None:
                raise
            log.warning("The lab's server does not answer (%s); trying again in %d s.", error, pause_s)
        interrupts.wait(pause_s)
        pause_s = min(pause_s * 2, LONGEST_PAUSE_S)


def is_gone(error: BaseException) -> bool:
    """Say whether an error, DataJoint's or PyMySQL's, means that the server or the way to it is gone."""
    number = error.args[0] if error.args else None
    return type(error).__name__ == "LostConnectionError" or number in GONE
