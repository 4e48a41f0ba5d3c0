"""`manage.py jobs ignore` for a key that has no job yet, as DataJoint's own jobs.ignore takes one."""

from collections.abc import Mapping
from typing import Any

from jobs.actions.action import Action
from jobs.actions.ignore import IGNORE_JOB
from jobs.actions.ignore_key import NewRow
from jobs.formats.key_writer import pack_key
from jobs.formats.table_name import class_name
from jobs.layouts.populated_tables import populated_tables
from jobs.terminal.choosing import SEVERAL, ChosenJobs, nearest
from jobs.terminal.hashing import read_key
from jobsite.terminal.ending import WrongInputError

NEEDED = ("schema", "table", "key")
NO_TABLE = "No imported or computed table called {} can be seen in {} by this account.{}"


def new_key(action: Action, meant: ChosenJobs, given: Mapping[str, Any]) -> NewRow | None:
    """Return the key that is to be ignored though it has no job; None where the command line names no such key.

    It takes --schema, --table and a whole --key as JSON, and no other filter. Raises WrongInputError for a table that
    the site's account does not see in the schema, and for a value that no key has; and DatabaseError.
    """
    asked = {name for name in meant.chosen.texts if name != "sort"}
    key = meant.chosen.texts.get("key", "")
    if action is not IGNORE_JOB or asked != set(NEEDED) or not key.startswith("{"):
        return None
    layouts = [one for one in meant.reading.layouts_in(given["schema"]) if one.supports(action.name)]
    if not layouts:
        return None
    table, fields = _table(given["table"], layouts[0].schema), read_key(key)
    try:
        pack_key(fields)
    except ValueError as error:
        raise WrongInputError(str(error)) from None
    return NewRow(layouts[0], table, fields)


def _table(name: str, schema: str) -> str:
    """Return how the server calls the table that is meant by its class or by that name. Raises WrongInputError."""
    there = populated_tables(schema)
    found = [table for table in there if name == table] or [table for table in there if name == class_name(table)]
    if len(found) == 1:
        return found[0]
    if found:
        raise WrongInputError(SEVERAL.format(name, " or ".join(found)))
    raise WrongInputError(NO_TABLE.format(name, schema, nearest(name, [*there, *map(class_name, there)])))
