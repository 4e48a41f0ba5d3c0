"""Failures apart from what was stopped, and from what passes."""

import pytest

from jobs.listing.failures.kinds import Kind, kind_of


@pytest.mark.parametrize(
    "message",
    ["KeyboardInterrupt", "KeyboardInterrupt: ", "SystemExit: SIGTERM received", "SystemExit: SIGUSR1 received"],
)
def test_what_somebody_stopped_is_interrupted(message: str) -> None:
    assert kind_of(message) == Kind.INTERRUPTED


@pytest.mark.parametrize(
    "message",
    [
        "OperationalError: (1213, 'Deadlock found when trying to get lock; try restarting transaction')",
        "pymysql.err.OperationalError: (1205, 'Lock wait timeout exceeded; try restarting transaction')",
        "InternalError: 1213 (40001): Deadlock found when trying to get lock",
        "OperationalError: (1040, 'Too many connections')",
        "OperationalError: (2055, \"Lost connection to server at 'reading authorization packet', system error: 11\")",
        "InternalError: (1021, 'Disk full (/tmp/#sql); waiting for someone to free some space')",
        "LostConnectionError: Connection was lost during a transaction.",
        "ConnectionResetError: [Errno 104] Connection reset by peer",
        "OSError: [Errno 28] No space left on device: '/scratch/a.npy'",
        "OSError: [Errno 122] Disk quota exceeded",
        "OSError: Can't write data (file write failed: time = Mon\n, errno = 28, error message = 'No space left')",
    ],
)
def test_what_passes_is_transient(message: str) -> None:
    assert kind_of(message) == Kind.TRANSIENT


@pytest.mark.parametrize(
    "message",
    [
        "",
        "no exception: (1213, 'Deadlock')",
        "ValueError: (1213, 'not of a server')",
        "ValueError: SystemExit: SIGTERM received",
        "SystemExit: 1",
        "OperationalError: (12130, 'another number')",
        "OperationalError: (1054, \"Unknown column 'a' in 'field list'\")",
        "OSError: [Errno 2] No such file or directory: 'errno'",
        "KeyError: 'KeyboardInterrupt'",
    ],
)
def test_all_else_has_failed(message: str) -> None:
    assert kind_of(message) == Kind.FAILED
