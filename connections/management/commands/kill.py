"""`manage.py kill 'TIME > 600'`: list connections as dj.kill does, and kill those that a person names, or all."""

from typing import Any

from django.core.management.base import CommandParser

from connections.terminal.arguments import EXAMPLES, add_arguments
from connections.terminal.command import list_and_kill
from jobsite.management.command import JobsiteCommand
from jobsite.terminal.ending import STATUSES, end_with_status_of


class Command(JobsiteCommand):
    """The terminal's side of killing."""

    help = (
        f"List the server's connections as dj.kill does, with the jobs they hold, and ask which to kill.\n\n{STATUSES}"
    )
    examples = EXAMPLES
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the arguments."""
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """List, ask, kill, and leave with the exit status."""
        end_with_status_of(lambda: list_and_kill(options))
