"""Which lines does a person copy from a job's page to work on it elsewhere?

Anybody who may INSERT on one jobs table chooses what stands in it: nothing of it may be run by a shell or by Python.
"""

import shlex

from jobs.formats.key import as_restriction, as_sql
from jobs.formats.table_name import is_populated, python_class
from jobs.models import Job
from jobsite.masking.text import masked


def lines_to_copy(job: Job) -> list[str]:
    """Return the DataJoint restriction to the job's key, and the command that computes just this key again.

    The command's module cannot be known from a jobs table: the reader puts in their own. Nothing for an unreadable key
    and for a table that no class of DataJoint for Python has; no command for a table that populate does not compute.
    A line that would show a secret is left out.
    """
    table, restriction, conditions = python_class(job.table_name), as_restriction(job.key), as_sql(job.key)
    lines = [f"{table} & {restriction}"] if table and restriction else []
    if lines and conditions and is_populated(job.table_name):
        options = " ".join(f"--restrict {shlex.quote(condition)}" for condition in conditions)
        lines.append(f"python manage.py populate YOUR_MODULE.{table} {options}")
    return [line for line in lines if masked(line) == line]
