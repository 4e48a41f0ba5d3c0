"""How do the tests start a real worker process quickly? Forked from one that has imported DataJoint, which takes 2 s.

The process is a real one, with its own environment, output and signals; only the import is shared. `--processes` and
what concerns the start of Python itself are tested with a fresh one.
"""

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from multiprocessing import get_context
from pathlib import Path

STAMP = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ", re.MULTILINE)
TIMES = re.compile(r"^  (\S+ s a key, )?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d to \d{4}-.*\n", re.MULTILINE)
CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload(["datajoint", "django.core.management"])


def timeless(text: str) -> str:
    """Return what a worker said without the times that its lines begin with, and without the lines of times."""
    return TIMES.sub("", STAMP.sub("", text))


class FreshWorker(subprocess.Popen[str]):
    """A started process whose output is read without its times."""

    def communicate(self, input: str | None = None, timeout: float | None = None) -> tuple[str, str]:
        """Wait for its end, and return its output and its errors."""
        out, err = super().communicate(input, timeout)
        return timeless(out), timeless(err)


def run_to_end(command: Sequence[str], cwd: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a worker to its end, and return what it said without its times."""
    worker = FreshWorker(command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, err = worker.communicate()
    return subprocess.CompletedProcess(command, worker.returncode, out, err)


class ForkedWorker:
    """A started `manage.py ...`, with as much of subprocess.Popen as the tests use."""

    def __init__(self, arguments: list[str], cwd: Path, env: Mapping[str, str], log: Path) -> None:
        """Start it; what it says goes to files beside `log`."""
        self.args = arguments
        self._outputs = log.with_suffix(".out"), log.with_suffix(".err")
        self._process = CONTEXT.Process(target=_run, args=(arguments, cwd, dict(env), self._outputs))
        self._process.start()
        self.pid = self._process.pid or 0

    @property
    def returncode(self) -> int | None:
        """How it ended, or None."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """Look whether it has ended, and how."""
        return self._process.exitcode

    def send_signal(self, signum: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, signum)

    def terminate(self) -> None:
        """Ask it to end."""
        self._process.terminate()

    def kill(self) -> None:
        """End it."""
        self._process.kill()

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, `timeout` seconds at most, and return its status."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return self._process.exitcode

    def so_far(self) -> str:
        """Return its output until now."""
        return timeless(self._outputs[0].read_text()) if self._outputs[0].exists() else ""

    def complaints(self) -> str:
        """Return its errors until now."""
        return timeless(self._outputs[1].read_text()) if self._outputs[1].exists() else ""

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Wait for its end, and return its output and its errors."""
        self.wait(timeout)
        out, err = (timeless(path.read_text()) for path in self._outputs)
        return out, err


def _run(arguments: list[str], cwd: Path, env: dict[str, str], outputs: tuple[Path, Path]) -> None:
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    out, err = (path.open("w") for path in outputs)
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    with out, err, redirect_stdout(out), redirect_stderr(err):
        sys.argv = ["manage.py", *arguments]
        from manage import main

        main()
