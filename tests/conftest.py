"""The ground every test stands on: a real server, real DataJoint, real workers, and a small cast of people.

A private MariaDB starts once for a run, in another time zone than UTC on purpose. `TEST_LAB_URL` (mysql://user:password@
host:port) points the same tests at another server instead, by an account that may do everything.
"""

import os
import sys
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from jobsite.demo.server import Server

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


class Ground:
    """Where the tests' server is, and the account that prepares it."""

    def __init__(self) -> None:
        self.home = tempfile.TemporaryDirectory(prefix="jobsite-test-")
        self.server: Server | None = None
        self.host, self.port, self.user, self.password = "127.0.0.1", 0, "root", ""

    def rise(self) -> None:
        url = os.environ.get("TEST_LAB_URL")
        if url:
            parts = urlsplit(url)
            self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 3306
            self.user, self.password = unquote(parts.username or "root"), unquote(parts.password or "")
            return
        self.server = Server(Path(self.home.name) / "server", options=["--default-time-zone=-07:00"])
        self.server.start()
        self.port = self.server.port

    def fall(self) -> None:
        if self.server is not None:
            self.server.stop()
        self.home.cleanup()


GROUND = Ground()



def _stand() -> None:
    GROUND.rise()
    os.environ.update(
        JOBSITE_HOME=str(Path(GROUND.home.name) / "home"),
        DJ_HOST=GROUND.host,
        DJ_PORT=str(GROUND.port),
        DJ_USER="jobsite_test",
        DJ_PASS="site-password",
        DJ_USE_TLS="0",
    )


_stand()


def pytest_unconfigure(config: pytest.Config) -> None:
    GROUND.fall()
