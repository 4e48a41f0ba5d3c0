"""How is an error written down? In DataJoint's words, with the traceback of the lab's own code, cut to fit its row.

A traceback begins at the lab's make and ends at the lab's last line. The frames of Jobsite before, between and
after are left out: there is nothing in them that the lab could correct. In a cluster's job, its id and log stand above.
"""

import traceback
from collections.abc import Iterator

from jobs.cluster.this_job import current_job
from jobs.worker import signals
from jobs.worker.dj import inserts

MESSAGE_CHARS = 2047
TRUNCATED = "...truncated"  # DataJoint 0.14.10, jobs.py
# max_allowed_packet may be 1 MB; the column of schemas made long ago is a BLOB of 64 kB.
LONGEST_STACK, SHORT_STACK = 400_000, 20_000
BELOW_HEADING = ("Traceback ", "  + Exception Group", "(")
"""How the line may begin that stands below the heading of a stack: a traceback (CPython, traceback.py), or a cut."""


def format_error(error: BaseException) -> str:
    """Return an error in the words DataJoint stores: `ValueError: the trace is empty` (0.14.10, autopopulate.py)."""
    try:
        text = str(error)
    except Exception:  # a lab's own exception may fail at this
        text = "(what it says could not be read)"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def server_sentence(error: Exception) -> str:
    """Return the server's own sentence: a number stands before it, or the whole query behind it."""
    if not type(error).__module__.startswith(("datajoint", "pymysql")):
        return format_error(error)
    words = [arg for arg in error.args if isinstance(arg, str) and arg != "Insufficient privileges."]
    return words[0].rstrip(".") if words else format_error(error)


def cut_message(message: str) -> str:
    """Return what DataJoint stores of a message."""
    return message if len(message) <= MESSAGE_CHARS else message[: MESSAGE_CHARS - len(TRUNCATED)] + TRUNCATED


def cut_stack(stack: str, most: int) -> str:
    """Return the end of a stack, where the exception is, and its heading: a server takes no statement of any size."""
    if len(stack) <= most:
        return stack
    heading, newline, rest = stack.partition("\n")
    if not rest.startswith(BELOW_HEADING):
        heading, newline, rest = "", "", stack
    kept = max(0, most - len(heading))
    return f"{heading}{newline}({len(rest) - kept} characters cut)\n{rest[len(rest) - kept :]}"


def in_ascii(text: str) -> str:
    """Return the text with everything else escaped, also halves of surrogate pairs, which no character set stores."""
    return text.encode("ascii", "backslashreplace").decode()


def stack_of(error: BaseException) -> str:
    """Return the traceback of an error that ended make, as Python writes it, below the heading of a cluster's job."""
    trace = error.__traceback__
    while trace and trace.tb_next and trace.tb_frame.f_globals.get("__name__", "").startswith("jobs."):
        trace = trace.tb_next
    written = traceback.TracebackException(type(error), error, trace)
    for each in _chain(written):
        each.stack[:] = [frame for frame in each.stack if frame.filename != inserts.__file__]
        while each.stack and each.stack[-1].filename == signals.__file__:
            each.stack.pop()
    job = current_job()
    return "".join([f"{job.heading}\n" if job else "", *written.format()])


def _chain(error: traceback.TracebackException | None) -> Iterator[traceback.TracebackException]:
    """Yield an exception, and those that it came from."""
    while error:
        yield error
        error = error.__cause__ or error.__context__
