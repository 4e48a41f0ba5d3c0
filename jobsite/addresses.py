"""Under which addresses do browsers find the site, and what are its cookies called there?"""

import re
from collections.abc import Sequence
from hashlib import sha256
from urllib.parse import urlsplit

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
"""By these a proxy on the same machine asks, unless it passes the browser's Host on: they are always known."""


def read_hosts(text: str) -> list[str]:
    """Return the names that stand in `text`, between commas or blanks, and those of the machine itself.

    A name may be written as an address, or with a port: both are left out. Raises ValueError with one sentence.
    """
    return list(dict.fromkeys([*map(_read_host, filter(None, re.split(r"[,\s]+", text))), *LOOPBACK]))


def _read_host(written: str) -> str:
    try:
        host = urlsplit(written if "//" in written else f"//{written}").hostname
    except ValueError:
        host = None
    if not host:
        raise ValueError(f"JOBSITE_ALLOWED_HOSTS names {written!r}, which is not the name of a host.")
    return f"[{host}]" if ":" in host else host


def read_path(text: str) -> str:
    """Return the path below which the site is found, as `/jobsite`; '' where it has a host for itself."""
    path = text.strip().strip("/")
    return f"/{path}" if path else ""


def cookie_name(word: str, *site: str) -> str:
    """Return the name of a cookie of the site that these texts tell from another, such as its key and its database.

    Browsers send a cookie to every port of a host: two sites that call one the same log each other's people out.
    """
    return f"jobsite_{word}_{sha256(repr(site).encode()).hexdigest()[:8]}"


def below(path: str, environ_path: str) -> str:
    """Return what a request asks for below `path`, whether or not the proxy has taken that off."""
    return environ_path.removeprefix(path) if f"{environ_path}/".startswith(f"{path}/") else environ_path


def trusted_names(asked_for: str, allowed: Sequence[str]) -> list[str]:
    """Return the hosts whose pages may hold a form of the site that was asked for by the name `asked_for`.

    `*` allows any name to be asked for, which says of no other site that it may be trusted.
    """
    own = {asked_for, *LOOPBACK} if asked_for in LOOPBACK else {asked_for}
    return [*own, *(name for name in allowed if name not in ("*", *LOOPBACK))]
