"""An answer for which the lab's server may need longer than a page waits: it is read on behind the pages.

Whoever asks first waits as long as a page may, and is told that it is still being read. A thread reads it then, over a
connection beside those of the pool. Whoever looks later has the answer, with its age: it stands longer than others.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol, TypeVar

from django.db import DatabaseError, OperationalError, connections

from jobsite.lab import shared_answers
from jobsite.lab.deadline import BEHIND_PAGES_S, behind_pages
from jobsite.lab.errors import LATE, is_late
from jobsite.lab.shared_answers import GivenUpError, Shared
from jobsite.one_line import line_logger

Answer = TypeVar("Answer")


class OfMany(Protocol):
    """An answer that says whether it is all."""

    @property
    def is_whole(self) -> bool:
        """Say whether nothing is left to read."""


Part = TypeVar("Part", bound=OfMany)

STILL_READ = "still being read: look again in a moment"
GIVEN_UP = f"not read, because that takes longer than {BEHIND_PAGES_S:g} s"
KEPT_S = 120.0
"""So old may an answer be while it is read anew, of which a part could be had at once."""
_begun: set[str] = set()
"""What threads of this process read now, by name; another process waits for the same at its file."""
_one_begins = threading.Lock()

log = line_logger(__name__)


class NotReadError(OperationalError):
    """A page cannot wait for it."""

    def __init__(self, in_words: str) -> None:
        """`in_words` stand after "are" or "were", and end a sentence."""
        super().__init__(LATE, "no answer in time")
        self.in_words = in_words


def ask(name: str, read: Callable[[], Answer]) -> Shared[Answer]:
    """Return what `read` answers, as jobsite.lab.shared_answers.ask does; in time, or of before while it is read anew.

    Raises NotReadError where there is no answer yet, or none came behind the pages either; and as `read` does.
    """
    if not shared_answers.is_shared():
        return shared_answers.answered(read)
    try:
        known = shared_answers.before(name)
        found = known if known and known.is_slow else shared_answers.ask(name, read)
    except OperationalError as error:
        if not is_late(error):
            raise
        if isinstance(error, GivenUpError):
            raise NotReadError(GIVEN_UP) from error
        _go_on(name, read)
        raise NotReadError(STILL_READ) from error
    if (not found.stands_s and found.is_old) or not found.is_fresh:
        _go_on(name, read)
    return found


def look(name: str, read: Callable[[], Part], a_part: Callable[[], Part]) -> Shared[Part]:
    """Return what `read` answers, where somebody has asked before; else what `a_part` does, which takes a moment.

    Where that is not all, `read` goes on behind the pages, and whoever looks later has its answer. Raises NotReadError
    where not even that was in time.
    """
    if not shared_answers.is_shared():
        return shared_answers.answered(read)
    with suppress(OperationalError):  # behind the pages there was no answer either
        known = shared_answers.before(name)
        if known and known.age_s < KEPT_S:
            if not known.is_fresh:
                _go_on(name, read)
            return known
    try:
        found = _first_part(f"a part of {name}", a_part)
    except OperationalError as error:
        if not is_late(error):
            raise
        _go_on(name, read)
        raise NotReadError(STILL_READ) from error
    if not found.answer.is_whole:
        _go_on(name, read)
    return found


def _first_part(name: str, a_part: Callable[[], Part]) -> Shared[Part]:
    """Return what `a_part` answers; the same while the rest is read, so that who asks for that makes no more work."""
    with suppress(OperationalError):
        known = shared_answers.before(name)
        if known and not known.answer.is_whole and known.age_s < BEHIND_PAGES_S:
            return known
    return shared_answers.ask(name, a_part)


def _go_on(name: str, read: Callable[[], Answer]) -> None:
    """Begin to read it behind the pages, unless a thread of this process does."""
    with _one_begins:
        if name in _begun:
            return
        _begun.add(name)
    try:
        threading.Thread(target=_read, args=(name, read), name="behind pages", daemon=True).start()
    except RuntimeError:  # the system gives no more threads
        _begun.discard(name)


def _read(name: str, read: Callable[[], Answer]) -> None:
    """Read it for whoever looks next, an error too."""
    try:
        with behind_pages():
            shared_answers.ask(name, read)
    except DatabaseError as error:
        log.warning("Read behind the pages, %s gave no answer: %s", name, error)
    finally:
        connections["lab"].close()
        _begun.discard(name)
