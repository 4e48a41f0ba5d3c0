"""How does a lab's make write to the terminal it runs in? In each of these ways."""

import ctypes
import logging
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Mapping

LIBC = ctypes.CDLL(None)
PART_S = 0.06


def in_parts(text: str) -> None:
    """Write a line as one does who shows that something goes on."""
    for character in text:
        print(character, end="", flush=True)
        time.sleep(PART_S)
    print()


def over_itself(text: str) -> None:
    """Write a line again and again, as a bar of make's own does."""
    for share in range(0, 101, 20):
        print(f"\r{share:3d}% {text}", end="", flush=True)
        time.sleep(PART_S)
    print()


def by_c(text: str) -> None:
    """Write as a library does that is written in C."""
    LIBC.puts(text.encode())
    LIBC.fflush(None)


WAYS: Mapping[str, Callable[[str], object]] = {
    "print": print,
    "logging": lambda text: logging.getLogger("a.lab").warning(text),
    "warnings": lambda text: warnings.warn(text, stacklevel=2),
    "standard error": lambda text: sys.stderr.write(f"{text}\n"),
    "descriptor 1": lambda text: os.write(1, f"{text}\n".encode()),
    "descriptor 2": lambda text: os.write(2, f"{text}\n".encode()),
    "program": lambda text: subprocess.run(["/bin/echo", text], check=True),
    "C": by_c,
    "in parts": in_parts,
    "over itself": over_itself,
}
