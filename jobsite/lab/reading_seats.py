"""Who may read an answer that others wait for: one at a time, and a few more where that one takes too long.

A file is locked for each seat, so that it holds for all processes of the site; one that is killed lets go.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from pathlib import Path

LOCKS = 1024
"""Files by which one reading waits for another. Two readings may share one, and only wait longer."""
SEATS = 5
"""How many may read the same at a time: four whose connections are stuck, and one whose connection is not."""
_held: ContextVar[frozenset[int]] = ContextVar("held", default=frozenset())
"""The locks of the readings under way here: one may ask for another, and the two may share a file."""


@contextmanager
def one_seat(folder: Path, key: str, among: int) -> Iterator[bool]:
    """Say whether one of the first so many seats was free, which is taken until the block ends."""
    with ExitStack() as taken:
        yield any(_is_taken(folder, number, taken) for number in _numbers(key, among))


@contextmanager
def all_seats(folder: Path, key: str) -> Iterator[bool]:
    """Say whether all seats were free, which are taken until the block ends."""
    with ExitStack() as taken:
        are_taken = all(_is_taken(folder, number, taken) for number in _numbers(key, SEATS))
        if not are_taken:
            taken.close()
        yield are_taken


def _numbers(key: str, among: int) -> Sequence[int]:
    """Return the files of a key's seats; `key` is at least SEATS * 8 hexadecimal digits."""
    return [int(key[8 * seat : 8 * (seat + 1)], 16) % LOCKS for seat in range(among)]


def _is_taken(folder: Path, number: int, taken: ExitStack) -> bool:
    """Take a seat, and say whether that was possible; `taken` gives it back."""
    if number in _held.get():
        return True
    try:
        lock = os.open(folder / f"lock-{number}", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return True  # nothing can be kept either
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return False
    taken.callback(os.close, lock)
    token = _held.set(_held.get() | {number})
    taken.callback(_held.reset, token)
    return True
