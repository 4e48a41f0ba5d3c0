"""What does the RESTRICTION of a command line mean? What it means on the page; a mistake is shown at its place."""

import sys

from jobs.listing.restricting import read_meaning
from jobsite.restrictions.refusal import RestrictionError
from jobsite.terminal.ending import WrongInputError
from jobsite.terminal.talking import Talk, columns_of


def as_filter(text: str) -> dict[str, str]:
    """Return a text by the name of the filter that it is for, `key` or `restriction`; {} for none.

    Raises WrongInputError for what is neither.
    """
    if not text:
        return {}
    try:
        meant = read_meaning(text)
    except ValueError as error:
        if isinstance(error, RestrictionError):
            _point_at(text, error.position)
        raise WrongInputError(str(error)) from None
    return {"key" if meant.key else "restriction": text}


def _point_at(text: str, position: int) -> None:
    """Show a person the place in what they wrote, where it fits in a line."""
    columns = columns_of(sys.stderr)
    if columns and len(text) < columns and text.isprintable() and text.isascii():
        talk = Talk()
        talk.say(text)
        sys.stderr.write(f"{' ' * position}^\n")
