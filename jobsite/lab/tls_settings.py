"""What does DataJoint's setting `use_tls` ask of a connection, and how is mysqlclient told the same?

True insists on an encrypted connection, False forbids one, None takes what the server offers. A dict insists, and names
files: what it may hold, and when a certificate is checked, is PyMySQL's rule (PyMySQL 1.2, `_create_ssl_ctx`).
"""

import json
import os
import ssl
from collections.abc import Mapping
from typing import Any

UseTls = bool | Mapping[str, Any] | None
YES, NO = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})
CAS, FILES, TEXTS = ("ca", "capath"), ("ca", "capath", "cert", "key"), ("ca", "capath", "cert", "key", "cipher")
CHECKED, NOT_CHECKED = frozenset({"required", "optional", "1", "true", "yes"}), frozenset({"none", "0", "false", "no"})
WHERE_OFFERED = {"ssl": {"cipher": "DEFAULT"}}
"""MariaDB's client library speaks in clear unless it is told something of TLS: here, to use the ciphers it would."""
BY_NAME_TOO, BY_CA = "VERIFY_IDENTITY", "VERIFY_CA"
OF_MARIADB = 4
"""Major versions up to this one are of MariaDB's client library; MySQL's begin with 5."""


def read_use_tls(value: object) -> UseTls:
    """Return what a settings file or DJ_USE_TLS says. Raises ValueError with words that end a sentence."""
    if isinstance(value, str):
        value = _from_text(value)
    if isinstance(value, Mapping):
        return _checked(value) if value else None
    return value if value is None else bool(value)


def mysqlclient_options(use_tls: UseTls) -> dict[str, object]:
    """Return the options by which mysqlclient connects as DataJoint does with this setting."""
    if use_tls is None:
        return dict(WHERE_OFFERED)
    if isinstance(use_tls, bool):
        return {"ssl_mode": "REQUIRED" if use_tls else "DISABLED"}
    told = {name: use_tls[name] for name in TEXTS if use_tls.get(name) is not None}
    has_ca = bool(told.keys() & set(CAS))
    if not _checks_certificate(use_tls, has_ca):
        return {"ssl": {name: told[name] for name in told if name not in CAS}, "ssl_mode": "REQUIRED"}
    if not has_ca:
        told |= _system_cas()
    checks_name = has_ca and bool(use_tls.get("check_hostname", True))
    return {"ssl": told, "ssl_mode": BY_NAME_TOO if checks_name else _mode_by_ca()}


def _from_text(text: str) -> object:
    word = text.strip().lower()
    if word in YES | NO:
        return word in YES
    try:
        read = json.loads(text)
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise ValueError(f'must be 1 or 0, or name files as {{"ca": "/path/of/ca.pem"}}, not {text!r}')
    return read


def _checked(told: Mapping[str, Any]) -> Mapping[str, Any]:
    for name in TEXTS:
        if told.get(name) is not None and not isinstance(told[name], str):
            raise ValueError(f"has a {name!r} that is not a text")
    for name in FILES:
        if told.get(name) is not None and not os.access(told[name], os.R_OK):
            raise ValueError(f"names {told[name]!r} as its {name!r}, which is not there or cannot be read")
    if told.get("password"):
        raise ValueError("gives a password for its 'key', which Jobsite cannot use: name a key without one")
    return told


def _checks_certificate(told: Mapping[str, Any], has_ca: bool) -> bool:
    """Say whether the server's certificate is checked; PyMySQL refuses to check its name and nothing else."""
    wanted = told.get("verify_mode")
    word = str(wanted).lower() if isinstance(wanted, str | bool) else ""
    if word in NOT_CHECKED:
        return has_ca and bool(told.get("check_hostname", True))
    return has_ca or word in CHECKED


def _system_cas() -> dict[str, str]:
    paths = ssl.get_default_verify_paths()
    return {name: path for name, path in (("ca", paths.cafile), ("capath", paths.capath)) if path}


def _mode_by_ca() -> str:
    """Return the mode that checks all of a certificate but its name: MariaDB's library does so once it has a CA."""
    from MySQLdb import get_client_info

    return "REQUIRED" if int(get_client_info().partition(".")[0]) <= OF_MARIADB else BY_CA
