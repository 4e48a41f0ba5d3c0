"""What was read of the lab's server stands for all viewers and all processes of the site for some seconds.

It lies in Django's cache `lab`, in files that only their owner can read. One reads at a time: who comes meanwhile gets
what was read before, or waits; and reads too, where that one seems to be stuck. An answer says when it was read, so
that a page never passes it for newer. Whoever acts on the lab's server neither asks here nor leaves anything old
behind: `forget()`.
"""

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from math import inf
from pathlib import Path
from typing import Any, Generic, TypeVar
from uuid import uuid4

from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, OperationalError, connections

from jobsite.lab.backend.base import NoneFreeError
from jobsite.lab.deadline import PART_LIMIT_S, is_behind_pages, seconds_left
from jobsite.lab.errors import LATE, is_away
from jobsite.lab.reading_seats import SEATS, all_seats, one_seat
from jobsite.lab.shared_folder import is_private
from jobsite.one_line import line_logger

Answer = TypeVar("Answer")

SOON_S = 10.0
"""An answer no older than this is given to whoever comes while it is read anew."""
OLD_S = 600.0
"""An answer no older than this is given, with its age, when the server gives none."""
STUCK_S = 0.5
"""After so long, whoever waits for somebody else's reading reads too: that one's connection may be stuck."""
STUCK_TIMES = 1.25
"""And after so many times what the reading took before: on a busy server it may take longer now."""
SLOW_TIMES = 3
"""What was read behind pages stands so many times as long as that took: the server is not busy with it all the time."""
ASKED_EACH_S = 0.02
WHOLE_PART_S = 0.9 * PART_LIMIT_S
"""With less time than this, a page gives up before others would."""
MOST_REMEMBERED = 64
"""Answers that a process keeps at hand, so that it need not read their files again."""
_remembered: OrderedDict[str, "Shared[Any]"] = OrderedDict()
_last_changed = ""

log = line_logger(__name__)


class GivenUpError(OperationalError):
    """The server gave no answer behind the pages either."""


@dataclass(frozen=True)
class Shared(Generic[Answer]):
    """An answer of the lab's server."""

    answer: Answer
    read_at: float
    """When it was asked for, in seconds by the clock of the site's machine."""
    number: str
    """No other reading has it."""
    tried_at: float
    """When the server was last asked for it, with or without an answer."""
    stands_s: float = 0.0
    """How long nobody asks the server again, in seconds, where that is longer than for others."""
    took_s: float = 0.0
    """How long it took to read."""

    @property
    def age_s(self) -> float:
        """How old the answer is, in seconds; endless, where the clock was set back since."""
        age_s = time.time() - self.read_at
        return age_s if age_s >= 0 else inf

    @property
    def is_fresh(self) -> bool:
        """Say whether the server need not be asked again yet; where a page gave up, who has longer may try."""
        if is_behind_pages() and self.is_old and not self.stands_s:
            return False
        return _is_of_this_moment(self.tried_at, self.stands_s)

    @property
    def is_old(self) -> bool:
        """Say whether the server has been asked since, and has not answered: a page has to name its age."""
        return self.tried_at > self.read_at

    @property
    def is_slow(self) -> bool:
        """Say whether it took longer than a page may wait."""
        return self.stands_s > (1 + SLOW_TIMES) * PART_LIMIT_S


@dataclass(frozen=True)
class Unanswered:
    """The server gave no answer, and none was there: for a moment nobody waits for it again."""

    error: tuple[Any, ...]
    tried_at: float
    stands_s: float = 0.0

    def check(self) -> None:
        """Raise the error again, while it is of this moment; where a page gave up, who has longer may try."""
        has_longer = is_behind_pages() and not self.stands_s
        if not has_longer and _is_of_this_moment(self.tried_at, self.stands_s):
            raise (GivenUpError if self.stands_s else OperationalError)(*self.error)


def _is_of_this_moment(tried_at: float, stands_s: float) -> bool:
    return 0 <= time.time() - tried_at < max(settings.SHARED_S, stands_s)


def ask(name: str, read: Callable[[], Answer]) -> Shared[Answer]:
    """Return what `read` answers, or has answered somebody else a moment ago; `name` says all that it depends on.

    Raises what `read` raises, unless the server gives no answer and an old one is there; and OperationalError when
    somebody else's reading is not over in time.
    """
    if not is_shared():
        return answered(read)
    key = _key(name)
    came = time.monotonic()
    until = came + (PART_LIMIT_S if (left := seconds_left()) is None else left)
    while True:
        found = _find(key)
        if found and found.is_fresh:
            return found
        with _seat(key, time.monotonic() - came, found) as is_ours:
            if is_ours:
                found = _find(key)  # it may have been read while this one came
                return found if found and found.is_fresh else _refresh(key, read, found)
        if found and found.age_s < SOON_S:
            return found
        if time.monotonic() >= until:
            if found and found.age_s < OLD_S:
                return replace(found, tried_at=time.time())
            raise OperationalError(LATE, "no answer in time")
        connections["lab"].close()  # whoever reads needs one
        time.sleep(ASKED_EACH_S)


def _seat(key: str, waited_s: float, before: Shared[Any] | None) -> AbstractContextManager[bool]:
    """Say whether it may be read here until the block ends, by somebody who has `waited_s` for other readings."""
    if is_behind_pages():
        return all_seats(_folder(), key)  # what takes so long, nobody reads beside it
    is_stuck = waited_s > max(STUCK_S, STUCK_TIMES * (before.took_s if before else 0.0))
    return one_seat(_folder(), key, among=SEATS if is_stuck else 1)


def is_shared() -> bool:
    """Say whether anything is kept for others."""
    return bool(settings.SHARED_S) and _is_our_own(_folder())


def before(name: str) -> Shared[Any] | None:
    """Return the last answer that is kept, of any age. Raises OperationalError where the server has just given none."""
    return _find(_key(name)) if is_shared() else None


def peek(name: str) -> Shared[object] | None:
    """Return a fresh answer that somebody has read already; None where the server would have to be asked."""
    try:
        found = before(name)
    except OperationalError:
        return None
    return found if found and found.is_fresh else None


def forget() -> None:
    """Let everybody ask the server anew: something has been changed there."""
    changed = _folder() / "changed"
    draft = changed.with_name(f"changed-{os.getpid()}-{threading.get_ident()}")
    try:
        if _is_our_own(_folder()):
            draft.write_text(str(uuid4()), encoding="ascii")
            draft.replace(changed)  # who reads it meanwhile reads the whole of one or the other
    except OSError as error:
        log.warning("What was read before the last act may be shown for a moment: %s", error)


def answered(read: Callable[[], Answer]) -> Shared[Answer]:
    """Return what `read` answers now, for nobody else."""
    now = time.time()
    answer = read()
    return Shared(answer, now, uuid4().hex, now, _stands_s(now), max(0.0, time.time() - now))


def _stands_s(began: float) -> float:
    """Return how long it stands what was read since then, where that is longer than for others."""
    took_s = max(0.0, time.time() - began)
    return (1 + SLOW_TIMES) * took_s if is_behind_pages() else 0.0


def _refresh(key: str, read: Callable[[], Answer], before: Shared[Answer] | None) -> Shared[Answer]:
    """Return what `read` answers, for all; or `before`, where the server gives no answer. Raises DatabaseError."""
    left, began = seconds_left(), time.time()
    try:
        found = answered(read)
    except DatabaseError as error:
        if not is_away(error):
            raise
        with suppress(OperationalError):
            before = _find(key)
        if before and before.read_at >= began:  # this connection was stuck, and another's was not
            return before
        # The lack of time or of connections of one page says nothing of the server.
        had_time = left is None or left > WHOLE_PART_S or is_behind_pages()
        is_for_all = had_time and not isinstance(error, NoneFreeError)
        if before is None or before.age_s > OLD_S:
            if is_for_all:
                _keep(key, Unanswered(error.args, time.time(), _stands_s(began)))
            raise
        found = replace(before, tried_at=time.time(), stands_s=_stands_s(began))
        if not is_for_all:
            return found
    _keep(key, found)
    return found


def _key(name: str) -> str:
    lab = settings.LAB
    return sha256("\0".join((str(_folder()), lab.name, lab.user, _changed(), name)).encode()).hexdigest()


def _changed() -> str:
    """Return what each act makes another; what was remembered before it, nobody asks for again."""
    global _last_changed
    try:
        changed = (_folder() / "changed").read_text(encoding="ascii")
    except OSError:
        changed = ""
    if changed != _last_changed:
        _remembered.clear()
        _last_changed = changed
    return changed


def _folder() -> Path:
    return Path(settings.SHARED_FOLDER)


def _is_our_own(folder: Path) -> bool:
    """Say whether nobody else may write there, so that what lies there may be unpickled; make it where it is not.

    Looked at each time: a system may take it away, and somebody else may lay another in its place.
    """
    try:
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700, parents=True)
        return is_private(folder)
    except OSError:
        return False


def _find(key: str) -> Shared[Any] | None:
    """Return what this process or, for the others, their files have; None for nothing. Raises as Unanswered.check."""
    if (at_hand := _remembered.get(key)) and at_hand.is_fresh:
        return at_hand
    try:
        found = caches["lab"].get(key)
    except Exception:  # written by another version, or cut off on a full disk: as if it were not there
        return None
    if isinstance(found, Unanswered):
        found.check()
    return _remember(key, found) if isinstance(found, Shared) else None


def _remember(key: str, found: Shared[Answer]) -> Shared[Answer]:
    _remembered[key] = found
    with suppress(KeyError):  # another thread has forgotten it already
        while len(_remembered) > MOST_REMEMBERED:
            _remembered.popitem(last=False)
    return found


def _keep(key: str, found: Shared[Answer] | Unanswered) -> None:
    if isinstance(found, Shared):
        _remember(key, found)
    try:
        caches["lab"].set(key, found, timeout=OLD_S)
    except OSError as error:
        log.warning("What was read of the lab's server cannot be kept for others in %s: %s", _folder(), error)
