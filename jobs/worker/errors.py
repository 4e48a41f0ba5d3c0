"""What is the traceback of an error in make? From the lab's make on, to the lab's own last line.

How we came there, how a signal came to us, and that we look at statements, is nothing that the lab could mend.
"""

import traceback
from collections.abc import Iterator

from jobs.worker import signals
from jobs.worker.dj import inserts


def stack_of(error: BaseException) -> str:
    """Return the traceback of an error that ended make, as Python writes it."""
    trace = error.__traceback__
    while trace and trace.tb_next and trace.tb_frame.f_globals.get("__name__", "").startswith("jobs."):
        trace = trace.tb_next
    told = traceback.TracebackException(type(error), error, trace)
    for one in _chain(told):
        one.stack[:] = [frame for frame in one.stack if frame.filename != inserts.__file__]
        while one.stack and one.stack[-1].filename == signals.__file__:
            one.stack.pop()
    return "".join(told.format())


def _chain(told: traceback.TracebackException | None) -> Iterator[traceback.TracebackException]:
    while told:
        yield told
        told = told.__cause__ or told.__context__
