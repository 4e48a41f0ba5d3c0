"""By which command are the keys computed again that an action frees? Asked before it: afterwards the keys are gone."""

from contextlib import suppress

from django.db import DatabaseError

from jobs.actions.review import Review
from jobs.listing.copying import MOST_KEYS, populate_commands, populate_table


def commands_after(reviewed: Review) -> str:
    """Return the command for each table, line by line; '' for an action that frees no key, and where it is not known.

    Of more than MOST_KEYS jobs the table has to be known from the filter, and the command is the one for the whole
    table. Jobs that are left alone keep their rows, which populate passes over.
    """
    selection, count = reviewed.selection, reviewed.count
    if not reviewed.action.frees_keys:
        return ""
    if count > MOST_KEYS:
        return "\n".join(populate_table(selection.table))
    with suppress(DatabaseError):  # the act itself says what the server refuses
        jobs = reviewed.jobs if len(reviewed.jobs) == count else selection.read(shown=count).first
        return "\n".join(populate_commands(jobs))
    return ""
