"""`manage.py populate lab.ephys.Spikes`: compute what is missing in a DataJoint table, with job reservation."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from jobs.cluster.this_job import current_job
from jobs.worker.dj.compat import Untyped
from jobs.worker.dj.connecting import say_who_this_is
from jobs.worker.outcomes import InterruptedRunError, WrongInputError
from jobs.worker.overriding import warnings_of
from jobs.worker.run import populate, prepare
from jobs.worker.signals import Signals, learn_how_children_end
from jobs.worker.submitting import Submitter
from jobs.worker.terminal.arguments import EXAMPLES, Arguments, add_arguments
from jobs.worker.terminal.preview import Preview, preview
from jobs.worker.terminal.progress import Lines, Terminal
from jobs.worker.watchdog import KILLED_BY
from jobsite.management.command import JobsiteCommand
from jobsite.one_line import printable

FAILED, WRONG_INPUT = 1, 2
STDOUT, STDERR = 1, 2


class Command(JobsiteCommand):
    """The terminal's side of populate: arguments in, progress, summary and exit status out."""

    help = (
        "Compute the missing keys of DataJoint tables, reserving each in the jobs table. Exit status: 0 nothing\n"
        "failed, 1 something did, 2 wrong input and nothing done, 130 ended by Ctrl-C, 143 ended by SIGTERM."
    )
    examples = EXAMPLES
    # A worker needs neither the site's pages nor its database.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the arguments, which `Arguments` reads."""
        add_arguments(parser)

    def handle(self, *args: object, **options: Untyped) -> None:
        """Run, summarise, and leave with the status that `help` names."""
        learn_how_children_end()
        submits = options["slurm"] is not None or options["parsl"] is not None
        prints_script = submits and options["dry_run"]
        is_read_by_programs = options["json"] or prints_script
        out = sys.stderr if is_read_by_programs else sys.stdout
        has_times = not options["dry_run"] and not submits
        lines = Terminal(out, has_times=False) if out.isatty() else Lines(out, has_times=has_times)
        try:
            with _prints_on_stderr() if is_read_by_programs else nullcontext(), lines:
                status, summary = self._run(lines, options)
            if options["json"]:
                self.stdout.write(json.dumps(summary, default=_plain, indent=2))
            elif prints_script and not status:
                self.stdout.write(summary["script"])
        except BrokenPipeError:  # nobody reads any more; Python would complain once more on its way out
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            status = FAILED
        except KeyboardInterrupt:  # a second one, which is not to be answered with a summary
            status = KILLED_BY + signal.SIGINT
        if status:
            sys.exit(status)

    def _run(self, lines: Lines, options: dict[str, Untyped]) -> tuple[int, dict[str, Untyped]]:
        """Return the exit status, and the summary as plain values."""
        with Signals() as signals:
            try:
                arguments = Arguments.read(options)
                computes = not arguments.submission and not options["dry_run"]
                tables = prepare(
                    arguments.options, settings.LAB, signals, lambda: _begin_log(lines) if computes else None
                )
                for text in warnings_of(tables):
                    lines.warning(text)
                if arguments.submission:
                    submitter = Submitter(tables, arguments.options, arguments.submission, settings.LAB)
                    return self._submit(lines, submitter, is_dry=options["dry_run"])
                if options["dry_run"]:
                    return self._preview(lines, preview(tables, arguments.options))
                populate(
                    tables, arguments.options, arguments.processes, settings.LAB, lines, signals, arguments.schedule
                )
            except WrongInputError as error:
                raise CommandError(printable(str(error)), returncode=WRONG_INPUT) from None
            except (InterruptedRunError, KeyboardInterrupt, SystemExit):
                return self._interrupted(lines, signals.received or signal.SIGTERM)
            with signals.deferred():
                lines.summarise()
        status = FAILED if lines.has_failed else 0
        return status, lines.as_json(status)

    def _interrupted(self, lines: Lines, signum: int) -> tuple[int, dict[str, Untyped]]:
        lines.summarise()
        lines.write(f"Ended by {'Ctrl-C' if signum == signal.SIGINT else 'SIGTERM'}.")
        return KILLED_BY + signum, lines.as_json(KILLED_BY + signum)

    def _submit(self, lines: Lines, submitter: Submitter, *, is_dry: bool) -> tuple[int, dict[str, Untyped]]:
        if is_dry:
            return 0, {"script": submitter.script(), "warnings": lines.warnings}
        said = submitter.submit()
        for text in said.warnings:
            lines.warning(text)
        for line in said.lines:
            lines.write(line)
        return 0, {**said.values, "warnings": lines.warnings}

    def _preview(self, lines: Lines, previews: list[Preview]) -> tuple[int, dict[str, Untyped]]:
        for line in (line for found in previews for line in found.lines(lines.columns)):
            lines.write(line)
        return 0, {"tables": [found.as_json() for found in previews], "warnings": lines.warnings}


def _begin_log(lines: Lines) -> None:
    """Say in a cluster's log whose it is, before the lab's code says anything."""
    job = current_job()
    if job:
        lines.note(say_who_this_is(job))


@contextmanager
def _prints_on_stderr() -> Iterator[None]:
    """Let what make prints go to standard error, also from processes that it starts."""
    sys.stdout.flush()
    kept = os.dup(STDOUT)
    os.dup2(STDERR, STDOUT)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        os.dup2(kept, STDOUT)
        os.close(kept)


def _plain(value: object) -> str:
    """Return what JSON has no word for: a date, a UUID, a decimal, bytes."""
    return value.hex() if isinstance(value, bytes) else str(value)
