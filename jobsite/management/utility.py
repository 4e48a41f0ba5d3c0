"""What does `manage.py help` list, and what does Tab complete? Our commands first, then a few of Django's.

Each command of ours is listed with the first sentence of its help, wherever it is: none is named here.
"""

import os
import sys
from argparse import SUPPRESS, Action
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import ManagementUtility, get_commands

from jobsite.management.subcommands import CommandOfMany

OF_DJANGO = ("migrate", "createsuperuser", "changepassword", "runserver", "check", "shell")
"""What README.md and docs/admin.md ask a person to run, and what one looks for when something is wrong."""
CHOICES = "|"
"""What stands between the values of an argument in its help."""


class Utility(ManagementUtility):
    """Django's, with a short help, and a completion that knows values too."""

    def main_help_text(self, commands_only: bool = False) -> str:
        """Return the help; with `commands_only` every command's name, as Django does."""
        if commands_only:
            return super().main_help_text(commands_only=True)
        if self.settings_exception is not None:
            return super().main_help_text()
        found = get_commands()
        ours = [name for name, app in sorted(found.items()) if is_ours(app)]
        django = [name for name in OF_DJANGO if name in found]
        return "\n".join(
            [
                f"{self.prog_name} COMMAND [options]",
                "",
                "Jobsite's commands:",
                *(f"  {name:18}{self._first_sentence(name)}" for name in ours),
                "",
                "Django's, for the site and its own database:",
                *(f"  {name:18}{self._first_sentence(name)}" for name in django),
                "",
                f"{self.prog_name} help COMMAND says more of one; {self.prog_name} help --commands lists all"
                f" {len(found)}, Django's others too.",
            ]
        )

    def _first_sentence(self, name: str) -> str:
        return self.fetch_command(name).help.partition(". ")[0].rstrip(".") + "."

    def autocomplete(self) -> None:
        """Write what the word under the cursor may become, one a line, when a shell asks as Django's completion does.

        COMP_WORDS are the words of the line, COMP_CWORD is the number of the one to complete.
        """
        if "DJANGO_AUTO_COMPLETE" not in os.environ:
            return
        words = os.environ["COMP_WORDS"].split("\n")[1:]
        number = int(os.environ["COMP_CWORD"]) - 1
        before, begun = words[:number], words[number] if number < len(words) else ""
        option, equals, value = begun.partition("=")  # a word of its own to bash, and none to zsh
        if equals and option:
            found = [f"{option}={word}" for word in self._candidates([*before, option]) if word.startswith(value)]
        else:
            before = [word for word in before if word != "="]
            found = [word for word in self._candidates(before) if word.startswith(value if equals else begun)]
        sys.stdout.writelines(f"{word}\n" for word in found)
        sys.exit(0)

    def _candidates(self, before: Sequence[str]) -> Iterator[str]:
        commands = get_commands()
        if before[:1] in ([], ["help"]):
            yield from sorted([*commands, *([] if before else ["help"])])
        elif before[0] in commands:
            yield from self._of_command(before[0], before[1:])

    def _of_command(self, name: str, before: Sequence[str]) -> Iterator[str]:
        command = self.fetch_command(name)
        words = command.subcommands if isinstance(command, CommandOfMany) else {}
        if before and before[0] in words:
            name, before = f"{name} {before[0]}", before[1:]
        elif not before:
            yield from words
        parser = command.create_parser(self.prog_name, name)
        yield from _of_actions([action for action in parser._actions if action.help != SUPPRESS], before)


def execute_from_command_line(argv: Sequence[str]) -> None:
    """Run the command that the line names."""
    Utility(list(argv)).execute()


def is_ours(app: str) -> bool:
    """Say whether an app, which has a command, is one of Jobsite's."""
    if not apps.is_installed(app):
        return False
    return Path(apps.get_app_config(app.rpartition(".")[2]).path) == settings.BASE_DIR.joinpath(*app.split("."))


def _of_actions(actions: Sequence[Action], before: Sequence[str]) -> Iterator[str]:
    """Yield the values of the option that was written last, or else the options that were not written yet."""
    by_name = {name: action for action in actions for name in action.option_strings}
    last = by_name.get(before[-1]) if before else None
    if last is not None and last.nargs != 0:
        yield from values_of(last)
        return
    for action in actions:
        if action.option_strings and not set(action.option_strings) & set(before):
            yield max(action.option_strings, key=len)


def values_of(action: Action) -> list[str]:
    """Return the values that an argument takes, as its help names them; [] where any is taken."""
    if action.choices:
        return [str(choice) for choice in action.choices]
    metavar = action.metavar if isinstance(action.metavar, str) else ""
    return metavar.split(CHOICES) if CHOICES in metavar else []
