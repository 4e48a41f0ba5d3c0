"""What does a task run? A script of bash whose last line becomes the worker.

`exec` matters: without it, Slurm's SIGTERM reaches bash alone, and the worker's key stays reserved for ever.
"""

import shlex
from collections.abc import Iterable

from jobs.cluster.engine import ArrayJob

SETUP_FAILED = "--setup failed: nothing is computed."


def write_script(job: ArrayJob, directives: Iterable[str]) -> str:
    """Return the script of a job; `directives` are the options for the scheduler, one line of comment each."""
    return "\n".join(
        [
            "#!/bin/bash",
            *directives,
            *(line for lines in job.setup for line in _or_end(lines)),
            f"exec {shlex.join(job.command)}",
            "",
        ]
    )


def _or_end(lines: str) -> list[str]:
    """Return lines of bash that end the task when the last of them fails: no key is tried without its programs.

    Not by `set -e`: what `module` and `conda` do on their way may fail without harm.
    """
    return ["{", lines, f"}} || {{ echo {shlex.quote(SETUP_FAILED)} >&2; exit 1; }}"]
