"""Clear: delete the row of a job, so that the next populate computes its key again. Retry is another word for it.

In a `~jobs` table a key without a row is one that populate computes: to retry a job is to clear it, and its words say
so.
"""

from dataclasses import replace

from jobs.actions.action import Action
from jobs.statuses import ERROR, IGNORE, RESERVED

CLEAR = Action(
    verb="clear",
    past="cleared",
    permission="jobs.clear_job",
    consequences={
        ERROR: "failed: the error and its stack are deleted, and the next populate computes the key again.",
        IGNORE: "ignored: the key is no longer skipped.",
        RESERVED: "reserved: the reservation is deleted, and another worker may take the key.",
    },
    if_running=(
        "clearing does not stop the worker, and the key may be computed twice. Kill its connection instead, or wait."
    ),
    frees_keys=True,
    tabs=("", ERROR, RESERVED),
)
RETRY = replace(
    CLEAR,
    verb="retry",
    consequences={
        **CLEAR.consequences,
        ERROR: "failed: each is cleared, its error and stack are deleted, and the next populate computes the key.",
        IGNORE: "ignored: each is cleared, and the next populate computes the key.",
        RESERVED: "reserved: each is cleared, and another worker may take the key.",
    },
    tabs=(),
)
