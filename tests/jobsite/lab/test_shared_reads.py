"""What several parts of a page read is read once a request, and each time elsewhere."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connections
from django.test.utils import CaptureQueriesContext

from jobsite.lab import shared_reads
from jobsite.lab.shared_reads import SharedRead, read_once
from tests.statements import more_for_connections


def counting() -> Callable[[], int]:
    """Return a reading that says how often it was asked."""
    asked = iter(range(1, 10))
    return lambda: next(asked)


def test_a_reading_is_asked_once_in_a_request() -> None:
    read = SharedRead("numbers", counting())
    with read_once():
        assert [read(), read()] == [1, 1]


def test_the_next_request_reads_anew() -> None:
    read = SharedRead("numbers", counting())
    with read_once():
        read()
    with read_once():
        assert read() == 2


def test_outside_of_a_request_each_asks() -> None:
    read = SharedRead("numbers", counting())
    assert [read(), read()] == [1, 2]


def test_a_reading_that_fails_is_asked_again() -> None:
    answers = iter([DatabaseError(2013, "Lost connection"), "told"])

    def ask() -> object:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    read = SharedRead("an answer", ask)
    with read_once():
        with pytest.raises(DatabaseError):
            read()
        assert read() == "told"


def test_who_is_connected_tells_the_server_as_well(accounts: None, db: None) -> None:
    with CaptureQueriesContext(connections["lab"]) as asked, read_once():
        connected = shared_reads.connected()
        assert shared_reads.server() is connected.server
    # The server with its connections, and our grants.
    assert len(asked) == 2 + more_for_connections()
    assert connected.server.own_id in connected.threads
