"""Which job of a cluster is this process, and where does its log go? None where it is a process like any other."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jobsite.one_line import printable

OUTPUTS = (1, 2)
JOB_IDS = {"slurm": "SLURM_JOB_ID", "pbs": "PBS_JOBID", "lsf": "LSB_JOBID"}


@dataclass(frozen=True)
class ThisJob:
    """A job as people name it to the cluster's commands: `80_2` is task 2 of the array 80. `log` is '' if unknown."""

    engine: str
    job_id: str
    log: str = ""

    @property
    def name(self) -> str:
        """The job in words: `slurm 80_2`."""
        return f"{self.engine} {self.job_id}"

    @property
    def heading(self) -> str:
        """The line that stands above a traceback of this job's: `slurm job 80_2, log /path/lab.Score-80_2.log`."""
        return f"{self.engine} job {self.job_id}" + (f", log {printable(self.log)}" if self.log else "")


@cache
def current_job() -> ThisJob | None:
    """Return the job of this process as it was when it was first asked: a make may change environment and output."""
    return this_job(os.environ)


def this_job(environ: Mapping[str, str]) -> ThisJob | None:
    """Return the job by the variables that its scheduler sets, however it was submitted.

    Slurm: sbatch(1), output environment variables; PBS: qsub(1B); LSF: bsub(1), environment variables.
    """
    array, task = environ.get("SLURM_ARRAY_JOB_ID"), environ.get("SLURM_ARRAY_TASK_ID")
    if array and task:
        return ThisJob("slurm", f"{array}_{task}", _log())
    found = ((engine, environ.get(variable)) for engine, variable in JOB_IDS.items())
    return next((ThisJob(engine, job_id, _log()) for engine, job_id in found if job_id), None)


def _log() -> str:
    """Return the file that this process writes to."""
    for descriptor in OUTPUTS:
        try:
            path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        except OSError:
            continue
        if path.is_file():
            return str(path)
    return ""
