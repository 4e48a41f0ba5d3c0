"""What has each command of Jobsite? A help with examples, and without the options that are the same for all."""

from argparse import RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser, DjangoHelpFormatter

OPTIONS_OF_DJANGO = frozenset(DjangoHelpFormatter.show_last | {"-v"})


class HelpFormatter(RawDescriptionHelpFormatter):
    """Leaves the lines of the examples as they are."""


class JobsiteCommand(BaseCommand):
    """A command with a help of its own; Django's options work all the same."""

    examples = ""
    """Lines to try, which stand at the end of the help."""
    suppressed_base_arguments = set(OPTIONS_OF_DJANGO)

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return Django's parser."""
        kwargs.setdefault("formatter_class", HelpFormatter)
        kwargs.setdefault("epilog", f"examples:\n{self.examples}" if self.examples else None)
        return super().create_parser(prog_name, subcommand, **kwargs)
