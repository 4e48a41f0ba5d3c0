"""A connection that must be encrypted: whichever is new is asked, and refused when it is not."""

from dataclasses import replace

import pytest
from django.conf import settings
from django.db import OperationalError, connections
from django.test import override_settings

from jobsite.lab import deadline
from tests.server import SERVER
from tests.stalling import Stall, StallingProxy


def test_a_copied_connection_is_asked_itself(accounts: None, db: None) -> None:
    own, copied = connections["lab"], connections["lab"].copy()
    own.close()
    must = override_settings(LAB=replace(settings.LAB, use_tls=True))  # the connections themselves are made without
    with must, pytest.raises(OperationalError, match="the server offers none"):
        copied.connect()
    assert (own.connection, copied.connection) == (None, None)


def test_a_connection_that_was_not_asked_in_time_is_not_used(
    accounts: None, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = connections["lab"]
    own.close()
    must = override_settings(LAB=replace(settings.LAB, use_tls=True))
    with StallingProxy(SERVER.host, SERVER.port) as proxy, must, deadline.page():
        proxy.stall, proxy.word = Stall.IN_ANSWER, b"Ssl_cipher"
        monkeypatch.setitem(own.settings_dict, "PORT", proxy.port)
        with pytest.raises(OperationalError, match="no answer in time"):
            own.connect()
        assert own.connection is None
