"""In which job of a cluster was a key computed, or is it? Its id and log, and the lines to copy to look at it there.

A worker in such a job says it above the traceback of an error, and to the server as the name of its program
(jobs/cluster/this_job.py, jobs/worker/dj/connecting.py). Anybody who may write a jobs table chooses what stands there:
what does not look as a scheduler's id does, or as a path, is left out.
"""

import re
import shlex
from dataclasses import dataclass

from jobs.liveness import Liveness, may_be
from jobs.models import Job
from jobsite.lab.server import ConnectedThreads, ask_program_names
from jobsite.masking.spans import MASK


@dataclass(frozen=True)
class Scheduler:
    """How people call it, what its ids look like, and its commands to look at a job and to end it."""

    title: str
    job_id: re.Pattern[str]
    state: str
    end: str


SCHEDULERS = {
    "slurm": Scheduler("Slurm", re.compile(r"[0-9]+(_[0-9]+)?"), "squeue -j", "scancel"),
    "pbs": Scheduler("PBS", re.compile(r"[0-9]+(\[[0-9]+\])?(\.[A-Za-z0-9.-]+)?"), "qstat", "qdel"),
    "lsf": Scheduler("LSF", re.compile(r"[0-9]+"), "bjobs", "bkill"),
}
# The last is where the stack was cut (jobs/worker/errors.py).
HEADING = re.compile(
    r"(?P<engine>[a-z]+) job (?P<job_id>\S+?)(?:, log (?P<log>/.*))?\n(?:Traceback |  \+ Exception Group|\()"
)
PROGRAM = re.compile(r"populate (?P<engine>[a-z]+) (?P<job_id>\S+)")
ESCAPE = "\\"
"""Stands in a path that is not written as it is called."""


@dataclass(frozen=True)
class ClusterJob:
    """A job as people name it to the cluster's commands; `log` is '' where it is not known."""

    engine: str
    job_id: str
    log: str = ""

    @property
    def title(self) -> str:
        """What its id is: `Slurm job`."""
        return f"{SCHEDULERS[self.engine].title} job"

    @property
    def lines(self) -> list[str]:
        """The lines to copy: its state, its log, its end."""
        scheduler, job_id = SCHEDULERS[self.engine], shlex.quote(self.job_id)
        follow = [f"tail -f {shlex.quote(self.log)}"] if self.log and ESCAPE not in self.log else []
        return [f"{scheduler.state} {job_id}", *follow, f"{scheduler.end} {job_id}"]


def failed_in(stack_text: str) -> ClusterJob | None:
    """Return the job that a stack names above its traceback; `stack_text` is shown, without its secrets."""
    return _named_by(HEADING.match(stack_text))


def reserved_in(job: Job, threads: ConnectedThreads) -> ClusterJob | None:
    """Return the job that the worker of a reserved key names to the server, while it is connected."""
    if job.liveness is not Liveness.RUNNING:
        return None
    own = [
        thread
        for thread, account in threads.threads.items()
        if may_be(account, job.account) and (thread == job.connection_id or threads.pids.get(thread, 0) == job.pid)
    ]
    named = {_named_by(PROGRAM.fullmatch(name)) for name in ask_program_names(threads.server, own)}
    return named.pop() if len(named) == 1 else None


def _named_by(found: re.Match[str] | None) -> ClusterJob | None:
    if not found:
        return None
    engine, job_id, log = found["engine"], found["job_id"], found.groupdict().get("log") or ""
    if engine not in SCHEDULERS or not SCHEDULERS[engine].job_id.fullmatch(job_id):
        return None
    return ClusterJob(engine, job_id, log if log.isprintable() and MASK not in log else "")
