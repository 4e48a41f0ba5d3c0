"""What one viewer has read is another's answer, for some seconds and with its age; and nobody's after an act."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError

from jobsite.lab import deadline, reading_seats, shared_answers
from jobsite.lab.backend.base import NoneFreeError
from jobsite.lab.errors import LATE
from jobsite.lab.shared_answers import ask, forget, peek
from jobsite.lab.shared_reads import looking, shared
from tests.lab import ROOT

pytestmark = pytest.mark.usefixtures("sharing")
NO_ANSWER = OperationalError(2013, "Lost connection to server during query")
DENIED = OperationalError(1142, "SELECT command denied to user")


def counting() -> Callable[[], int]:
    """Return a reading that says how often it was asked."""
    asked = iter(range(1, 10))
    return lambda: next(asked)


def failing(error: DatabaseError) -> Callable[[], int]:
    """Return a reading that fails."""

    def read() -> int:
        raise error

    return read


def test_two_viewers_ask_once() -> None:
    read = counting()
    first, second = ask("numbers", read), ask("numbers", read)
    assert (first.answer, second) == (1, first)


def test_what_depends_on_something_else_is_asked_for_itself() -> None:
    read = counting()
    assert [ask("numbers of a", read).answer, ask("numbers of b", read).answer] == [1, 2]


def test_after_an_act_everybody_asks_anew() -> None:
    read = counting()
    ask("numbers", read)
    forget()
    assert ask("numbers", read).answer == 2


def test_another_process_has_it_too(sharing: Path) -> None:
    ask("numbers", lambda: "of the first")
    script = f"""
import django
from django.conf import settings
django.setup()
settings.SHARED_FOLDER = {str(sharing)!r}
settings.CACHES["lab"]["LOCATION"] = {str(sharing)!r}
settings.SHARED_S = 60
from jobsite.lab.shared_answers import ask
print(ask("numbers", lambda: "of the second").answer)
"""
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "of the first"


def test_an_answer_that_is_old_is_asked_for_again(settings: Any) -> None:
    read = counting()
    ask("numbers", read)
    settings.SHARED_S = 1e-9
    assert ask("numbers", read).answer == 2


def test_a_server_that_gives_no_answer_leaves_the_old_one_with_its_age(settings: Any) -> None:
    before = ask("numbers", counting())
    settings.SHARED_S = 1e-9
    found = ask("numbers", failing(NO_ANSWER))
    assert (found.answer, found.read_at, found.is_old) == (1, before.read_at, True)
    assert not before.is_old


def test_without_an_old_answer_the_error_is_told() -> None:
    with pytest.raises(OperationalError):
        ask("numbers", failing(NO_ANSWER))


def test_an_error_is_not_waited_for_again_at_once(settings: Any) -> None:
    with pytest.raises(OperationalError):
        ask("numbers", failing(NO_ANSWER))
    read = counting()
    with pytest.raises(OperationalError, match="Lost connection"):
        ask("numbers", read)
    assert peek("numbers") is None
    settings.SHARED_S = 1e-9
    assert ask("numbers", read).answer == 1


def test_who_may_no_longer_read_is_shown_nothing_old(settings: Any) -> None:
    ask("numbers", counting())
    settings.SHARED_S = 1e-9
    with pytest.raises(OperationalError, match="denied"):
        ask("numbers", failing(DENIED))


def test_after_a_try_in_vain_nobody_else_waits_for_the_server(settings: Any) -> None:
    ask("numbers", counting())
    settings.SHARED_S = 1e-9
    ask("numbers", failing(NO_ANSWER))
    settings.SHARED_S = 60
    assert ask("numbers", counting()).is_old


class Slow:
    """A reading that goes on until it is let go."""

    def __init__(self) -> None:
        """Nobody asks yet."""
        self.began, self.may_end, self.asked = threading.Event(), threading.Event(), 0

    def __call__(self) -> int:
        """Return how often it was asked."""
        self.asked += 1
        self.began.set()
        assert self.may_end.wait(30)
        return self.asked


@pytest.fixture
def slow() -> Slow:
    """A reading under way in another thread."""
    return Slow()


def in_thread(read: Slow, answers: list[Any]) -> threading.Thread:
    """Ask in another thread."""
    thread = threading.Thread(target=lambda: answers.append(ask("numbers", read)))
    thread.start()
    return thread


def test_who_comes_while_it_is_read_waits_for_the_same_answer(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_answers, "STUCK_S", 30.0)
    answers: list[Any] = []
    first = in_thread(slow, answers)
    assert slow.began.wait(30)
    others = [in_thread(slow, answers) for _ in range(5)]
    slow.may_end.set()
    for thread in (first, *others):
        thread.join(30)
    assert (slow.asked, {one.answer for one in answers}, len(answers)) == (1, {1}, 6)


def test_beside_readers_that_are_stuck_another_reads(slow: Slow) -> None:
    answers: list[Any] = []
    stuck = [in_thread(slow, answers) for _ in range(4)]
    assert ask("numbers", lambda: 7).answer == 7
    slow.may_end.set()
    for thread in stuck:
        thread.join(30)
    assert len(answers) == 4


def test_who_was_stuck_gets_what_another_has_read(slow: Slow) -> None:
    def lost() -> int:
        slow()
        raise NO_ANSWER

    answers: list[Any] = []
    stuck = threading.Thread(target=lambda: answers.append(ask("numbers", lost)))
    stuck.start()
    assert slow.began.wait(30)
    found = ask("numbers", lambda: 7)
    slow.may_end.set()
    stuck.join(30)
    assert (answers, ask("numbers", failing(NO_ANSWER))) == ([found], found)


def test_what_took_long_before_is_waited_for_longer(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask_again(read: Callable[[], int]) -> Any:
        with deadline.page(), deadline.part():
            return ask("numbers", read)

    monkeypatch.setattr(shared_answers, "STUCK_S", 0.1)
    monkeypatch.setattr(shared_answers, "SOON_S", 0.0)
    monkeypatch.setattr(shared_answers, "_is_of_this_moment", lambda *_: False)
    before = shared_answers.answered(lambda: 1)
    shared_answers._keep(shared_answers._key("numbers"), replace(before, took_s=30.0))
    thread = in_thread(slow, [])
    assert slow.began.wait(30)
    assert (ask_again(lambda: 7).answer, slow.asked) == (1, 1)
    slow.may_end.set()
    thread.join(30)


def test_nobody_reads_beside_a_reading_behind_the_pages(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "PART_LIMIT_S", 1.0)

    def behind() -> None:
        with deadline.behind_pages():
            ask("numbers", slow)

    thread = threading.Thread(target=behind)
    thread.start()
    assert slow.began.wait(30)
    with deadline.page(), deadline.part(), pytest.raises(OperationalError):
        ask("numbers", lambda: 7)
    slow.may_end.set()
    thread.join(30)


def test_who_comes_while_it_is_read_anew_gets_what_was_read_before(slow: Slow, settings: Any) -> None:
    before = ask("numbers", counting())
    settings.SHARED_S = 1e-9
    thread = in_thread(slow, [])
    assert slow.began.wait(30)
    assert ask("numbers", slow) == before
    slow.may_end.set()
    thread.join(30)


def test_nobody_waits_longer_than_a_part_of_a_page_may_take(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "PART_LIMIT_S", 0.2)
    thread = in_thread(slow, [])
    assert slow.began.wait(30)
    with deadline.page(), deadline.part(), pytest.raises(OperationalError) as raised:
        ask("numbers", slow)
    assert raised.value.args[0] == LATE
    slow.may_end.set()
    thread.join(30)


def test_a_reading_may_ask_for_another_that_waits_at_the_same_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_seats, "LOCKS", 1)
    assert ask("outer", lambda: ask("inner", counting()).answer + 1).answer == 2


def test_a_clock_that_is_set_back_makes_nothing_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    read, now = counting(), time.time()
    ask("numbers", read)
    with pytest.raises(OperationalError):
        ask("others", failing(NO_ANSWER))
    monkeypatch.setattr(time, "time", lambda: now - 3600)
    assert ask("numbers", read).answer == 2
    assert ask("others", read).answer == 3


def test_the_lack_of_connections_of_one_process_is_not_told_to_others() -> None:
    with pytest.raises(NoneFreeError):
        ask("numbers", failing(NoneFreeError(LATE, "no connection was free in time")))
    assert ask("numbers", counting()).answer == 1


def test_who_waited_in_vain_is_told_how_old_the_answer_is(
    slow: Slow, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    ask("numbers", counting())
    monkeypatch.setattr(shared_answers, "SOON_S", 0.0)
    monkeypatch.setattr(deadline, "PART_LIMIT_S", 0.2)
    settings.SHARED_S = 1e-9
    thread = in_thread(slow, [])
    assert slow.began.wait(30)
    with deadline.page(), deadline.part():
        assert ask("numbers", slow).is_old
    slow.may_end.set()
    thread.join(30)


def test_a_folder_that_somebody_else_may_write_to_is_not_read(sharing: Path) -> None:
    read = counting()
    ask("numbers", read)
    sharing.chmod(0o777)
    assert (ask("numbers", read).answer, peek("numbers")) == (2, None)


def test_after_an_act_nothing_of_before_is_remembered() -> None:
    ask("numbers", counting())
    assert shared_answers._remembered
    forget()
    assert peek("numbers") is None
    assert not shared_answers._remembered


def test_only_pages_that_look_share() -> None:
    read = counting()
    with looking():
        assert [shared("numbers", read).answer, shared("numbers", read).answer] == [1, 1]
    assert shared("numbers", read).answer == 2


def test_a_peek_asks_nobody() -> None:
    assert peek("numbers") is None
    found = ask("numbers", counting())
    assert peek("numbers") == found


def test_what_cannot_be_kept_is_read_all_the_same(sharing: Path) -> None:
    sharing.write_text("a file where the folder should be")
    assert ask("numbers", counting()).answer == 1


def test_a_file_that_was_cut_off_is_as_if_it_were_not_there(sharing: Path) -> None:
    ask("numbers", counting())
    for file in sharing.glob("*.djcache"):
        file.write_bytes(file.read_bytes()[:20])
    shared_answers._remembered.clear()  # as in another process
    assert ask("numbers", lambda: 7).answer == 7


def test_what_is_kept_is_its_owners_alone(sharing: Path) -> None:
    ask("numbers", counting())
    assert [oct(file.stat().st_mode)[-3:] for file in (sharing, *sharing.glob("*.djcache"))] == ["700", "600"]
