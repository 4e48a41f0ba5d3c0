"""Who may begin an export? One at a time for each person, and a few for all, so that pages keep the site's threads.

A lock on a file counts for all processes of the site, and whoever ends, or is killed, lets go of it.
"""

import fcntl
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from jobsite.lab.shared_folder import is_private

MOST = 4
"""Exports at a time: each takes a thread of the site and a connection to the lab's server while it lasts."""
ANOTHER = "Another export of yours is under way: wait until it has ended, or end it in your browser."
TOO_MANY = f"{MOST} exports are under way, and the site does no more at a time: try again in a while."


class NoTurnError(Exception):
    """The export has to wait; the message says for what in a sentence."""


class Turn:
    """The right to one export, until it is given back."""

    def __init__(self, locks: Sequence[int]) -> None:
        """`locks` are descriptors of files that are locked."""
        self._locks = list(locks)

    def give_back(self) -> None:
        """Let others have it; a second time changes nothing."""
        while self._locks:
            os.close(self._locks.pop())


def take_turn(person: object) -> Turn:
    """Return a turn for the person with this id. Raises NoTurnError."""
    folder = Path(settings.SHARED_FOLDER)
    try:
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700, parents=True)
        if not is_private(folder):
            return Turn([])
        own = _lock(folder / f"export-of-{person}")
    except OSError:  # where nothing can be written, nobody is counted
        return Turn([])
    if own is None:
        raise NoTurnError(ANOTHER)
    try:
        return Turn([own, _free_place(folder)])
    except OSError:  # as above, and the person is counted all the same
        return Turn([own])
    except NoTurnError:
        os.close(own)
        raise


def _free_place(folder: Path) -> int:
    """Return the locked file of one of the MOST places. Raises NoTurnError, and OSError where it cannot be opened."""
    for number in range(MOST):
        if (place := _lock(folder / f"export-{number}")) is not None:
            return place
    raise NoTurnError(TOO_MANY)


def _lock(file: Path) -> int | None:
    """Return the descriptor of the file, locked; None where somebody else has the lock."""
    found = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(found)
        return None
    return found
