"""How does a form hand back what a page showed: the names of a row, the time it bore, the second a list was read?

Not signed, and the same each time a row is drawn: see docs/decisions/0002-what-an-action-binds-to.md.
"""

from datetime import datetime, timezone
from functools import lru_cache
from urllib.parse import quote, unquote

BETWEEN = "|"


def write_token(*parts: str) -> str:
    """Return the parts as one text, whatever is in them."""
    return BETWEEN.join(map(_quoted, parts))


@lru_cache(maxsize=4_096)  # the rows of a list share their names
def _quoted(part: str) -> str:
    return quote(part, safe="")


def read_token(token: str, number: int) -> list[str]:
    """Return the `number` parts of a token. Raises ValueError when it has more or fewer."""
    parts = [unquote(part) for part in token.split(BETWEEN)]
    if len(parts) != number:
        raise ValueError("This is not a token that a page wrote.")
    return parts


def read_timestamp(text: str) -> datetime:
    """Return the time that `isoformat` wrote. Raises ValueError when it is none, or lacks a zone to compare it by."""
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return found.astimezone(timezone.utc)
    except OverflowError:  # a zone carries it out of the calendar
        pass
    raise ValueError("This is not a time that a page wrote.")
