"""What several parts of a page read of the lab's server: once a request, and the same for all of them.

An app registers a reading by making it a SharedRead. Here, and only here, is kept what one request has read. A page
that only looks shares it with all viewers for some seconds (`looking`, jobsite.lab.shared_answers). Whatever acts
on the lab's server reads anew.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Generic, TypeVar, cast

from jobsite.lab import shared_answers, slow_answers
from jobsite.lab.deadline import part
from jobsite.lab.server import ConnectedThreads, Server, ask_server, who_is_connected
from jobsite.lab.shared_answers import Shared
from jobsite.lab.slow_answers import Part

Answer = TypeVar("Answer")

_kept: ContextVar["dict[SharedRead[Any], Any] | None"] = ContextVar("kept", default=None)
_numbers: ContextVar[list[str]] = ContextVar("numbers")
_looking: ContextVar[bool] = ContextVar("looking", default=False)


class SharedRead(Generic[Answer]):
    """A reading that is asked of the server once while `read_once()` lasts, and each time outside of it."""

    def __init__(self, name: str, read: Callable[[], Answer], *, is_slow: bool = False) -> None:
        """`read` asks the server; what it raises is raised, and not kept. No other reading has the `name`.

        One that may be slow is read on where a page cannot wait for it (jobsite.lab.slow_answers).
        """
        self.name = name
        self._read = read
        self._is_slow = is_slow

    def __call__(self) -> Answer:
        """Return what was read, by now if not before."""
        return self.with_age().answer

    def with_age(self) -> Shared[Answer]:
        """Return the same, and when it was read."""
        kept = _kept.get()
        if kept is None:
            return shared_answers.answered(self._read)
        if self not in kept:
            with part():
                kept[self] = shared(self.name, self._read, is_slow=self._is_slow)
        return cast("Shared[Answer]", kept[self])

    @property
    def is_there(self) -> bool:
        """Say whether somebody has read it a moment ago, so that nobody has to ask the server."""
        return shared_answers.peek(self.name) is not None

    @property
    def is_kept(self) -> bool:
        """Say whether it was read before."""
        return self in (_kept.get() or {})


@contextmanager
def read_once() -> Iterator[None]:
    """Keep what is read until the block ends: a request, or a command that asks for it."""
    token, numbers = _kept.set({}), _numbers.set([])
    try:
        yield
    finally:
        _kept.reset(token)
        _numbers.reset(numbers)


@contextmanager
def looking() -> Iterator[None]:
    """Share what is read until the block ends with all viewers: for pages that only look. Also a decorator of views."""
    token = _looking.set(True)
    try:
        yield
    finally:
        _looking.reset(token)


def shared(name: str, read: Callable[[], Answer], *, is_slow: bool = False) -> Shared[Answer]:
    """Return what `read` answers, where the page only looks also what it answered another viewer a moment ago.

    `name` says all that the answer depends on. Raises as `ask` of jobsite.lab.shared_answers or slow_answers does.
    """
    ask = slow_answers.ask if is_slow else shared_answers.ask
    found = ask(name, read) if _looking.get() else shared_answers.answered(read)
    if _kept.get() is not None:
        _numbers.get().append(found.number)
    return found


def looked(name: str, read: Callable[[], Part], a_part: Callable[[], Part]) -> Shared[Part]:
    """Return what `read` answers, or where a page only looks what can be had at once: `a_part` of it, or all of before.

    Whatever acts has to do with what there is time for. Raises as jobsite.lab.slow_answers.look does.
    """
    found = slow_answers.look(name, read, a_part) if _looking.get() else shared_answers.answered(a_part)
    if _kept.get() is not None:
        _numbers.get().append(found.number)
    return found


def numbers_read() -> Sequence[str]:
    """Return which readings this request is made of: while they are the same, so is what it shows."""
    return sorted({*_numbers.get()})


def _server() -> Server:
    return connected().server if connected.is_kept else ask_server()


connected = SharedRead[ConnectedThreads]("who is connected", who_is_connected)
"""The server, and who is connected to it."""
server = SharedRead[Server]("server", _server)
"""The server alone."""
