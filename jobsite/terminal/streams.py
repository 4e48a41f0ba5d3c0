"""Standard streams that were closed from the start, as by `>&-`: Python has None for each of them."""

import os
import sys


def open_closed_streams() -> None:
    """Open what is closed on the null device, before a file or a connection gets its number."""
    if sys.stdin is None:
        sys.stdin = open(os.devnull)  # noqa: SIM115  it stays open
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115
