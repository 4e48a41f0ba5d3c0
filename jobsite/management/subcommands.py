"""A command with subcommands, each with a help of its own: `manage.py jobs clear`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.management.base import CommandParser

from jobsite.management.command import JobsiteCommand
from jobsite.terminal.ending import STATUSES, end_with_status_of


@dataclass(frozen=True)
class SubCommand:
    """What a command does for a word after its name, such as `clear`."""

    help: str
    examples: str
    add_arguments: Callable[[CommandParser], None]
    run: Callable[[Mapping[str, Any]], int]
    """Takes what was parsed, and returns the exit status."""


class CommandOfMany(JobsiteCommand):
    """The word that comes first says which subcommand is meant; without one it is the `usual`."""

    subcommands: Mapping[str, SubCommand]
    usual: str
    requires_system_checks: list[str] = []
    _chosen: SubCommand

    def run_from_argv(self, argv: list[str]) -> None:
        """Take the word for a part of the command's name, so that each subcommand has a parser of its own."""
        if argv[2:3] and argv[2] in self.subcommands:
            argv = [argv[0], " ".join(argv[1:3]), *argv[3:]]
        super().run_from_argv(argv)

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return the parser of `jobs clear`, or for `jobs` that of the usual subcommand, with a list of all."""
        word = subcommand.partition(" ")[2]
        self._chosen = self.subcommands[word or self.usual]
        listed = "\n".join(f"  {name:12}{one.help}" for name, one in self.subcommands.items())
        says = self._chosen.help if word else f"{self.help}\n\nsubcommands:\n{listed}"
        examples = self._chosen.examples if word else self.examples
        parser = super().create_parser(prog_name, subcommand, epilog=f"examples:\n{examples}", **kwargs)
        parser.description = f"{says}\n\n{STATUSES}"
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        """Add those of the subcommand."""
        self._chosen.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it, and leave with its exit status."""
        end_with_status_of(lambda: self._chosen.run(options))
