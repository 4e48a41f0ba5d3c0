"""In which order does the demo start, and how does it end? All of it is made anew, in a folder of the demo's own."""

import fcntl
import importlib
import os
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

from jobsite.demo.accounts import Accounts, new_password
from jobsite.demo.failures import set_back
from jobsite.demo.filling import fill
from jobsite.demo.mishaps import Mishaps
from jobsite.demo.night import Night
from jobsite.demo.people import ROLES
from jobsite.demo.processes import DemoError, Processes
from jobsite.demo.raw_data import restore_missing_files
from jobsite.demo.server import Server
from jobsite.demo.site import Site
from jobsite.demo.visitors import Visitors

PARTS = ("server", "site", "archive", "logs")


class Demo:
    """A running demo. Leaving the block ends everything it started, the server last."""

    def __init__(self, home: Path, on_step: Callable[[str], None]) -> None:
        """`home` is the demo's folder; `on_step` is called with a few words before each step."""
        self.home, self.on_step = home.resolve(), on_step
        self.people = {name: new_password() for name in ROLES}
        self.missing_files = 0
        self.processes = Processes(self.home)
        self.server = Server(self.home / "server", password=new_password())
        self.site = Site(self.home / "site", self.processes)
        self.archive = self.home / "archive"

    def __enter__(self) -> "Demo":
        """Take the folder for this demo alone. Raises DemoError when it is not to be had."""
        self._take_folder()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the workers and the site, then the server, and with it whoever is still connected."""
        self.processes.end()
        self.server.stop()
        self.processes.sweep()
        os.close(self._lock)

    def start(self) -> None:
        """Return when the site answers and the night is over."""
        self._clear_away()
        # DataJoint looks for a settings file in the current directory: not for the lab's own, here.
        os.chdir(self.home)
        people = self.site.make_people(self.people)
        self.on_step("A private MariaDB server")
        with ThreadPoolExecutor(1) as beside:
            server = beside.submit(self.server.start)
            importlib.import_module("datajoint")  # takes two seconds, in which the server starts
            server.result()
        self.accounts = Accounts(self.server.port, self.server.password)
        self.accounts.make_scientists()
        self.on_step("Two schemas, with what people enter by hand")
        fill(self.accounts, self.archive)
        self.accounts.make_sites_own()
        self.on_step("Five workers, which compute and fail")
        self._pass_the_night(people)
        self.missing_files = restore_missing_files(self.archive)
        self.on_step("The site")
        self.site.wait_until_it_answers()

    def _pass_the_night(self, people: subprocess.Popen[bytes]) -> None:
        """Let everybody work, and serve the site when its `people` are made."""
        where = (self.accounts, self.processes, self.site.home, self.archive)
        night, mishaps = Night(*where), Mishaps(*where)
        night.begin()
        self.visitors = Visitors(self.accounts)
        self.visitors.come()
        self.site.serve(self.accounts, people)
        with ThreadPoolExecutor(1) as beside:
            happened = beside.submit(mishaps.happen)
            try:
                night.wait_until_over()
                happened.result()
            finally:
                mishaps.end()
        set_back(self.accounts)

    def _take_folder(self) -> None:
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        mark = self.home / "lock"
        if not mark.exists() and set(os.listdir(self.home)) - {"site"}:
            raise DemoError(f"{self.home} is not empty, and no demo made it: name another folder, or remove this one.")
        # Held by this process alone: its children do not inherit it, so a killed demo holds it no longer.
        self._lock = os.open(mark, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise DemoError(f"A demo runs in {self.home} already: end that one with Ctrl-C first.") from None

    def _clear_away(self) -> None:
        """Remove what an earlier demo left: its processes, when it was killed, and its files."""
        if self.processes.sweep():
            self.on_step("Ending the processes of an earlier demo")
        for part in PARTS:
            shutil.rmtree(self.home / part, ignore_errors=True)
        self.processes.logs.mkdir()
        self.archive.mkdir()
