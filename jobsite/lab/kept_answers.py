"""What stays true when something is changed on the lab's server, kept for all processes of the site for some minutes.

It lies beside the shared answers (jobsite.lab.shared_answers), which are forgotten after an act: this is not.
"""

from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.cache import caches

from jobsite.lab.shared_answers import OLD_S, is_shared


def keep(name: str, answer: object) -> None:
    """Keep an answer under a name that says all that it depends on; nothing where none is shared."""
    if is_shared():
        try:
            caches["lab"].set(_key(name), answer, timeout=OLD_S)
        except OSError:  # a full disk: it is read anew
            return


def kept(name: str) -> Any | None:
    """Return the last answer that was kept; None where there is none."""
    try:
        return caches["lab"].get(_key(name)) if is_shared() else None
    except Exception:  # written by another version, or cut off on a full disk: as if it were not there
        return None


def _key(name: str) -> str:
    return "kept-" + sha256(f"{settings.LAB.name}\0{settings.LAB.user}\0{name}".encode()).hexdigest()
