"""How does a worker say what is no line of its report, such as that it waits for the server? By Python's logging.

Where the lab's code has set up no logging, Python writes it to standard error, bare: then it begins with the time, as
the lines of a report do in a log file.
"""

import logging
import sys
import time
from functools import partial

from jobsite.one_line import line_logger

DAY_AND_TIME = "%Y-%m-%d %H:%M:%S"


def worker_logger(name: str) -> logging.Logger:
    """Return the logger of that name."""
    found = line_logger(name)
    found.addFilter(partial(_begin_with_time, found))
    return found


def _begin_with_time(log: logging.Logger, record: logging.LogRecord) -> bool:
    if not log.hasHandlers() and not sys.stderr.isatty():
        record.msg = f"{time.strftime(DAY_AND_TIME, time.localtime(record.created))} {record.msg}"
    return True
