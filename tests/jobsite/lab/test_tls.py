"""A connection that must be encrypted: whichever is new is asked, and refused when it is not."""

from dataclasses import replace

import pytest
from django.conf import settings
from django.db import OperationalError, connections
from django.test import override_settings


def test_a_copied_connection_is_asked_itself(accounts: None, db: None) -> None:
    own, copied = connections["lab"], connections["lab"].copy()
    own.close()
    must = override_settings(LAB=replace(settings.LAB, use_tls=True))  # the connections themselves are made without
    with must, pytest.raises(OperationalError, match="the server offers none"):
        copied.connect()
    assert (own.connection, copied.connection) == (None, None)
