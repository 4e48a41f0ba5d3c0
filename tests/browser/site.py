"""The site as it runs at a lab: its own processes and home, real people; and a wire to the lab, to cut and to mend."""

import os
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from jobsite.demo.server import free_port
from tests.lab import ROOT, eventually
from tests.server import SERVER

PEOPLE = {"vera": "viewer", "otto": "operator", "ada": "admin"}
MIGRATE_AND_MAKE_PEOPLE = f"""
from django.contrib.auth.models import Group, User
from django.core.management import call_command
call_command("migrate", verbosity=0)
for name, group in {PEOPLE!r}.items():
    User.objects.create_user(name, password=f"{{name}}-password").groups.add(Group.objects.get(name=group))
"""


class Site:
    """`manage.py runserver` on a loopback port; its database and secret key are under `home`."""

    def __init__(self, home: Path, **environ: str) -> None:
        """`environ` says further things to the site, such as another way to the lab's server."""
        self.environ = {
            **os.environ,
            **SERVER.site_environ(),
            "JOBSITE_HOME": str(home),
            "JOBSITE_SHARED": "0s",
            **environ,
        }
        self.home, self.port = home, free_port()
        self.log = home / f"site-{self.port}.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """What stands before every path."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "Site":
        """Start the site, return once it answers."""
        self.process = self._serve()
        eventually(self._answers, f"the site at {self.address}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the site."""
        self.stop()

    def prepare(self) -> "Site":
        """Make the site's database and the people."""
        assert self._manage("shell", "--no-imports", "-c", MIGRATE_AND_MAKE_PEOPLE).wait() == 0, self.log.read_text()
        return self

    def stop(self) -> None:
        """End the site, as far as it still runs."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait()

    def _serve(self) -> subprocess.Popen[bytes]:
        return self._manage("runserver", "--noreload", f"127.0.0.1:{self.port}")

    def _manage(self, *arguments: str) -> subprocess.Popen[bytes]:
        return self._python("manage.py", *arguments)

    def _python(self, *arguments: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            command = [sys.executable, *arguments]
            return subprocess.Popen(
                command, cwd=ROOT, env=self.environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()
        return can_connect(self.port)


class Served(Site):
    """The site as a lab serves it behind a proxy."""

    def _serve(self) -> subprocess.Popen[bytes]:
        return self._manage("serve", "--bind", f"127.0.0.1:{self.port}")


CLEARS_SLOWLY = """
import os, sys
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "jobsite.settings"
django.setup()
from django.core.management import execute_from_command_line
from jobs.actions import selection
from jobsite.activity import continuing
from jobsite.lab import deadline
selection.CHUNK_ROWS, deadline.ACT_LIMIT_S, continuing.CLAIM_LIMIT_S = 10, 0.0, 2.0
execute_from_command_line(sys.argv)
"""


class SlowlyClearing(Site):
    """The site, of which each request clears ten jobs: what a million are to a real one, a hundred are here."""

    def _serve(self) -> subprocess.Popen[bytes]:
        return self._python("-c", CLEARS_SLOWLY, "runserver", "--noreload", f"127.0.0.1:{self.port}")


LOOKS_AT_PARTS = """
import os, sys
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "jobsite.settings"
django.setup()
from django.core.management import execute_from_command_line
from jobs.listing.failures import cells, grouping, shared
from jobsite.lab.shared_answers import forget
grouping.FEW, cells.WINDOW_ROWS, shared.LOOK_S = 10, 40, 0.0
forget()
execute_from_command_line(sys.argv)
"""


class LookingAtParts(Site):
    """The site, whose page of errors has time for 40 jobs: what a million are to a real one, a hundred are here."""

    def __init__(self, home: Path) -> None:
        """What was read stands for all viewers, as on a real site."""
        super().__init__(home, JOBSITE_SHARED="4s")

    def _serve(self) -> subprocess.Popen[bytes]:
        return self._python("-c", LOOKS_AT_PARTS, "runserver", "--noreload", f"127.0.0.1:{self.port}")


class Wire:
    """A way to the lab's server that can be cut and mended: a loopback port whose connections go on to the real one."""

    def __init__(self) -> None:
        """Listen."""
        self.ends: list[socket.socket] = []
        self.port = 0
        self.mend()

    def mend(self) -> None:
        """Listen, on the same port as before."""
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.port = int(self.listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End every connection and answer no more."""
        for end in (self.listener, *self.ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):  # the wire was cut
            while True:
                near, _ = self.listener.accept()
                far = socket.create_connection((SERVER.host, SERVER.port))
                self.ends += near, far
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=_carry, args=(one, other), daemon=True).start()


def can_connect(port: int) -> bool:
    """Say whether somebody listens on this loopback port."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(65536):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)
