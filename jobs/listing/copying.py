"""Which lines does a person copy from a job's page to work on it elsewhere?

Anybody who may INSERT on one jobs table chooses what stands in it: nothing of it may be run by a shell or by Python.
"""

import shlex
from collections import defaultdict
from collections.abc import Iterable, Sequence

from jobs.formats.key import as_restriction, as_sql
from jobs.formats.table_name import is_populated, python_class
from jobs.models import Job
from jobsite.masking.text import masked

POPULATE = "python manage.py populate YOUR_MODULE.{}"
WHOLE_TABLE = "every key without a job, also those that were never tried"
MOST_KEYS = 50
MOST_CHARS = 4000
"""A command with more keys, or more letters, is none that a person reads and pastes."""


def lines_to_copy(job: Job) -> list[str]:
    """Return the DataJoint restriction to the job's key, and the command that computes just this key again.

    The command's module cannot be known from a jobs table: the reader puts in their own. Nothing for an unreadable key
    and for a table that no class of DataJoint for Python has; no command for a table that populate does not compute.
    A line that would show a secret is left out.
    """
    table, restriction, conditions = python_class(job.table_name), as_restriction(job.key), as_sql(job.key)
    lines = [f"{table} & {restriction}"] if table and restriction else []
    if lines and conditions and is_populated(job.table_name):
        lines.append(_populate(table, conditions))
    return [line for line in lines if masked(line) == line]


def populate_commands(jobs: Iterable[Job]) -> list[str]:
    """Return the commands that compute the keys of these jobs: one for each table that populate computes, in order.

    Each selects exactly these keys. Where a line cannot say that, because of too many keys, one that cannot be read,
    one of other attributes or one with a secret, it is the command for the whole table, and says so behind a `#`.
    """
    tables: dict[tuple[str, str], list[Job]] = defaultdict(list)
    for job in jobs:
        if python_class(job.table_name) and is_populated(job.table_name):
            tables[job.schema, job.table_name].append(job)
    return [_populate_all(table_name, of_table) for (_, table_name), of_table in sorted(tables.items())]


def populate_table(table_name: str) -> list[str]:
    """Return the command that computes every key without a job; none of a table that populate does not compute."""
    table = python_class(table_name) if is_populated(table_name) else ""
    return [f"{POPULATE.format(table)}  # {WHOLE_TABLE}"] if table else []


def _populate_all(table_name: str, jobs: Sequence[Job]) -> str:
    keys = [as_sql(job.key) for job in jobs[: MOST_KEYS + 1]]
    attributes = {frozenset(job.key.fields or ()) for job in jobs}
    if len(keys) <= MOST_KEYS and all(keys) and len(attributes) == 1:
        either = keys[0] if len(keys) == 1 else [" OR ".join(f"({' AND '.join(key)})" for key in keys)]
        line = _populate(python_class(table_name), either)
        if len(line) <= MOST_CHARS and masked(line) == line:
            return line
    return populate_table(table_name)[0]


def _populate(table: str, conditions: Iterable[str]) -> str:
    """Return the command with conditions that all hold, each as one word of a shell."""
    return " ".join([POPULATE.format(table), *(f"--restrict {shlex.quote(condition)}" for condition in conditions)])
