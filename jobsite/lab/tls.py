"""Is a connection to the lab's server encrypted, where the settings say that it must be?

Asked for encryption, MariaDB's client library still speaks in clear to a server that offers none.
"""

from typing import Any

from django.conf import settings
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from jobsite.lab.errors import NO_ENCRYPTION
from jobsite.lab.sql import lab_cursor


def refuse_clear_text(connection: BaseDatabaseWrapper, **signal: Any) -> None:
    """Close a new connection to `lab` that is not encrypted although it must be, and raise OperationalError 2026."""
    if connection.alias != "lab" or not settings.LAB.use_tls:
        return
    with lab_cursor(connection) as cursor:
        cursor.execute("SHOW SESSION STATUS LIKE 'Ssl_cipher'")
        _, cipher = cursor.fetchone() or ("", "")
    if not cipher:
        connection.close()
        raise OperationalError(NO_ENCRYPTION, "the server offers none")
