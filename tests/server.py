"""Which server do the tests stand on, and who has an account there?

A private MariaDB starts once for a run, before the first test that is not fast (tests/fast.py), in another time zone
than UTC on purpose. `TEST_LAB_URL` (mysql://user:password@host:port) points the same tests at another server, by
an account that may do everything. This file is a plugin of pytest, because Django reads the server's address before any
test is found: its port is reserved then. TEST_SETTING names a setting of tests/matrix.py.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest

from jobsite.demo.server import Server, ServerError
from tests.fast import is_fast
from tests.matrix import PINNED, assignments, chosen, leave_out_what_is_excepted

if TYPE_CHECKING:
    from MySQLdb.connections import Connection as Driver

OTHER_ZONE = "--default-time-zone=-07:00"
# Whole files go to one process: what takes long starts first, or one would be left alone with it at the end.
LONGEST = (
    "test_demo.py",
    "test_populate_processes.py",
    "test_populate.py",
    "test_comfort.py",
    "test_clearing.py",
    "test_behind_a_proxy.py",
    "test_from_datajoint.py",
)
PASSWORD = "a-password-of-the-tests"
SITE = "jobsite_test"
PEOPLE = ("alice", "bob")
LOCK_TABLES = ("metadata_locks", "threads")
"""Where MySQL tells who holds which lock."""
EVERY_SCHEMA = r"`lab\_%`.*"


class TestServer:
    """The server, and an account that may do everything there."""

    def __init__(self) -> None:
        self.server: Server | None = None
        self.host, self.port, self.user, self.password = "127.0.0.1", 0, "root", ""
        self._started = False

    @cached_property
    def home(self) -> Path:
        """A folder that is removed at the end of the run."""
        folder = Path(tempfile.mkdtemp(prefix="jobsite-test-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        return folder

    def find_address(self) -> None:
        """Find the address: the one that TEST_LAB_URL names, or a port that is kept for the private server."""
        url = urlsplit(os.environ.get("TEST_LAB_URL", ""))
        if url.hostname:
            self.host, self.port = url.hostname, url.port or 3306
            self.user, self.password = unquote(url.username or "root"), unquote(url.password or "")
        else:
            self.server = Server(self.home / "server", options=[OTHER_ZONE, *chosen().options(self.home)])
            self.port = reserve_port()

    def start(self) -> None:
        """Start the private server, or set the one that TEST_LAB_URL names for this run; once only."""
        if self._started:
            return
        self._started = True
        if self.server is None:
            self._set_for_this_run(chosen().variables)
        else:
            atexit.register(self.server.stop)
            self.server.start(port=self.port)

    def _set_for_this_run(self, variables: Mapping[str, str | int]) -> None:
        """Set the server's variables, and put them back when the run ends."""
        import MySQLdb

        try:
            self.sql("DO 0")
            for name, statement in zip(variables, assignments(variables), strict=True):
                ((before,),) = self.sql(f"SELECT @@GLOBAL.{name}")
                self.sql(statement)
                atexit.register(self.sql, f"SET GLOBAL {name} = %s", [before])
        except MySQLdb.Error as error:
            raise pytest.UsageError(f"The server of TEST_LAB_URL does not do as it should: {error.args[-1]}.") from None

    def environ(self, user: str, password: str = PASSWORD) -> dict[str, str]:
        """Return the environment by which DataJoint and the site find this server as `user`."""
        return {
            "DJ_HOST": self.host,
            "DJ_PORT": str(self.port),
            "DJ_USER": user,
            "DJ_PASS": password,
            "DJ_USE_TLS": "0",
            **chosen().environ,
        }

    def site_environ(self) -> dict[str, str]:
        """Return the site's own environment."""
        return {**self.environ(SITE), "JOBSITE_HOME": str(self.home / "site")}

    @contextmanager
    def connected(self, user: str = "", password: str = PASSWORD) -> Iterator[Driver]:
        """Connect as `user`, or as the account that may do everything."""
        import MySQLdb

        self.start()
        who = {"user": user, "passwd": password} if user else {"user": self.user, "passwd": self.password}
        where = {"host": self.host, "port": self.port, "charset": "utf8mb4", "autocommit": True}
        driver = MySQLdb.connect(**where, **who, init_command=PINNED)
        try:
            yield driver
        finally:
            driver.close()

    def sql(self, statement: str, parameters: Sequence[object] | None = None) -> list[tuple[Any, ...]]:
        """Run one statement as the account that may do everything, with times in UTC."""
        with self.connected() as driver, driver.cursor() as cursor:
            cursor.execute("SET time_zone = '+00:00'")
            cursor.execute(statement, parameters)
            return list(cursor.fetchall())

    @property
    def is_mariadb(self) -> bool:
        """Say which family the server is of."""
        return "mariadb" in str(self.sql("SELECT VERSION()")[0][0]).lower()

    @property
    def encrypts(self) -> bool:
        """Say whether the server offers encrypted connections; servers that always do have no such variable."""
        found = dict(self.sql("SHOW GLOBAL VARIABLES LIKE 'have_ssl'"))
        return str(found.get("have_ssl", "YES")) == "YES"

    @property
    def tells_locks(self) -> bool:
        """Say whether the server keeps a list of who holds which table."""
        listed = "SELECT 1 FROM performance_schema.setup_instruments WHERE name = %s AND enabled = 'YES'"
        plugin = "SELECT 1 FROM information_schema.plugins WHERE plugin_name = 'METADATA_LOCK_INFO'"
        return bool(self.sql(listed, ["wait/lock/metadata/sql/mdl"]) or self.sql(plugin))

    @property
    def kill_privilege(self) -> str:
        """Return what lets an account end the connections of others."""
        return "CONNECTION ADMIN" if self.is_mariadb else "CONNECTION_ADMIN"

    def make_accounts(self) -> None:
        """Make the lab's people and the site's account."""
        for name in (*PEOPLE, SITE):
            self.sql(f"DROP USER IF EXISTS '{name}'@'%'")
            self.sql(f"CREATE USER '{name}'@'%' IDENTIFIED BY '{PASSWORD}'")
        for name in PEOPLE:
            self.sql(f"GRANT ALL ON {EVERY_SCHEMA} TO '{name}'@'%'")
        self.sql(f"GRANT SELECT, DELETE ON {EVERY_SCHEMA} TO '{SITE}'@'%'")
        self.sql(f"GRANT PROCESS, {self.kill_privilege} ON *.* TO '{SITE}'@'%'")
        for name in LOCK_TABLES:
            self.sql(f"GRANT SELECT ON performance_schema.{name} TO '{SITE}'@'%'")

    def without_grants(self) -> AbstractContextManager[None]:
        """Take from the site's account, for a while, what lets it read and clear jobs."""
        return self.without("SELECT, DELETE", on=EVERY_SCHEMA)

    @contextmanager
    def without(self, privileges: str, *, on: str = "*.*") -> Iterator[None]:
        """Take privileges from the site's account for a while."""
        self._account_changes(f"REVOKE {privileges} ON {on} FROM '{SITE}'@'%'")
        try:
            yield
        finally:
            self._account_changes(f"GRANT {privileges} ON {on} TO '{SITE}'@'%'")

    @contextmanager
    def granting(self, privileges: str, *, on: str = EVERY_SCHEMA) -> Iterator[None]:
        """Grant privileges to the site's account for a while, beside those that it has."""
        self._account_changes(f"GRANT {privileges} ON {on} TO '{SITE}'@'%'")
        try:
            yield
        finally:
            self._account_changes(f"REVOKE {privileges} ON {on} FROM '{SITE}'@'%'")

    @contextmanager
    def set_for_everybody(self, name: str, value: str | int) -> Iterator[None]:
        """Set a global variable for a while; the site's sessions begin anew with it."""
        from django.db import connections

        ((before,),) = self.sql(f"SELECT @@GLOBAL.{name}")
        try:
            self.sql(f"SET GLOBAL {name} = %s", [value])
            connections["lab"].close()
            yield
        finally:
            self.sql(f"SET GLOBAL {name} = %s", [before])
            connections["lab"].close()

    @contextmanager
    def site_as(self, user: str) -> Iterator[None]:
        """Let the site of this process ask the server as another account for a while."""
        from django.db import connections

        lab = connections["lab"]
        lab.close()
        lab.settings_dict["USER"] = user
        try:
            yield
        finally:
            lab.close()
            lab.settings_dict["USER"] = SITE

    def _account_changes(self, statement: str) -> None:
        from django.db import connections

        self.sql(statement)
        connections["lab"].close()  # a connection keeps the global privileges it began with


def reserve_port() -> int:
    """Return a loopback port that nobody else is given until this process ends.

    A socket holds it that does not listen. Linux lets a server bind the same port as long as both set SO_REUSEADDR, as
    MariaDB does (socket(7); mysqld.cc).
    """
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    atexit.register(holder.close)
    return int(holder.getsockname()[1])


SERVER = TestServer()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Tell the site where its server will be; with -n, each process that runs tests has its own.

    `-m fast` has no site: pytest-django sets Django up only where DJANGO_SETTINGS_MODULE is set.
    """
    chosen()
    options = early_config.known_args_namespace
    if options.markexpr == "fast":
        return
    os.environ["DJANGO_SETTINGS_MODULE"] = "jobsite.settings"
    if options.numprocesses and "PYTEST_XDIST_WORKER" not in os.environ:
        return
    # nohup and `make test &` have Ctrl-C ignored, and every process the tests start would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    SERVER.find_address()
    os.environ.update(SERVER.site_environ())
    time.tzset()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let the server stand before the first test that may ask it; without one there is nothing to go on with."""
    if is_fast(item):
        return
    try:
        SERVER.start()
    except (ServerError, pytest.UsageError) as error:
        pytest.exit(str(error), returncode=pytest.ExitCode.USAGE_ERROR)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first; leave out what the setting excepts."""
    items.sort(key=lambda item: item.path.name not in LONGEST)
    leave_out_what_is_excepted(items)
