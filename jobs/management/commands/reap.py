"""`manage.py reap`: free the keys of workers that are gone."""

from typing import Any

from django.core.management.base import CommandParser

from jobs.terminal.reaping import EXAMPLES, add_arguments, reap
from jobsite.management.command import JobsiteCommand
from jobsite.terminal.ending import STATUSES, end_with_status_of


class Command(JobsiteCommand):
    """The terminal's side of reaping."""

    help = f"Release the jobs whose workers are gone, so that populate takes their keys again.\n\n{STATUSES}"
    examples = EXAMPLES
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the arguments."""
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Reap, and leave with the exit status."""
        end_with_status_of(lambda: reap(options))
