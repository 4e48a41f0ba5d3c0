"""`manage.py serve`: the site, for a lab, until it is asked to end."""

import os
import sys
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from jobsite.management.command import JobsiteCommand
from jobsite.serving import address as addresses
from jobsite.serving.readiness import check_debug, check_gunicorn, check_migrations
from jobsite.startup import ENVIRON

WORKERS, THREADS = 2, 16
ADDRESS = "127.0.0.1:8000"
PROGRAM = Path(addresses.__file__).parent


class Command(JobsiteCommand):
    """Looks whether the site can be served, and hands the process over to what serves it."""

    help = "Serve the site until Ctrl-C or SIGTERM; pages under way are answered before it ends."
    examples = """\
  manage.py serve                                  at http://127.0.0.1:8000, for this machine and a proxy on it
  manage.py serve --bind 127.0.0.1:8080            at another port
  manage.py serve --workers 4 --threads 16         with four processes, on a machine of four cores and more
"""
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Where, and by how many processes and threads."""
        parser.add_argument(
            "--bind",
            type=addresses.read_address,
            default=addresses.read_address(ADDRESS),
            metavar="HOST:PORT",
            help="the address to listen at (default: %(default)s)",
        )
        parser.add_argument(
            "--workers",
            type=_number,
            default=WORKERS,
            metavar="N",
            help="processes: one for each core that the site may have (default: %(default)s)",
        )
        parser.add_argument(
            "--threads",
            type=_number,
            default=THREADS,
            metavar="N",
            help="threads of each process: so many pages at a time wait for the lab's server (default: %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse with one sentence, or serve. Raises CommandError."""
        where, workers, threads = options["bind"], options["workers"], options["threads"]
        try:
            check_gunicorn()
            check_debug(where)
            check_migrations()
            listening = addresses.listen(where)
        except addresses.NotServedError as error:
            raise CommandError(str(error)) from None
        processes = f"{workers} process{'es' * (workers > 1)} of {threads} thread{'s' * (threads > 1)}"
        self.stdout.write(f"Jobsite is at http://{where}{settings.SITE_PATH}/, in {processes}. Ctrl-C ends it.")
        self.stdout.flush()
        _become_server(listening.detach(), workers, threads)


def _number(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 1000:
        raise ArgumentTypeError(f"{text!r} is no number from 1 to 999")
    return int(text)


def _become_server(socket: int, workers: int, threads: int) -> NoReturn:
    """Go on as gunicorn, under the same number: whoever started the command ends it by that."""
    os.set_inheritable(socket, True)
    numbers = {"--socket": socket, "--workers": workers, "--threads": threads}
    command = [sys.executable, str(PROGRAM), *(word for name, value in numbers.items() for word in (name, str(value)))]
    environ = {**ENVIRON, "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"]}
    os.execve(sys.executable, command, environ)  # noqa: S606  our own program, with numbers
