"""How does gunicorn serve the site? Processes of threads that nobody has to tune, and an end that loses no page.

The numbers were measured: docs/decisions/0010-gunicorn-by-a-command-of-our-own.md.
"""

import os
import signal
from argparse import ArgumentParser
from collections.abc import Mapping
from types import FrameType
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from jobsite.one_line import LOG_LINES

GRACE_S = 12
"""How long pages under way may take to end: longer than any page waits (jobsite.lab.deadline)."""
SIGN_OF_LIFE_S = 120
"""A process whose main thread stands still so long is ended. No page is: each has a thread of its own."""
MOST_OF_AN_ADDRESS = 8190
"""Bytes of a request's first line, the most that gunicorn takes: a restriction stands in the address of its list."""

SETTINGS: Mapping[str, Any] = {
    "worker_class": "gthread",
    "graceful_timeout": GRACE_S,
    "timeout": SIGN_OF_LIFE_S,
    "limit_request_line": MOST_OF_AN_ADDRESS,
    # It would be a file in the home of whoever serves, by which gunicorn takes orders.
    "control_socket_disable": True,
    "logconfig_dict": {
        "version": 1,
        "disable_existing_loggers": False,
        # In each process Django adds handlers of its own; one at the root would write its lines again.
        "root": {"handlers": []},
        "formatters": {"plain": LOG_LINES},
        "handlers": {"terminal": {"class": "logging.StreamHandler", "formatter": "plain"}},
        "loggers": {"gunicorn.error": {"level": "WARNING", "handlers": ["terminal"], "propagate": False}},
    },
}


class Gunicorn(BaseApplication):  # type: ignore[misc]  # gunicorn is published without types
    """The site as gunicorn takes it. Each of its processes imports the site by itself, so SIGHUP renews the code."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        """`settings` are gunicorn's, by its names."""
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Take the settings, and nothing from gunicorn's own files and variables."""
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Return the site, in a process that serves it."""
        from jobsite.wsgi import application

        return application


def main() -> None:
    """Serve the site by the socket, processes and threads that the command line names; return when that has ended."""
    asked = ArgumentParser()
    for name in ("--socket", "--workers", "--threads"):
        asked.add_argument(name, type=int, required=True)
    given = asked.parse_args()
    numbers = {"bind": f"fd://{given.socket}", "workers": given.workers, "threads": given.threads}
    Gunicorn({**SETTINGS, **numbers, "when_ready": _hang_up(signal.getsignal(signal.SIGHUP))}).run()


def _hang_up(before: Any) -> Any:
    """Return what changes the meaning of SIGHUP at a terminal, where it says that the terminal was closed.

    Gunicorn would take it for the order to renew its processes, and serve on where nobody can end it.
    """

    def when_ready(arbiter: Arbiter) -> None:
        def end(signum: int, frame: FrameType | None) -> None:
            arbiter.signal(signal.SIGTERM, frame)

        if before is signal.SIG_IGN:  # under nohup
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        elif os.isatty(0):
            signal.signal(signal.SIGHUP, end)

    return when_ready
