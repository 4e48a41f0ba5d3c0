"""Does a process run on the machine where this one runs? The server tells of connections alone."""

import os
import platform
from pathlib import Path

STAT = "/proc/{}/stat"
"""Linux alone has it (proc_pid_stat(5)); its state follows the name, which stands in brackets."""
ENDED = ("Z", "X")


def runs_here(host: str, pid: int) -> bool:
    """Say whether this machine is called `host` and has a process `pid`; one that was killed does not run."""
    return pid > 0 and host == platform.node() and _is_there(pid) and not _has_ended(pid)


def _is_there(pid: int) -> bool:
    """Ask the system (POSIX, kill: signal 0 is sent to nobody)."""
    try:
        os.kill(pid, 0)
    except PermissionError:  # it is another account's
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return True


def _has_ended(pid: int) -> bool:
    """Say whether the process is one that its parent has not waited for yet, where the system tells."""
    try:
        return Path(STAT.format(pid)).read_text(errors="replace").rpartition(") ")[2][:1] in ENDED
    except OSError:
        return False
