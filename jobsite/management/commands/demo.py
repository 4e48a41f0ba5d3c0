"""`manage.py demo`: a private server with a believable lab in it, workers at work, and the site, until Ctrl-C."""

import os
import shlex
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from jobsite.demo.people import ROLES
from jobsite.demo.processes import DemoError
from jobsite.demo.server import ServerError
from jobsite.management.command import JobsiteCommand

HOME = "JOBSITE_DEMO_HOME"
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Command(JobsiteCommand):
    """The terminal's side of the demo: one line a step, then where to look and what to try."""

    help = (
        "Start a private MariaDB server with an example lab, DataJoint workers and this site, on loopback ports. The\n"
        f"demo keeps its files in .demo, or in the folder {HOME}, and makes them anew each time. Ctrl-C ends it."
    )
    examples = f"""\
  manage.py demo                                   in the folder .demo
  {HOME}=/tmp/demo manage.py demo     elsewhere
"""
    requires_system_checks = ()

    def handle(self, *args: object, **options: Any) -> None:
        """Start, say so, wait; whatever ends the wait ends everything."""
        home = Path(os.environ.get(HOME) or settings.BASE_DIR / ".demo")
        try:
            from jobsite.demo.running import Demo
        except ModuleNotFoundError as error:
            raise CommandError(f"The demo needs {error.name}: pip install -r requirements-worker.txt") from None
        _end_by_signal()
        try:
            with Demo(home, self._step) as demo:
                try:
                    demo.start()
                    self._say(_words(demo))
                    demo.site.wait_until_it_ends()
                finally:
                    _ignore_signals()
                    self._say("\nEnding everything")
        except KeyboardInterrupt:
            return
        except (DemoError, ServerError) as error:
            raise CommandError(str(error)) from None

    def _step(self, words: str) -> None:
        self._say(f"  {words} ...")

    def _say(self, words: str) -> None:
        """Write to the terminal, which may be closed by now."""
        try:
            self.stdout.write(words)
            self.stdout.flush()
        except OSError:
            # Nor may Python's own last flush complain.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _words(demo: Any) -> str:
    """Return where the site is, who may log in, and what to try."""
    people = "\n".join(f"  {name:10}{password:16}{ROLES[name]}" for name, password in demo.people.items())
    environ = {**demo.accounts.environ("alice"), "LAB_ARCHIVE": _short(demo.archive)}
    words = " ".join(f"{name}={shlex.quote(value)}" for name, value in environ.items())
    python = shlex.quote(_short(Path(sys.executable)))
    return (
        f"\nJobsite is at {demo.site.address}\n\n{people}\n\n"
        f"Last night, {demo.missing_files} files were missing on the file server; now they are back. Log in as\n"
        "operator, clear the jobs of RawSignal that failed with a FileNotFoundError, then compute them as alice:\n\n"
        f"  {words} \\\n    {python} manage.py populate jobsite.demo.pipeline.ephys.RawSignal\n\n"
        "Ctrl-C ends everything."
    )


def _short(path: Path) -> str:
    """Return a path as one writes it who stands where manage.py is."""
    root = settings.BASE_DIR
    return str(path.relative_to(root) if path.is_relative_to(root) else path)


def _end_by_signal() -> None:
    """Let SIGTERM and a closed terminal end the demo as Ctrl-C does."""

    def interrupt(signum: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for signum in ENDING:
        if signal.getsignal(signum) is not signal.SIG_IGN:  # under nohup a closed terminal is to be no matter
            signal.signal(signum, interrupt)


def _ignore_signals() -> None:
    for signum in ENDING:
        signal.signal(signum, signal.SIG_IGN)
