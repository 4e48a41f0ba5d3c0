"""How is the demo's site served? Its own SQLite file, its people, the service account, a loopback port."""

import http.client
import json
import socket
import subprocess
import time
from pathlib import Path

from jobsite.demo.accounts import SITE, Accounts
from jobsite.demo.people import PASSWORDS
from jobsite.demo.processes import ROOT, DemoError, Processes
from jobsite.demo.server import free_port

USUAL_PORT = 8000
START_LIMIT_S = 60.0


class Site:
    """The site of one demo."""

    def __init__(self, home: Path, processes: Processes) -> None:
        """Nothing is started yet; `home` is the site's own folder."""
        self.home, self.processes = home, processes
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return f"http://127.0.0.1:{self.port}/"

    def make_people(self, passwords: dict[str, str]) -> subprocess.Popen[bytes]:
        """Start making tables and people; it needs no server, so others may work meanwhile."""
        return self.processes.start(
            "people",
            ["-m", "jobsite.demo.people"],
            {
                "JOBSITE_HOME": str(self.home),
                "DJANGO_SETTINGS_MODULE": "jobsite.settings",
                PASSWORDS: json.dumps(passwords),
            },
        )

    def serve(self, accounts: Accounts, people: subprocess.Popen[bytes]) -> None:
        """Serve at USUAL_PORT, or at a free port when that is taken. `answers` tells when it is ready."""
        if people.wait(START_LIMIT_S):
            raise DemoError(f"the site's own tables could not be made: {self.processes.last_words('people')}")
        self.port = USUAL_PORT if _is_free(USUAL_PORT) else free_port()
        environ = {"JOBSITE_HOME": str(self.home), "JOBSITE_BANNER": "demo", **accounts.environ(SITE)}
        arguments = [str(ROOT / "manage.py"), "serve", "--bind", f"127.0.0.1:{self.port}"]
        self.process = self.processes.start("site", arguments, environ)

    def wait_until_it_answers(self) -> None:
        """Return once the login page is there. Raises DemoError when it never is."""
        assert self.process is not None
        give_up = time.monotonic() + START_LIMIT_S
        while time.monotonic() < give_up and self.process.poll() is None:
            try:
                status = self._ask()
            except OSError:
                time.sleep(0.1)
                continue
            if status != http.HTTPStatus.OK:
                raise DemoError(f"the site answers with {status}: {self.processes.last_words('site')}")
            return
        raise DemoError(f"the site did not start: {self.processes.last_words('site')}")

    def _ask(self) -> int:
        asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        asking.request("GET", "/login/")
        status = asking.getresponse().status
        asking.close()
        return status

    def wait_until_it_ends(self) -> None:
        """Return when the site is gone, which it should not be."""
        assert self.process is not None
        self.process.wait()
        raise DemoError(f"the site ended by itself: {self.processes.last_words('site')}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the site itself will: a port whose last connection closed a moment ago counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
