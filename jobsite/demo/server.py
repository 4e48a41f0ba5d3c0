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
TRIES = 3
STOP_LIMIT_S = 20.0
SMALL = ("--innodb-log-file-size=8M", "--innodb-buffer-pool-size=64M", "--innodb-flush-method=nosync")
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


def _as_root() -> list[str]:
    """Return the option without which the server refuses to run as root."""
    return ["--user=root"] if os.geteuid() == 0 else []


def _with_password(password: str, script: Path) -> list[str]:
    """Return the option that gives root a password before the server takes its first connection."""
    if not password:
        return []
    script.touch(mode=0o600)
    hosts = ("localhost", "127.0.0.1", "::1")
    # One statement a line, as --init-file reads them.
    statements = [f"ALTER USER IF EXISTS 'root'@'{host}' IDENTIFIED BY '{password}';\n" for host in hosts]
    script.write_text("".join(statements))
    return [f"--init-file={script}"]


class Server:
    """A MariaDB of our own: its data, socket and log under `directory`, on a loopback port."""

    def __init__(self, directory: Path, *, options: Sequence[str] = (), password: str = "") -> None:
        """`options` are further mariadbd options, such as `--default-time-zone=-07:00`; `password` is root's."""
        self.directory = directory.resolve()
        self.options = tuple(options)
        self.password = password
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

    def start(self, *, port: int = 0) -> None:
        """Make the data directory if it is not there, start the server, return once it answers; 0 finds a free port.

        Raises ServerError when a program is missing or the server does not answer within START_LIMIT_S.
        """
        for folder in ("files", "tmp"):
            (self.directory / folder).mkdir(parents=True, exist_ok=True)
        if not (self.directory / "data" / "mysql").exists():
            self._initialise()
        for tries_left in reversed(range(TRIES)):
            self.port = port or free_port()
            # A session of its own: a Ctrl-C meant for the demo must not take the server before its clients are gone.
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(self._command(), stdout=log, stderr=log, start_new_session=True)
            if self._answers(tries_left):
                return

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
            *_as_root(),
            f"--datadir={self.directory / 'data'}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            "--skip-name-resolve",
            # Where nothing says who localhost is (no /etc/hosts, no DNS), it would refuse.
            "--force",
            *SMALL,
            *self._aside(),
        ]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            raise ServerError(f"mariadb-install-db failed: {(made.stderr or made.stdout).strip()[-300:]}")

    def _command(self) -> list[str]:
        return [
            _program("mariadbd"),
            "--no-defaults",
            *_as_root(),
            f"--datadir={self.directory / 'data'}",
            # From the data directory, where the server works: a socket's whole path is limited to 107 bytes.
            "--socket=../s.sock",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            f"--pid-file={self._pid_file}",
            "--skip-name-resolve",
            "--skip-log-bin",
            # The server's own default is latin1, and DataJoint's tables would inherit it.
            "--character-set-server=utf8mb4",
            "--collation-server=utf8mb4_general_ci",
            # Whoever gets in reads and writes no files with this server's rights.
            f"--secure-file-priv={self.directory / 'files'}",
            *SMALL,
            *self._aside(),
            *_with_password(self.password, self.directory / "init.sql"),
            *self.options,
        ]

    @property
    def _pid_file(self) -> Path:
        return self.directory / "pid"

    def _aside(self) -> list[str]:
        # A server that starts removes the temporary tables it finds, also those of another that shares its tmpdir.
        return [f"--tmpdir={self.directory / 'tmp'}"]

    def _answers(self, tries_left: int) -> bool:
        """Wait until the server is ready. False: it stopped at once, perhaps because the port was just taken."""
        assert self.process is not None
        give_up = time.monotonic() + START_LIMIT_S
        while time.monotonic() < give_up:
            if self.process.poll() is not None:
                if tries_left:
                    return False
                raise ServerError(f"the private MariaDB stopped at once: {self._last_words()}")
            # The server writes its pid file when it is ready: a port alone could be answered by somebody else.
            if self._pid_file.exists() and self._pid_file.read_text().strip() == str(self.process.pid):
                return True
            time.sleep(0.05)
        self.stop()
        raise ServerError(f"the private MariaDB did not answer within {START_LIMIT_S:.0f} s: {self._last_words()}")

    def _last_words(self) -> str:
        return self.log.read_text(errors="replace").strip()[-300:]
