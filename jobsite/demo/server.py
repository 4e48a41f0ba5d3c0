"""How is a private MariaDB started and stopped, from nothing, in a directory of ours?

Used by the demo and by the tests. It installs nothing: `Server.missing()` names the Debian packages that are not there.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

START_LIMIT_S = 30.0
STOP_LIMIT_S = 20.0
PACKAGES = {"mariadbd": "mariadb-server-core", "mariadb-install-db": "mariadb-server-core"}


class ServerError(Exception):
    """The private server could not be started; the message is one sentence with the log's last words."""


def free_port() -> int:
    """Return a loopback TCP port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _program(name: str) -> str:
    """Return the path of a server program; Debian keeps some in /usr/sbin, outside an ordinary user's PATH."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin")
    if found is None:
        raise ServerError(f"{name} is not installed: apt-get install --no-install-recommends {PACKAGES[name]}")
    return found


class Server:
    """A MariaDB of our own: its data, socket and log under `directory`, on a loopback port; root has no password."""

    def __init__(self, directory: Path, *, options: Sequence[str] = ()) -> None:
        """`options` are further mariadbd options, such as `--default-time-zone=-07:00`."""
        self.directory = directory.resolve()
        self.options = tuple(options)
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        """The server's own socket file."""
        return self.directory / "s.sock"

    @property
    def log(self) -> Path:
        """What the server had to say."""
        return self.directory / "server.log"

    def start(self) -> None:
        """Make the data directory if it is not there, start the server, return once it answers.

        Raises ServerError when a program is missing or the server does not answer within START_LIMIT_S.
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        if not (self.directory / "data" / "mysql").exists():
            self._initialise()
        self.port = free_port()
        # A session of its own: a Ctrl-C meant for the demo must not take the server before its clients are gone.
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self._command(), stdout=log, stderr=log, start_new_session=True)
        self._wait_until_it_answers()

    def stop(self) -> None:
        """End the server this object started; nothing happens when it runs no longer."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def _initialise(self) -> None:
        command = [
            _program("mariadb-install-db"),
            "--no-defaults",
            *self._as_root(),
            f"--datadir={self.directory / 'data'}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            "--skip-name-resolve",
            *self._small(),
        ]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            raise ServerError(f"mariadb-install-db failed: {(made.stderr or made.stdout).strip()[-300:]}")

    def _command(self) -> list[str]:
        return [
            _program("mariadbd"),
            "--no-defaults",
            *self._as_root(),
            f"--datadir={self.directory / 'data'}",
            f"--socket={self.socket}",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            f"--pid-file={self.directory / 'pid'}",
            "--skip-name-resolve",
            "--skip-log-bin",
            # The server's own default is latin1, and DataJoint's tables would inherit it.
            "--character-set-server=utf8mb4",
            "--collation-server=utf8mb4_general_ci",
            *self._small(),
            *self.options,
        ]

    @staticmethod
    def _small() -> list[str]:
        return ["--innodb-log-file-size=8M", "--innodb-buffer-pool-size=64M", "--innodb-flush-method=nosync"]

    @staticmethod
    def _as_root() -> list[str]:
        return ["--user=root"] if os.geteuid() == 0 else []

    def _wait_until_it_answers(self) -> None:
        assert self.process is not None
        give_up = time.monotonic() + START_LIMIT_S
        while time.monotonic() < give_up:
            if self.process.poll() is not None:
                raise ServerError(f"the private MariaDB stopped at once: {self._last_words()}")
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        self.stop()
        raise ServerError(f"the private MariaDB did not answer within {START_LIMIT_S:.0f} s: {self._last_words()}")

    def _last_words(self) -> str:
        return self.log.read_text(errors="replace").strip()[-300:]
