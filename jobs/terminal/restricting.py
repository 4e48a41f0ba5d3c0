"""What does the RESTRICTION of a command line mean? What it means on the page; a mistake is shown at its place."""

import sys
from typing import NamedTuple

from jobs.listing import restricting
from jobsite.restrictions.reading import Restriction
from jobsite.restrictions.refusal import RestrictionError
from jobsite.terminal.ending import WrongInputError
from jobsite.terminal.talking import Talk, columns_of


class Meaning(NamedTuple):
    """A restriction, or the text of a key; neither for nothing."""

    restriction: Restriction | None = None
    key: str = ""


def read_meaning(text: str) -> Meaning:
    """Return what a text means, as jobs.listing.restricting does. Raises WrongInputError."""
    if not text.strip():
        return Meaning()
    try:
        meant = restricting.read_meaning(text)
    except ValueError as error:
        if isinstance(error, RestrictionError):
            _point_at(text, error.position)
        raise WrongInputError(str(error)) from None
    return Meaning(key=text) if meant.key else Meaning(meant.restriction)


def _point_at(text: str, position: int) -> None:
    """Show a person the place in what they wrote, where it fits in a line."""
    columns = columns_of(sys.stderr)
    if columns and len(text) < columns and text.isprintable() and text.isascii():
        talk = Talk()
        talk.say(text)
        sys.stderr.write(f"{' ' * position}^\n")
