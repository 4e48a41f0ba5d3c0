"""`manage.py kill` from its arguments to its exit status."""

from collections.abc import Mapping
from typing import Any

from connections.restricted import RestrictionNotTakenError
from connections.terminal.arguments import Arguments
from connections.terminal.prompt import Prompt
from connections.terminal.unattended import Unattended
from jobsite.terminal.ending import DONE, NOT_DONE, WrongInputError


def list_and_kill(given: Mapping[str, Any]) -> int:
    """Do what Django parsed, and return the exit status. Raises WrongInputError, and DatabaseError."""
    arguments = Arguments.read(given)
    command = Prompt(arguments) if arguments.asks else Unattended(arguments)
    try:
        command.run()
    except RestrictionNotTakenError as error:
        raise WrongInputError(error.in_words) from None
    return NOT_DONE if command.left_undone else DONE
