"""What does a failure say of the code? It failed by itself, or was stopped, or missed its server for a moment."""

import re
from enum import Enum

from jobsite.lab import errors


class Kind(Enum):
    """Why a job failed, as far as its exception tells."""

    FAILED = "failed"
    INTERRUPTED = "interrupted"
    TRANSIENT = "transient"


STOPPED = frozenset({"KeyboardInterrupt"})
STOPPED_BY_SIGNAL = re.compile(r"SystemExit: SIG[A-Z0-9]+ received", re.ASCII)
"""How DataJoint tells that a worker was stopped (DataJoint 0.14.10, autopopulate.py, populate)."""
LOST = frozenset({"LostConnectionError", "ConnectionResetError", "ConnectionAbortedError"})
"""DataJoint's name for a connection that is gone (DataJoint 0.14.10, errors.py), and Python's two."""

NUMBER = re.compile(r"\(?([0-9]{4})\b", re.ASCII)
"""How a driver begins a message: `(1213, 'Deadlock found ...')`, `1213 (40001): Deadlock found ...`."""
PASSING = frozenset(
    {
        *(errors.Kind.GONE, errors.Kind.LATE, errors.Kind.USED_UP, errors.Kind.LOCKED, errors.Kind.DEADLOCK),
        *(errors.Kind.NO_ROOM, errors.Kind.TABLE_FULL),
    }
)
"""Errors of the server that are over when it is back, or has room, or others have done their part."""
DRIVERS = frozenset({"OperationalError", "InternalError", "InterfaceError", "DatabaseError", "QueryError"})
"""The exceptions of PEP 249 that tell of a server's state, and DataJoint's."""
DISK_FULL = re.compile(r"\[Errno (?:28|122)\]|.*\berrno = (?:28|122)\b", re.ASCII | re.DOTALL)
"""ENOSPC and EDQUOT of Linux (errno(3)), as Python and HDF5 tell them."""


def kind_of(message: str) -> Kind:
    """Return the kind of a failure by its message, which begins with its exception, as DataJoint stores it."""
    exception, _, text = message.partition(": ")
    exception = exception.strip().rpartition(".")[2]
    if exception in STOPPED or STOPPED_BY_SIGNAL.match(message):
        return Kind.INTERRUPTED
    is_disk_full = exception == "OSError" and DISK_FULL.match(text)
    is_passing = exception in LOST or is_disk_full or (exception in DRIVERS and _passes(text))
    return Kind.TRANSIENT if is_passing else Kind.FAILED


def _passes(text: str) -> bool:
    """Say whether the message of a driver begins with the number of an error that passes."""
    found = NUMBER.match(text)
    kind, _ = errors.ERRORS.get(int(found[1]) if found else 0, (None, ""))
    return kind in PASSING
