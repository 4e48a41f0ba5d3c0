"""The lines of docs/from-datajoint.md: what its tables say, run as they stand there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.lab import LIGHT, ROOT, eventually
from tests.server import SERVER

PAGE = (ROOT / "docs" / "from-datajoint.md").read_text(encoding="utf-8")
CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Line:
    """One line of a table: what is written in DataJoint, in a terminal, and where it is in the browser."""

    datajoint: str
    terminal: str
    browser: str

    @property
    def calls(self) -> list[str]:
        """The statements of Python."""
        return CODE.findall(self.datajoint)

    @property
    def command(self) -> str:
        """The command, as it is typed into a shell."""
        return next(iter(CODE.findall(self.terminal)), "")

    @property
    def address(self) -> str:
        """The address of the page, '' where there is none."""
        return next((found for found in CODE.findall(self.browser) if found.startswith("/")), "")

    @property
    def query(self) -> str:
        """What stands behind the question mark of the address."""
        return self.address.partition("?")[2]

    def ask_datajoint(self, module: ModuleType, **names: object) -> Any:
        """Run the calls as a script of the lab would, and return what the last of them gives."""
        scope: dict[str, Any] = {**vars(module), **names}
        *first, last = self.calls
        for statement in first:
            exec(statement, scope)  # our own page
        return eval(last, scope)  # our own page


def read_lines() -> list[Line]:
    """Return the lines of all tables, without their heads."""
    rows = [row.strip("| ").split(" | ") for row in PAGE.splitlines() if row.startswith("| ")]
    return [Line(*[*row, "", ""][:3]) for row in rows if row[1:2] != ["in a terminal"]]


LINES = read_lines()


def line_of(datajoint: str) -> Line:
    """Return the line whose first column begins with this text, or with a call that does."""
    (found,) = [line for line in LINES if line.datajoint.strip("`").startswith(datajoint)]
    return found


@dataclass(frozen=True)
class Shell:
    """A shell in which `manage.py` and the lab's own module are found."""

    home: Path
    name: str = "bash"

    @classmethod
    def make(cls, home: Path, command: str = f'{sys.executable} {ROOT}/manage.py "$@"') -> Shell:
        """Put the module lab.tutorial and a command `manage.py` below `home`."""
        for folder, name, text in (
            ("lab", "__init__.py", ""),
            ("lab", "tutorial.py", (ROOT / "tests" / "tutorial.py").read_text(encoding="utf-8")),
            ("bin", "manage.py", f"#!/bin/sh\nexec {command}\n"),
        ):
            (home / folder).mkdir(exist_ok=True)
            (home / folder / name).write_text(text, encoding="utf-8")
        (home / "bin" / "manage.py").chmod(0o755)
        return cls(home)

    def environ(self, user: str = "", **more: str) -> Mapping[str, str]:
        """Return the environment of the site, whose account at the lab's server is `user`."""
        account = SERVER.environ(user) if user else {}
        return {
            **os.environ,
            **SERVER.site_environ(),
            **account,
            "PATH": f"{self.home}/bin:{os.environ['PATH']}",
            "PYTHONPATH": f"{self.home}:{LIGHT['PYTHONPATH']}",
            "TEST_SCHEMA": "lab_tutorial",
            "TEST_GATE": str(self.home / "gate"),
            **more,
        }

    def start(self, command: str, user: str = "", **more: str) -> subprocess.Popen[str]:
        """Start a command line in the shell."""
        quiet: Any = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        env = self.environ(user, **more)
        return subprocess.Popen([self.name, "-c", command], cwd=ROOT, env=env, text=True, **quiet)

    def run(self, command: str, user: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command line in the shell to its end."""
        started = self.start(command, user, **more)
        out, err = started.communicate(timeout=120)
        return subprocess.CompletedProcess(command, started.returncode, out, err)

    def answer(self, command: str, user: str = "", **more: str) -> str:
        """Return what a command line writes; its exit status must be 0."""
        done = self.run(command, user, **more)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def wait_for_make(self, worker: subprocess.Popen[str]) -> None:
        """Return when a worker is inside make at the key that waits."""
        waiting = self.home / "gate.waiting"
        eventually(lambda: waiting.exists() or worker.poll() is not None, "a worker inside make")
        assert worker.poll() is None, worker.communicate()
