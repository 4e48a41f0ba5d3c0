"""`manage.py jobs ignore` for a key that has no job yet, as DataJoint's own jobs.ignore takes one."""

from collections.abc import Mapping
from typing import Any

from jobs.actions.action import Action
from jobs.actions.ignore import IGNORE_JOB
from jobs.actions.ignore_key import NewRow
from jobs.formats.key_writer import pack_key
from jobs.formats.table_name import beginning_of_name, is_populated
from jobs.terminal.choosing import ChosenJobs
from jobs.terminal.hashing import read_key
from jobsite.terminal.ending import WrongInputError

NEEDED = ("schema", "table", "key")


def new_key(action: Action, meant: ChosenJobs, given: Mapping[str, Any]) -> NewRow | None:
    """Return the key that is to be ignored though it has no job; None where the command line names no such key.

    It takes --schema, --table and a whole --key as JSON, and no other filter. Raises WrongInputError for a value that
    no key has.
    """
    asked = {name for name in meant.chosen.texts if name != "sort"}
    key = meant.chosen.texts.get("key", "")
    if action is not IGNORE_JOB or asked != set(NEEDED) or not key.startswith("{"):
        return None
    layouts = [one for one in meant.reading.layouts_in(given["schema"]) if one.supports(action.name)]
    table = given["table"] if is_populated(given["table"]) else beginning_of_name(given["table"])
    if not layouts or not is_populated(table):
        return None
    fields = read_key(key)
    try:
        pack_key(fields)
    except ValueError as error:
        raise WrongInputError(str(error)) from None
    return NewRow(layouts[0], table, fields)
