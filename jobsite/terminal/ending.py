"""How does a command end? With an exit status for scripts, and one sentence about what went wrong."""

import errno
import os
import signal
import sys
from collections.abc import Callable
from typing import NoReturn

from django.core.management.base import CommandError

from jobsite.lab.explanations import explain
from jobsite.one_line import line_logger, printable

UNWRITTEN = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""What a write may fail with (POSIX, write); of a file that is named, it is not the output."""
DONE, NOT_DONE, WRONG_INPUT = 0, 1, 2
KILLED_BY = 128
"""Added to a signal's number, as shells do (POSIX, "Exit Status for Commands")."""
STATUSES = """\
Exit status: 0 done, or nothing to do; 1 something was not done or could not be read; 2 wrong input and nothing
done; 130 ended by Ctrl-C. Standard output has what was asked for; all else is said on standard error."""


class WrongInputError(Exception):
    """What was written on the command line cannot be done; the message says why, in a sentence."""


class NotDoneError(Exception):
    """Something was not done or could not be read; the message says why, in a sentence."""


def end_with_status_of(work: Callable[[], int]) -> NoReturn:
    """Do the work of a command, and leave the process with the status that it returns.

    Raises CommandError, which Django writes in one line, for wrong input and for whatever the lab's server refuses.
    """
    if sys.stderr.isatty():
        line_logger("jobsite.activity").setLevel("WARNING")  # what was done, the terminal says already
    try:
        status = work()
        sys.stdout.flush()
    except BrokenPipeError:  # nobody reads any more, as after `| head`
        _forget_output()
        status = KILLED_BY + signal.SIGPIPE
    except KeyboardInterrupt:
        sys.stderr.write("\nEnded by Ctrl-C.\n")
        status = KILLED_BY + signal.SIGINT
    except WrongInputError as error:
        raise CommandError(printable(str(error), sys.stderr), returncode=WRONG_INPUT) from None
    except Exception as error:  # what the server refuses is said in one sentence; all else is raised again
        sentence = _sentence(error)
        if not sentence:
            raise
        raise CommandError(printable(sentence, sys.stderr), returncode=NOT_DONE) from None
    sys.exit(status)


def _sentence(error: Exception) -> str:
    """Return what a person is told of an error; '' for one that nobody foresaw."""
    if isinstance(error, OSError):
        why = error.strerror or str(error)
        if error.errno in UNWRITTEN and error.filename is None:
            _forget_output()
            return f"{why}: not all was written."
        return f"{why}: {error.filename}." if error.filename else f"{why}."
    return str(error) if isinstance(error, NotDoneError) else explain(error)


def _forget_output() -> None:
    """Let Python write at its end what it could not write, where nobody sees it: it would complain once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
