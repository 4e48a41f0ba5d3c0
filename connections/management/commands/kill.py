"""`manage.py kill 'TIME > 600'`: list connections as dj.kill does, and kill those that a person names, or all."""

import os
import signal
import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser

from connections.killing import log
from connections.restricted import RestrictionNotTakenError
from connections.terminal.arguments import EXAMPLES, Arguments, add_arguments
from connections.terminal.prompt import Prompt
from connections.terminal.unattended import Unattended
from jobsite.lab.explanations import explain
from jobsite.management.command import JobsiteCommand
from jobsite.one_line import printable, problems_only
from jobsite.screen import Screen

LEFT_UNDONE, WRONG_INPUT = 1, 2
KILLED_BY = 128
"""What a shell adds to the number of the signal that ended a command."""


class Command(JobsiteCommand):
    """The terminal's side of killing: arguments in, lines and exit status out."""

    help = (
        "List the server's connections as dj.kill does, with the jobs they hold, and ask which to kill. Exit status:\n"
        "0 all was done, 1 something was not, such as a kill that would have cost a job, 2 wrong input and nothing\n"
        "done, 130 ended by Ctrl-C."
    )
    examples = EXAMPLES
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the arguments, which `Arguments` reads."""
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """List, ask, kill, and leave with the status that `help` names."""
        try:
            arguments = Arguments.read(options)
        except ValueError as error:
            raise CommandError(printable(str(error)), returncode=WRONG_INPUT) from None
        if status := _run(arguments):
            sys.exit(status)


def _run(arguments: Arguments) -> int:
    """Return the exit status. Raises CommandError with one sentence when the server refuses."""
    screen = Screen(sys.stdout)
    command = Prompt(arguments, screen) if arguments.asks else Unattended(arguments, screen)
    try:
        with problems_only(log):  # the command itself says what it does
            command.run()
    except BrokenPipeError:  # nobody reads any more; Python would complain once more on its way out
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return LEFT_UNDONE
    except KeyboardInterrupt:
        screen.line("")  # the cursor stands behind the question
        screen.say("Ended by Ctrl-C.")
        return KILLED_BY + signal.SIGINT
    except RestrictionNotTakenError as error:
        raise CommandError(printable(error.in_words), returncode=WRONG_INPUT) from None
    except Exception as error:  # whatever the server refuses is said in one sentence; all else is raised again
        sentence = explain(error)
        if not sentence:
            raise
        raise CommandError(printable(sentence)) from None
    return LEFT_UNDONE if command.left_undone else 0
