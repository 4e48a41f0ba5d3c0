"""`manage.py populate lab.ephys.Spikes`: compute what is missing in a DataJoint table, with job reservation."""

import json
import os
import signal
import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from jobs.interrupts import Interrupts
from jobs.management.progress import Bar, Lines, printable
from jobs.outcomes import ON_STOP, ORDERS, InterruptedRunError, Options, Untyped, WrongInputError
from jobs.populate import populate

FAILED, WRONG_INPUT, KILLED_BY = 1, 2, 128
EXAMPLE = "write an object such as '{\"scale\": 2}'"


class Command(BaseCommand):
    """The terminal's side of populate: arguments in, progress, summary and exit status out."""

    help = (
        "Compute the missing keys of DataJoint tables, reserving each in the jobs table. Exit status: 0 nothing failed,"
        " 1 something did, 2 wrong input and nothing done, 130 ended by Ctrl-C, 143 ended by SIGTERM."
    )
    # A worker needs neither the site's pages nor its database.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the arguments. Values are read in `handle`, which answers a wrong one in one line."""
        say = parser.add_argument
        say("tables", nargs="+", metavar="module.Table", help="tables to populate, in this order")
        say("--restrict", action="append", default=[], metavar="SQL", help="a condition on the keys; may be repeated")
        say("--order", default="original", metavar="|".join(ORDERS), help="the order of the keys (default: original)")
        say("--limit", metavar="N", help="look at N keys of each table at most, counting those held back")
        say("--max-calls", metavar="N", help="try N keys of each table at most, over all processes together")
        say("--processes", default="1", metavar="N", help="compute in N processes, each with its own connection")
        say("--no-reserve", action="store_true", help="do without the jobs table; only while nobody else computes")
        say("--stop-on-error", action="store_true", help="end the run after the first failure")
        say(
            "--on-stop",
            default="error",
            metavar="|".join(ON_STOP),
            help="what Ctrl-C or SIGTERM makes of the job in hand",
        )
        say("--make-kwargs", default="{}", metavar="JSON", help="an object of keyword arguments for make")

    def handle(self, *args: object, **options: Untyped) -> None:
        """Run, summarise, and leave with the status that `help` names."""
        lines = Bar(sys.stdout) if self.stdout.isatty() else Lines(self.stdout)
        try:
            status = self._run(lines, options)
        except BrokenPipeError:  # nobody reads any more; Python would complain once more on its way out
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            status = FAILED
        except KeyboardInterrupt:  # a second one, which is not to be answered with a summary
            status = KILLED_BY + signal.SIGINT
        if status:
            sys.exit(status)

    def _run(self, lines: Lines, options: dict[str, Untyped]) -> int:
        with Interrupts() as interrupts:
            try:
                wanted, processes = read_options(options)
                populate(options["tables"], wanted, processes, settings.LAB, lines, interrupts)
            except WrongInputError as error:
                raise CommandError(printable(str(error)), returncode=WRONG_INPUT) from None
            except (InterruptedRunError, KeyboardInterrupt, SystemExit):
                return self._interrupted(lines, interrupts.received or signal.SIGTERM)
            with interrupts.held():
                lines.summarise()
        return FAILED if lines.has_failed else 0

    def _interrupted(self, lines: Lines, signum: int) -> int:
        lines.summarise()
        lines.write(f"Ended by {'Ctrl-C' if signum == signal.SIGINT else 'SIGTERM'}.")
        return KILLED_BY + signum


def read_options(options: dict[str, Untyped]) -> tuple[Options, int]:
    """Return what the command line asks for, and the number of processes. Raises WrongInputError in one sentence."""
    if options["order"] not in ORDERS:
        raise WrongInputError(f"--order is one of {', '.join(ORDERS)}, not “{options['order']}”.")
    if options["on_stop"] not in ON_STOP:
        raise WrongInputError(f"--on-stop is one of {', '.join(ON_STOP)}, not “{options['on_stop']}”.")
    processes = _count("--processes", options["processes"]) or 1
    if processes > 1 and options["no_reserve"]:
        raise WrongInputError("--processes needs reservations, so that no key is computed twice: drop --no-reserve.")
    wanted = Options(
        restrictions=tuple(options["restrict"]),
        order=options["order"],
        limit=_count("--limit", options["limit"]),
        max_calls=_count("--max-calls", options["max_calls"]),
        reserve=not options["no_reserve"],
        stop_on_error=options["stop_on_error"],
        on_stop=options["on_stop"],
        make_kwargs=_make_kwargs(options["make_kwargs"]),
    )
    return wanted, processes


def _count(name: str, text: str | int | None) -> int | None:
    if text is None:
        return None
    if not str(text).isdecimal() or int(text) < 1:
        raise WrongInputError(f"{name} is a whole number from 1, not “{text}”.")
    return int(text)


def _make_kwargs(text: str) -> dict[str, Untyped]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise WrongInputError(f"--make-kwargs is not JSON ({error}): {EXAMPLE}.") from None
    if not isinstance(found, dict):
        raise WrongInputError(f"--make-kwargs is JSON but no object: {EXAMPLE}.")
    return found
