"""Ignore: let populate skip a key that has been tried; and un-ignore, so that the next populate computes it.

The row becomes `ignore`, as DataJoint's jobs.ignore writes it for a key without a row (DataJoint 0.14.10, jobs.py);
over a row that is there that call does nothing. Message and stack stay, so that one sees why. Un-ignoring deletes the
row, as `(schema.jobs & 'status="ignore"').delete()` does: as an error again, populate would go on skipping the key.
"""

from jobs.actions.action import Action
from jobs.statuses import ERROR, IGNORE, RESERVED

IGNORE_JOB = Action(
    verb="ignore",
    past="ignored",
    permission="jobs.ignore_job",
    consequences={
        ERROR: "failed: populate skips the key from now on. The error and its stack stay to be read.",
        RESERVED: "abandoned, because the worker is gone: populate skips the key from now on.",
    },
    statuses=(ERROR, RESERVED),
    only_abandoned=True,
    takes_in_words="only a failed job, or a reserved one whose worker is gone, can be ignored",
    tabs=("", ERROR),
    on_pages=(RESERVED,),
)
UNIGNORE = Action(
    verb="un-ignore",
    past="un-ignored",
    permission="jobs.ignore_job",
    consequences={
        IGNORE: "ignored: the row is deleted, an error that it keeps as well, and the next populate computes the key.",
    },
    statuses=(IGNORE,),
    takes_in_words="only an ignored job can be un-ignored",
    frees_keys=True,
    tabs=(IGNORE,),
)
