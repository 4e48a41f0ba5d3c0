"""How does a form hand a moment back: the time a row bore, the second a list was read?"""

from datetime import datetime, timezone


def read_moment(text: str) -> datetime:
    """Return the moment that `isoformat` wrote. Raises ValueError when it is none, or lacks a zone to compare it by."""
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return found.astimezone(timezone.utc)
    except OverflowError:  # a zone carries it out of the calendar
        pass
    raise ValueError("This is not a moment that a page wrote.")
