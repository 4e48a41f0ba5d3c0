"""How do the tests run `manage.py populate` on a terminal, or many times in one process?"""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from tests.forked_worker import timeless
from tests.lab import LIGHT, ROOT
from tests.server import SERVER

# DataJoint takes two seconds to import: commands that are refused share one process.
ONE_AFTER_THE_OTHER = """
import contextlib, io, json, sys
from django.core.management import execute_from_command_line
for arguments in json.load(sys.stdin):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            execute_from_command_line(["manage.py", "populate", *arguments])
            status = 0
        except SystemExit as left:
            status = left.code
    print(json.dumps([status, out.getvalue(), err.getvalue()]))
"""


@dataclass(frozen=True)
class Answer:
    """What a command said, and its exit status."""

    status: int
    out: str
    err: str


def environ(schema: str, **more: str) -> dict[str, str]:
    """Return a worker's environment."""
    return {**os.environ, **SERVER.environ("alice"), "TEST_SCHEMA": schema, **LIGHT, **more}


def answers(schema: str, commands: Sequence[Sequence[str]], **more: str) -> list[Answer]:
    """Run `manage.py populate` with each of `commands`, one after the other in one process."""
    run = subprocess.run(
        [sys.executable, "-c", ONE_AFTER_THE_OTHER],
        input=json.dumps(commands),
        cwd=ROOT,
        env=environ(schema, DJANGO_SETTINGS_MODULE="jobsite.settings", **more),
        capture_output=True,
        text=True,
        check=True,
    )
    found = [json.loads(line) for line in run.stdout.splitlines()]
    return [Answer(status, timeless(out), timeless(err)) for status, out, err in found]


def on_a_terminal(schema: str, *arguments: str) -> Answer:
    """Run `manage.py populate` with a terminal for its output."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "manage.py", "populate", *arguments]
    worker = subprocess.Popen(command, cwd=ROOT, env=environ(schema), stdout=theirs, stderr=subprocess.PIPE, text=True)
    os.close(theirs)
    shown = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    _, complained = worker.communicate()
    return Answer(worker.returncode, timeless(shown.decode().replace("\r\n", "\n")), complained)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux: everybody on the other side has closed it
        return b""
