"""A way to a server on which answers are stalled: a loopback port whose connections go on to the real one."""

import socket
import threading
from contextlib import suppress
from enum import Enum, auto
from types import TracebackType

BEGINNING = 5
"""Bytes that still come: fewer than the shortest answer has."""
DELAY_S = 2.0


class Stall(Enum):
    """What becomes of what the server says."""

    NOTHING = auto()
    """All goes through."""
    AFTER_CONNECT = auto()
    """A connection is taken, and nothing comes."""
    IN_GREETING = auto()
    """The greeting ends in the middle."""
    IN_ANSWER = auto()
    """The answer to a statement in which `word` stands ends in the middle. The server has got the statement."""
    TRICKLE = auto()
    """One byte a second comes."""
    DELAY = auto()
    """All comes two seconds late, and goes so."""


class StallingProxy:
    """Listens as long as its `with` block lasts; `stall` may be set at any time, for the connections that come then."""

    def __init__(self, host: str, port: int) -> None:
        """Where the real server is. Nothing is stalled yet."""
        self.stall, self.word = Stall.NOTHING, b""
        self.stalled = 0
        """How many statements with the word were passed on to the server."""
        self.far = host, port
        self.over = threading.Event()
        self.ends: list[socket.socket] = []

    def __enter__(self) -> "StallingProxy":
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = int(self.listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        for end in (self.listener, *self.ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):  # the block is over
            while True:
                near, _ = self.listener.accept()
                self.ends.append(near)
                if self.stall is not Stall.AFTER_CONNECT:
                    far = socket.create_connection(self.far)
                    self.ends.append(far)
                    _Passage(self, near, far).start()


class _Passage:
    """One connection on its way through."""

    def __init__(self, proxy: StallingProxy, near: socket.socket, far: socket.socket) -> None:
        self.proxy, self.near, self.far = proxy, near, far
        self.stall = proxy.stall
        self.is_stalled = self.stall is Stall.IN_GREETING

    def start(self) -> None:
        """Carry both ways, each in a thread of its own."""
        for run in (self._to_server, self._to_client):
            threading.Thread(target=run, daemon=True).start()

    def _to_server(self) -> None:
        with suppress(OSError):
            while chunk := self.near.recv(1 << 16):
                if self.stall is Stall.IN_ANSWER and self.proxy.word in chunk:
                    self.is_stalled = True
                    self.proxy.stalled += 1
                self._delay()
                self.far.sendall(chunk)
            self.far.shutdown(socket.SHUT_WR)

    def _to_client(self) -> None:
        with suppress(OSError):
            while chunk := self.far.recv(1 << 16):
                self._delay()
                if self.is_stalled:
                    self.near.sendall(chunk[:BEGINNING])
                    self.proxy.over.wait()
                elif self.stall is Stall.TRICKLE:
                    self._trickle(chunk)
                else:
                    self.near.sendall(chunk)
            self.near.shutdown(socket.SHUT_WR)

    def _delay(self) -> None:
        if self.stall is Stall.DELAY:
            self.proxy.over.wait(DELAY_S)

    def _trickle(self, chunk: bytes) -> None:
        for byte in chunk:
            self.near.sendall(bytes([byte]))
            self.proxy.over.wait(1)
