"""Which lines does a person copy from a job's page to work on it elsewhere?"""

import shlex

from jobs.keys import as_restriction, as_sql
from jobs.models import Job


def lines_to_copy(job: Job) -> list[str]:
    """Return the DataJoint restriction to the job's key, and the command that computes just this key again.

    The command's module cannot be known from a jobs table: the reader puts in their own. Nothing for an unreadable key.
    """
    restriction, conditions = as_restriction(job.key), as_sql(job.key)
    lines = [f"{job.table} & {restriction}"] if restriction else []
    if conditions:
        options = " ".join(f"--restrict {shlex.quote(condition)}" for condition in conditions)
        lines.append(f"python manage.py populate YOUR_MODULE.{job.table} {options}")
    return lines
