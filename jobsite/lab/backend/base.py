"""Django's backend for MySQL and MariaDB, of which a page waits no longer than its deadline allows.

Django looks for a class of this name in a module of this name (Django documentation, "Using an external or custom
database backend").
"""

import os
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError, TimeoutError
from contextlib import suppress
from functools import partial
from math import ceil
from typing import Any

from django.db import OperationalError
from django.db.backends.mysql.base import DatabaseWrapper as MySQLWrapper
from MySQLdb import Error

from jobsite.lab.backend.pool import AllLentError, Kept, pool
from jobsite.lab.deadline import BEHIND_PAGES_S, PART_LIMIT_S, Watch, is_behind_pages, seconds_left, watchdog
from jobsite.lab.errors import LATE, LATE_TO_CONNECT
from jobsite.lab.session import PAGE_STATEMENT_LIMIT_S, session_sql

MOST_CONNECTING = 256
"""Connections that are being made at a time, with those for which nobody waits any more. The driver soon ends these, if
they are not greeted byte by byte. A process may have more open files than this."""
_places = threading.BoundedSemaphore(MOST_CONNECTING)


class NoneFreeError(OperationalError):
    """All connections of this process were lent to other requests: the server was not asked."""


class DatabaseWrapper(MySQLWrapper):
    """A connection to the lab's server. That of a page is lent by the pool of the process.

    A thread that reads behind pages has one of its own, so that it keeps none from them.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        """As Django's."""
        super().__init__(*args, **options)
        self.lent: Kept | None = None
        """The connection that is in use, where it is the pool's."""
        self.wire: socket.socket | None = None
        self.is_cut = False
        self._begins_anew = False
        self.execute_wrappers.append(_within_limit)

    def get_connection_params(self) -> dict[str, Any]:
        """Return what the driver is told; in a page the server, too, gives a statement up when its time is over."""
        params: dict[str, Any] = super().get_connection_params()
        if seconds_left() is None:
            return params
        connect_timeout = ceil(PART_LIMIT_S) + 1  # the page gives up first, with a sentence of its own
        limit_s = BEHIND_PAGES_S if is_behind_pages() else PAGE_STATEMENT_LIMIT_S
        return params | {"connect_timeout": connect_timeout, "init_command": session_sql(limit_s)}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a connection of the driver's. Raises OperationalError when there is none in time."""
        seconds, connect = seconds_left(), partial(super().get_new_connection, conn_params)
        self.is_cut = False
        if seconds is None or is_behind_pages():
            connection = connect() if seconds is None else _connect_within(min(seconds, PART_LIMIT_S), connect)
            self.wire = _wire(connection)
            return connection
        self.lent = _borrow(repr(sorted(conn_params.items())), seconds, connect, anew=self._begins_anew)
        self.wire = self.lent.wire
        return self.lent.connection

    def begin_anew(self) -> None:
        """Let the next statement go over a connection that begins now: its privileges are those of now."""
        if self.connection is None or (self.lent and not self.lent.is_new):
            self.close()
            self._begins_anew = True

    def connect(self) -> None:
        """Connect; a connection that Django or jobsite.lab.tls could not look at in time is not used."""
        try:
            super().connect()
        except BaseException:
            self.is_cut = True
            self.close()
            raise
        finally:
            self._begins_anew = False

    def ensure_connection(self) -> None:
        """Connect where there is no connection, or where it was cut."""
        if self.is_cut:
            self.close()
        super().ensure_connection()

    def close_if_unusable_or_obsolete(self) -> None:
        """Close when a request is over, without asking the server whether it is still there: it might not answer."""
        self.close()

    def _close(self) -> None:
        """Give the connection back to the pool, or close it where another could not go on with it."""
        lent, wire, self.lent, self.wire = self.lent, self.wire, None, None
        if lent and self._is_as_it_began():
            pool.give_back(lent)
            return
        try:
            super()._close()  # type: ignore[misc]  # Django's own, which the stubs leave out
        finally:
            if wire is not None:
                wire.close()
            if lent:
                pool.give_back(None)

    def _is_as_it_began(self) -> bool:
        if self.is_cut or self.errors_occurred or self.in_atomic_block:
            return False
        try:
            return bool(self.connection.get_autocommit())
        except Error:  # the driver's: it is closed
            return False


def _borrow(to: str, seconds: float, connect: Callable[[], Any], *, anew: bool) -> Kept:
    """Return a connection of the pool, made now where none is idle. Raises OperationalError when none is in time."""
    until = time.monotonic() + seconds
    try:
        found = pool.take(to, seconds, anew=anew)
    except AllLentError:
        raise NoneFreeError(LATE, "no connection was free in time") from None
    if found:
        return found
    try:
        connection = _connect_within(max(0.0, until - time.monotonic()), connect)
        return Kept(to, connection, _wire(connection))
    except BaseException:
        pool.give_back(None)
        raise


def _wire(connection: Any) -> socket.socket:
    # A descriptor of our own: the number may be another connection's as soon as the driver has closed its own.
    return socket.socket(fileno=os.dup(connection.fileno()))


def _within_limit(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Send a statement, and cut the connection when its time is over: what the statement has done is not known then."""
    connection: DatabaseWrapper = context["connection"]
    seconds = seconds_left()
    if seconds is None or connection.wire is None:
        return execute(sql, params, many, context)
    if not seconds:
        raise _late(LATE)
    watch = Watch(connection.wire, seconds)
    try:
        with watchdog.watching(watch):
            return execute(sql, params, many, context)
    finally:
        if watch.is_cut:
            connection.is_cut = True
            raise _late(LATE)


def _connect_within(seconds: float, connect: Callable[[], Any]) -> Any:
    """Return what `connect` returns, in a thread that is left to itself when that takes too long."""
    until = time.monotonic() + seconds
    if not seconds or not _places.acquire(timeout=seconds):
        raise _late(LATE_TO_CONNECT)
    made: Future[Any] = Future()
    try:
        threading.Thread(target=_connect, args=(connect, made), name="connect", daemon=True).start()
    except RuntimeError:  # the system gives no more threads
        _places.release()
        raise _late(LATE_TO_CONNECT) from None
    try:
        return made.result(max(0.0, until - time.monotonic()))
    except TimeoutError:
        if made.cancel():
            raise _late(LATE_TO_CONNECT) from None
        return made.result()  # made at the last moment


def _connect(connect: Callable[[], Any], made: "Future[Any]") -> None:
    try:
        connection = connect()
        try:
            made.set_result(connection)
        except InvalidStateError:  # nobody waits for it any more
            connection.close()
    except Exception as error:  # whatever it is, who waits for the connection is told
        with suppress(InvalidStateError):
            made.set_exception(error)
    finally:
        _places.release()


def _late(number: int) -> OperationalError:
    return OperationalError(number, "no answer in time")
