"""What does the RESTRICTION of a command line mean? A condition on columns, or a key, as in `schema.jobs & ...`."""

import sys
from collections.abc import Mapping
from typing import NamedTuple

from jobs.formats.wanted_key import read_wanted_key
from jobs.terminal.hashing import read_key
from jobsite.restrictions.columns import JOBS
from jobsite.restrictions.literals import as_literal
from jobsite.restrictions.reading import Restriction, read_restriction
from jobsite.restrictions.refusal import RestrictionError
from jobsite.terminal.ending import WrongInputError
from jobsite.terminal.talking import Talk, columns_of

COLUMNS = frozenset(column.name for column in JOBS)


class Meaning(NamedTuple):
    """A restriction, or the text of a key; neither for nothing."""

    restriction: Restriction | None = None
    key: str = ""


def read_meaning(text: str) -> Meaning:
    """Return what a text means: `status="error"`, `subject_id=3`, or a dict of columns or of a key, as JSON.

    Raises WrongInputError, which names the place.
    """
    if not text.strip():
        return Meaning()
    if text.lstrip().startswith("{"):
        fields = read_key(text)
        return Meaning(_of_columns(fields)) if fields and COLUMNS.issuperset(fields) else Meaning(key=text)
    try:
        return Meaning(read_restriction(text, JOBS))
    except RestrictionError as error:
        if _is_key(text):
            return Meaning(key=text)
        _point_at(text, error.position)
        raise WrongInputError(str(error)) from None


def _of_columns(fields: Mapping[str, object]) -> Restriction:
    """Return the restriction that a dict of DataJoint is: all of its columns have these values."""
    conditions = (f"{name} = {_literal(value)}" for name, value in fields.items())
    try:
        return read_restriction(" AND ".join(conditions), JOBS)
    except RestrictionError as error:
        raise WrongInputError(str(error)) from None


def _literal(value: object) -> str:
    return as_literal(value) if isinstance(value, str) else str(value)


def _is_key(text: str) -> bool:
    """Say whether a text is a key of attributes that are no columns of a jobs table, or a key_hash."""
    try:
        wanted = read_wanted_key(text)
    except ValueError:
        return False
    return COLUMNS.isdisjoint(wanted.fields)


def _point_at(text: str, position: int) -> None:
    """Show a person the place in what they wrote, where it fits in a line."""
    columns = columns_of(sys.stderr)
    if columns and len(text) < columns and text.isprintable() and text.isascii():
        talk = Talk()
        talk.say(text)
        sys.stderr.write(f"{' ' * position}^\n")
