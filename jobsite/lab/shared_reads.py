"""What several parts of a page read of the lab's server: once a request, and the same for all of them.

An app registers a reading by making it a SharedRead. Here, and only here, what one request has read is kept: what all
viewers may share for a moment, and for how long, would be kept here too. Whatever acts on the lab's server reads anew.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Generic, TypeVar, cast

from jobsite.lab.deadline import part
from jobsite.lab.server import ConnectedThreads, Server, ask_server, who_is_connected

Answer = TypeVar("Answer")

_kept: ContextVar["dict[SharedRead[Any], Any] | None"] = ContextVar("kept", default=None)


class SharedRead(Generic[Answer]):
    """A reading that is asked of the server once while `read_once()` lasts, and each time outside of it."""

    def __init__(self, read: Callable[[], Answer]) -> None:
        """`read` asks the server; what it raises is raised, and not kept."""
        self._read = read

    def __call__(self) -> Answer:
        """Return what was read, by now if not before."""
        kept = _kept.get()
        if kept is None:
            return self._read()
        if self not in kept:
            with part():
                kept[self] = self._read()
        return cast("Answer", kept[self])

    @property
    def is_kept(self) -> bool:
        """Say whether it was read before."""
        return self in (_kept.get() or {})


@contextmanager
def read_once() -> Iterator[None]:
    """Keep what is read until the block ends: a request, or a command that asks for it."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def _server() -> Server:
    return connected().server if connected.is_kept else ask_server()


connected = SharedRead[ConnectedThreads](who_is_connected)
"""The server, and who is connected to it."""
server = SharedRead[Server](_server)
"""The server alone."""
