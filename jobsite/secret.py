"""What does the site keep in its own folder, where only its owner can read it?

The key that signs its cookies, made on first run, and its database where that is a SQLite file.
"""

import os
from contextlib import suppress
from pathlib import Path

from django.core.management.utils import get_random_secret_key


def secret_key(path: Path) -> str:
    """Return the key kept in `path`, making file (mode 0600) and folder (0700) first when they are not there.

    Two processes may start at once: whoever links the file first wins, and both read the same key.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(get_random_secret_key())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="utf-8")


def keep_private(path: Path) -> None:
    """Let only its owner read the SQLite file `path` and those beside it, and make it first when it is not there.

    SQLite gives its journals the rights of the file (SQLite, os_unix.c). A folder that has to be made is private too.
    One that is there, and files of somebody else, stay as they are.
    """
    with suppress(OSError):  # SQLite will say why it cannot use the file
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file in (path, *path.parent.glob(f"{path.name}-*")):
        with suppress(OSError):
            file.touch(mode=0o600, exist_ok=True)
            file.chmod(0o600)
