"""What does a restriction of jobs mean? A condition on columns, or a key, as in `schema.jobs & ...` of DataJoint."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import NamedTuple

from jobs.formats.wanted_key import WantedKey, read_dict, read_wanted_key
from jobsite.restrictions.columns import JOBS
from jobsite.restrictions.literals import as_literal
from jobsite.restrictions.reading import Restriction, read_restriction
from jobsite.restrictions.refusal import RestrictionError, unknown

COLUMNS = frozenset(column.name for column in JOBS)
MISSPELT = 0.85
"""So much like the name of a column (difflib's ratio) is no attribute of a key: a letter is missing, or too many."""
OTHERWISE = "write a column of the jobs table, or attributes of a key"


class Meaning(NamedTuple):
    """A condition on columns, or a key."""

    restriction: Restriction | None = None
    key: WantedKey | None = None

    def __str__(self) -> str:
        """Return the words that follow those of the jobs it is about."""
        return f"with the key {self.key}" if self.key else f"where {self.restriction}"


def read_meaning(text: str) -> Meaning:
    """Return what a text means: `status="error"`, `subject_id=3`, or a dict of columns or of a key, as JSON.

    Raises RestrictionError, or ValueError with one sentence for what begins like a dict and is none.
    """
    if text.lstrip().startswith("{"):
        return _of_dict(text.strip())
    try:
        return Meaning(read_restriction(text, JOBS))
    except RestrictionError:
        if key := _key_in(text):
            return Meaning(key=key)
        raise


def _of_dict(text: str) -> Meaning:
    fields = read_dict(text)
    if not fields or not COLUMNS.issuperset(fields):
        _check_spelling(text, fields)
        return Meaning(key=read_wanted_key(text))
    try:
        return Meaning(read_restriction(" AND ".join(_conditions(fields)), JOBS))
    except RestrictionError as error:
        raise RestrictionError(str(error), 0) from None


def _conditions(fields: Mapping[str, object]) -> list[str]:
    """Return what a dict of DataJoint asks for: each of its columns has its value."""
    return [
        f"{name} IS NULL" if value is None else f"{name} = {as_literal(value) if isinstance(value, str) else value}"
        for name, value in fields.items()
    ]


def _key_in(text: str) -> WantedKey | None:
    """Return the key or the key_hash that a text is; None where it names a column, or what looks like one."""
    try:
        wanted = read_wanted_key(text.strip())
    except ValueError:
        return None
    if not COLUMNS.isdisjoint(wanted.fields) or any(map(_misspelt, wanted.fields)):
        return None
    return wanted


def _check_spelling(text: str, names: Collection[str]) -> None:
    for name in names:
        if name not in COLUMNS and _misspelt(name):
            raise unknown(name, text.index(name) if name in text else 0, "column here", COLUMNS, OTHERWISE)


def _misspelt(name: str) -> bool:
    """Say whether a name is that of a column but for a letter, or has the same letters in another order."""
    small = name.lower()
    swapped = any(sorted(small) == sorted(column) for column in COLUMNS)
    return swapped or bool(get_close_matches(small, COLUMNS, n=1, cutoff=MISSPELT))
