"""What takes longer than a page waits is read behind the pages, one at a time, and comes to whoever looks later."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import OperationalError, connections

from jobsite.lab import deadline, shared_answers
from jobsite.lab.deadline import behind_pages, is_behind_pages
from jobsite.lab.errors import LATE
from jobsite.lab.shared_answers import before, forget
from jobsite.lab.slow_answers import GIVEN_UP, STILL_READ, NotReadError, ask, look
from tests.lab import eventually
from tests.server import SERVER

pytestmark = pytest.mark.usefixtures("sharing")
TOO_LATE = OperationalError(LATE, "no answer in time")
GONE = OperationalError(2013, "Lost connection to server during query")


@pytest.fixture(autouse=True)
def nothing_is_read_any_more() -> Iterator[None]:
    """Let what a test has begun behind the pages come to its end: the next one asks for the same."""
    yield
    eventually(lambda: all(one.name != "behind pages" for one in threading.enumerate()), "the end of all readings")


class TooSlowForPages:
    """A reading that a page cannot wait for; it goes on until it is let go."""

    def __init__(self) -> None:
        self.may_end, self.begun = threading.Event(), 0

    def __call__(self) -> int:
        """Return how often it was begun behind the pages."""
        if not is_behind_pages():
            raise TOO_LATE
        self.begun += 1
        assert self.may_end.wait(30)
        return self.begun


def refused(read: Callable[[], Any]) -> str:
    """Return what a page is told that asks for it in vain."""
    with pytest.raises(NotReadError) as raised:
        ask("numbers", read)
    return raised.value.in_words


def known() -> Any:
    """Return what is kept, or None also where that is an error."""
    with suppress(OperationalError):
        return before("numbers")
    return None


def test_what_is_read_in_time_is_as_any_other_answer() -> None:
    found = ask("numbers", lambda: 7)
    assert (found.answer, found.stands_s, found.is_old) == (7, 0.0, False)


def test_what_a_page_cannot_wait_for_is_read_on_for_whoever_looks_next() -> None:
    read = TooSlowForPages()
    assert [refused(read), refused(read)] == [STILL_READ, STILL_READ]
    read.may_end.set()
    eventually(known, "an answer")
    found = ask("numbers", read)
    assert (found.answer, found.is_old, read.begun) == (1, False, 1)


def test_an_answer_of_before_is_shown_while_it_is_read_on(settings: Any) -> None:
    ask("numbers", lambda: 0)
    read, settings.SHARED_S = TooSlowForPages(), 1e-9
    found = ask("numbers", read)
    assert (found.answer, found.is_old) == (0, True)
    read.may_end.set()
    eventually(lambda: known() and known().answer == 1, "a new answer")


def test_nobody_waits_for_what_is_known_to_be_slow(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_answers, "PART_LIMIT_S", 0.0)  # whatever it took is long
    read = TooSlowForPages()
    refused(read)
    read.may_end.set()
    eventually(known, "an answer")
    settings.SHARED_S = 1e-9
    eventually(lambda: not known().is_fresh, "an answer that has stood long enough")

    def must_wait() -> int:
        assert is_behind_pages()
        return 2

    assert ask("numbers", must_wait).answer == 1
    eventually(lambda: known().answer == 2, "a new answer")


def test_what_is_quick_again_is_read_by_the_pages_themselves(settings: Any) -> None:
    read = TooSlowForPages()
    refused(read)
    read.may_end.set()
    eventually(known, "an answer")
    settings.SHARED_S = 1e-9
    eventually(lambda: not known().is_fresh, "an answer that has stood long enough")
    found = ask("numbers", lambda: 2)
    assert (found.answer, found.is_slow) == (2, False)


def test_what_nobody_could_read_is_said_to_be_so_and_not_begun_again_at_once() -> None:
    begun = []

    def read() -> int:
        begun.append(is_behind_pages())
        raise TOO_LATE

    assert refused(read) == STILL_READ
    eventually(lambda: begun == [False, True] and refused(read) == GIVEN_UP, "the end of it")
    assert refused(read) == GIVEN_UP
    assert begun == [False, True]


def test_a_server_that_is_gone_is_no_slow_answer() -> None:
    def read() -> int:
        assert not is_behind_pages()
        raise GONE

    with pytest.raises(OperationalError) as raised:
        ask("numbers", read)
    assert raised.value.args == GONE.args


def test_after_an_act_it_is_read_anew() -> None:
    read = TooSlowForPages()
    refused(read)
    read.may_end.set()
    eventually(known, "an answer")
    forget()
    assert refused(read) == STILL_READ
    eventually(lambda: known() and known().answer == 2, "a new answer")


@dataclass(frozen=True)
class Rows:
    """How many rows were read, and whether these are all."""

    number: int
    is_whole: bool = False


class SlowAfterAPart:
    """A reading of which a page has a part at once; the whole comes when it is let go."""

    def __init__(self) -> None:
        self.may_end, self.parts = threading.Event(), 0

    def whole(self) -> Rows:
        """Return all, once it may."""
        assert is_behind_pages()
        assert self.may_end.wait(30)
        return Rows(100, is_whole=True)

    def a_part(self) -> Rows:
        """Return a part, each time another one."""
        self.parts += 1
        return Rows(self.parts)


def test_of_a_part_the_rest_is_read_behind_the_pages() -> None:
    read = SlowAfterAPart()
    assert look("numbers", read.whole, read.a_part).answer == Rows(1)
    read.may_end.set()
    eventually(known, "all of it")
    assert look("numbers", read.whole, read.a_part).answer == Rows(100, is_whole=True)


def test_a_part_is_read_once_while_the_rest_is_read(settings: Any) -> None:
    read, settings.SHARED_S = SlowAfterAPart(), 1e-9
    found = [look("numbers", read.whole, read.a_part) for _ in range(3)]
    assert {(one.answer, one.number) for one in found} == {(Rows(1), found[0].number)}
    read.may_end.set()


def test_what_is_whole_at_once_is_as_any_other_answer(settings: Any) -> None:
    settings.SHARED_S = 1e-9
    numbers = iter([1, 2])

    def all_at_once() -> Rows:
        return Rows(next(numbers), is_whole=True)

    assert [look("numbers", all_at_once, all_at_once).answer.number for _ in range(2)] == [1, 2]


def test_where_not_even_a_part_comes_in_time_the_page_says_so_and_the_whole_comes_later() -> None:
    read = SlowAfterAPart()

    def too_late() -> Rows:
        raise TOO_LATE

    with pytest.raises(NotReadError) as raised:
        look("numbers", read.whole, too_late)
    assert raised.value.in_words == STILL_READ
    read.may_end.set()
    eventually(known, "all of it")
    assert look("numbers", read.whole, too_late).answer == Rows(100, is_whole=True)


def test_a_part_of_a_server_that_is_gone_is_no_slow_answer() -> None:
    def gone() -> Rows:
        assert not is_behind_pages()
        raise GONE

    with pytest.raises(OperationalError) as raised:
        look("numbers", gone, gone)
    assert raised.value.args == GONE.args


def asked_for_limit() -> tuple[int, float]:
    """Return the connection's id, and how many seconds a statement may take there."""
    name = "max_statement_time" if SERVER.is_mariadb else "max_execution_time / 1000"
    with connections["lab"].cursor() as cursor:
        cursor.execute(f"SELECT CONNECTION_ID(), @@{name}")
        number, limit_s = cursor.fetchone()
    return number, float(limit_s)


def test_who_reads_behind_the_pages_takes_no_connection_from_them(
    kept: Any, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobsite.lab.backend.pool.MOST", 0)  # all are lent
    monkeypatch.setattr(deadline, "PART_LIMIT_S", 0.2)

    def read() -> tuple[int, float]:
        with deadline.part():
            return asked_for_limit()

    with deadline.page():
        assert refused(read) == STILL_READ
    eventually(known, "an answer")
    assert known().answer[1] == deadline.BEHIND_PAGES_S


def test_behind_the_pages_a_part_may_take_as_long_as_all() -> None:
    with behind_pages():
        with deadline.part():
            left = deadline.seconds_left()
        assert left is not None
        assert left > deadline.PART_LIMIT_S
    assert not is_behind_pages()
