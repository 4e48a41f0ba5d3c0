"""How do the tests run `manage.py kill`: here, in a process of its own, or on a terminal?"""

import io
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

import pytest
from django.core.management import CommandError, call_command

from tests.connections.test_doctor import migrate
from tests.lab import ROOT
from tests.server import SERVER
from tests.terminals import Terminal

PROMPT = 'process to kill or "q" to quit >'


@dataclass(frozen=True)
class Answer:
    """What a command said, and its exit status."""

    status: int
    out: str
    err: str = ""

    @property
    def lines(self) -> list[str]:
        """What was written, without the prompt, behind which a person would have pressed Enter."""
        return self.out.replace(f"{PROMPT} ", "").splitlines()

    @property
    def rows(self) -> dict[int, dict[str, str]]:
        """What the lists in a file say of each connection, by their columns."""
        headings, *rows = [line.split("\t") for line in self.lines if "\t" in line]
        return {int(row[0]): dict(zip(headings, row, strict=True)) for row in rows if row != headings}

    @property
    def said(self) -> list[str]:
        """The lines that are no row of a list."""
        return [line.strip() for line in self.lines if "\t" not in line]


def kill_here(*arguments: str, typed: str = "") -> Answer:
    """Run the command in this process, whose record is that of the test; `typed` is what comes through a pipe.

    Both of its outputs are one, so that it is seen in which order they were written.
    """
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()) as out, redirect_stderr(out):
        patch.setattr("sys.stdin", io.StringIO(typed))
        try:
            call_command("kill", *arguments)
        except SystemExit as left:
            return Answer(int(left.code or 0), out.getvalue())
        except CommandError as error:
            return Answer(error.returncode, out.getvalue(), str(error))
    raise AssertionError("The command has not ended as commands do.")


def environ(**more: str) -> Mapping[str, str]:
    """Return the environment of a site whose own database has been migrated."""
    assert migrate().returncode == 0, migrate().stderr
    return {**os.environ, **SERVER.site_environ(), "TERM": "xterm", **more}


def kill_as_a_shell(*arguments: str, typed: bytes = b"", **more: str) -> Answer:
    """Run the command to its end in a process of its own, without a terminal."""
    command = [sys.executable, "manage.py", "kill", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environ(**more), input=typed, capture_output=True, check=False)
    return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())


def kill_on_a_terminal(*arguments: str, columns: int = 80, **more: str) -> Terminal:
    """Start the command in a terminal of its own, which has colours."""
    command = [sys.executable, "manage.py", "kill", *arguments]
    return Terminal(command, environ(**more), columns=columns, rows=40)
