"""The keys of a table that passed, or why they cannot be read, in a sentence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import DatabaseError

from jobs.error_groups.comparing.parents import Parent, parents_of
from jobs.error_groups.comparing.target_table import Key, TargetTable
from jobs.formats.table_name import class_name
from jobsite.lab import shared_reads
from jobsite.lab.errors import Kind, is_away, kind_of, lacks_privilege, server_text
from jobsite.lab.grants import grant
from jobsite.lab.identifiers import identifier
from jobsite.lab.kept_answers import keep, kept
from jobsite.one_line import printable

NOT_READ = "The rows of {table} could not be read: {why}."
GONE = "there is no such table"
WHY = {Kind.VANISHED: GONE, Kind.LOCKED: "the table is locked"}
IN_ZONES = "{names} of {table} {are} not compared: each session reads a TIMESTAMP in a zone of its own."


@dataclass(frozen=True)
class PassedKeys:
    """Keys that have a row in their table."""

    keys: Sequence[Key] = ()
    parents: Sequence[Parent] = ()
    """The tables that they refer to."""
    notes: tuple[str, ...] = ()
    """What was left out and why, in sentences."""
    was_read: bool = True


def passed_keys(schema: str, name: str, attributes: Sequence[str]) -> PassedKeys:
    """Return keys of these attributes that have a row, read now or for another group or viewer some minutes ago.

    What passes meanwhile changes little of what is shared, and to read a large table has its cost. Raises DatabaseError
    where the server gives no answer, or none in time.
    """
    asked = f"keys of {(schema, name)!r} by {sorted(attributes)!r}"
    found = kept(asked)
    if not isinstance(found, PassedKeys):
        found = _read(schema, name, attributes)
        if found.was_read:
            keep(asked, found)
    return found


def table_in_words(schema: str, name: str) -> str:
    """Return a table as a sentence names it: `lab_ephys.SpikeSorting`."""
    return printable(f"{schema}.{class_name(name)}")


def _read(schema: str, name: str, attributes: Sequence[str]) -> PassedKeys:
    try:
        target = TargetTable.read(schema, name)
        if not target.columns:
            return _not_read(schema, name, _why_not_seen(target))
        wanted = [column for column in target.columns if column.name in attributes]
        compared = [column.name for column in wanted if column.is_comparable]
        keys, parents = target.keys(compared), parents_of(schema, name, compared)
    except DatabaseError as error:
        if is_away(error):
            raise
        return _not_read(schema, name, _why(error, schema, name))
    others = [column.name for column in wanted if not column.is_comparable]
    return PassedKeys(keys, parents, tuple(_not_compared(schema, name, others)))


def _not_read(schema: str, name: str, why: str) -> PassedKeys:
    return PassedKeys(notes=(NOT_READ.format(table=table_in_words(schema, name), why=why),), was_read=False)


def _not_compared(schema: str, name: str, columns: Sequence[str]) -> Iterator[str]:
    if columns:
        are = "is" if len(columns) == 1 else "are"
        yield IN_ZONES.format(names=printable(", ".join(columns)), table=table_in_words(schema, name), are=are)


def _why_not_seen(target: TargetTable) -> str:
    """Return why the server names no column of a table: it tells the same of one that is not there."""
    if shared_reads.server().grants.allow("SELECT", target.schema, target.name):
        return GONE
    return _grant(target.schema, target.name)


def _why(error: DatabaseError, schema: str, name: str) -> str:
    """Return why a table cannot be read, in words that end a sentence."""
    if lacks_privilege(error):
        return _grant(schema, name)
    kind = kind_of(error)
    return WHY.get(kind, server_text(error)) if kind else server_text(error)


def _grant(schema: str, name: str) -> str:
    """Return the GRANT that is missing, to stand in a sentence."""
    return grant("SELECT", identifier(schema, name), shared_reads.server().account).removesuffix(";")
