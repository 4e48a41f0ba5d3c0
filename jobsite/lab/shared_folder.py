"""Where does what viewers share lie, so that nobody else on the machine reads or writes it?"""

import os
import stat
from contextlib import suppress
from hashlib import sha256
from pathlib import Path


def shared_folder(home: Path, memory: Path = Path("/dev/shm")) -> Path:  # noqa: S108  checked to be our own
    """Return where the processes of the site keep for a moment what they have read of the lab's server.

    In memory, where the system has a place for it: statements may hold passwords, which belong on no disk. Where
    somebody else has taken that place, or there is none, under `home`.
    """
    ours = memory / f"jobsite-{os.geteuid()}-{sha256(str(home.resolve()).encode()).hexdigest()[:16]}"
    with suppress(OSError):
        with suppress(FileExistsError):
            ours.mkdir(mode=0o700)
        if is_private(ours):
            return ours
    return home / "shared"


def is_private(folder: Path) -> bool:
    """Say whether it is a folder of our own where nobody else may look or write. Raises OSError."""
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077
