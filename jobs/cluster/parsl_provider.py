"""PBS, SGE, LSF, HTCondor and others: a provider of parsl's, which the lab has set up in Python (parsl 2026.10.26).

Parsl's executors are not used: a provider alone takes a script, and knows the scheduler's commands. None of them
submits arrays, so each worker is a job of its own. How long it may run stands in the provider as HH:MM:SS.
"""

import os
import re
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from jobs.cluster.engine import ArrayJob, ClusterError, Submitted, Task
from jobs.cluster.sbatch_options import read_time_limit_s
from jobs.cluster.script import write_script

COMMANDS = {
    "pbspro": ("qstat", "qdel"),
    "torque": ("qstat", "qdel"),
    "grid_engine": ("qstat -j", "qdel"),
    "lsf": ("bjobs", "bkill"),
    "condor": ("condor_q", "condor_rm"),
    "local": ("ps -fp", "kill"),
}
"""By the label of a provider: the scheduler's own commands, to watch a job and to end it."""
VERBS = ("submit", "status", "cancel")
PLAIN = re.compile(r"[\w./+-]+", re.ASCII)


class ParslProvider:
    """What the lab's provider submits to."""

    def __init__(self, provider: Any) -> None:
        """`provider` is such as PBSProProvider(queue="batch", walltime="04:00:00")."""
        self._provider = provider

    def require(self) -> None:
        """Look whether it is a provider."""
        if not all(callable(getattr(self._provider, verb, None)) for verb in VERBS):
            kind = type(self._provider).__name__
            raise ClusterError(f"--provider must name a provider of parsl's, such as a PBSProProvider, not a {kind}.")

    def script(self, job: ArrayJob) -> str:
        """Return the lines that the provider puts below those of the scheduler; they change into the folder."""
        return write_script(job, [f"cd {shlex.quote(str(job.folder))} || exit 1"])

    def submit(self, job: ArrayJob) -> Submitted:
        """Submit each task; where one is refused, those before it are cancelled."""
        script = self.script(job)
        self._make_ready(job)
        task_ids = list[str]()
        try:
            with _environ(job.environ):
                for _ in range(job.tasks):
                    task_ids.append(self._submit_one(script, job.name))
        except Exception as error:  # a provider's own, or of what it calls
            self._provider.cancel(task_ids)
            raise ClusterError(f"The provider has submitted nothing: {_in_one_line(error)}.") from None
        watch, end = COMMANDS.get(self._provider.label, ("status", "cancel"))
        listed = " ".join(task_ids)
        return Submitted(listed, str(job.logs), f"{watch} {listed}", f"{end} {listed}")

    def state(self, job: ArrayJob) -> list[Task]:
        """Ask for the tasks that this object has submitted: a provider knows of no others."""
        task_ids = list(self._provider.resources)
        states = zip(task_ids, self._provider.status(task_ids), strict=True)
        found = [(task_id, status.state.name) for task_id, status in states]
        return [
            Task(task_id, state == "RUNNING", state)
            for task_id, state in found
            if state in ("RUNNING", "PENDING", "HELD")
        ]

    def cancel(self, job_id: str) -> None:
        """Cancel all tasks of what was submitted together."""
        self._provider.cancel(job_id.split())

    def time_limit_s(self, options: tuple[str, ...]) -> int | None:
        """Read the provider's walltime; the local one has none."""
        walltime = getattr(self._provider, "walltime", None)
        try:
            return read_time_limit_s(walltime) if walltime else None
        except ValueError:
            raise ClusterError(f"The provider's walltime “{walltime}” is not of the form HH:MM:SS.") from None

    def _make_ready(self, job: ArrayJob) -> None:
        """Let it write scripts and logs into the folder for logs, and start the worker without a shell around it."""
        from parsl.launchers import SimpleLauncher

        if not PLAIN.fullmatch(str(job.logs)):
            raise ClusterError(f"parsl takes no folder with spaces or signs in its name: {job.logs}.")
        try:
            job.logs.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ClusterError(f"The folder for the logs cannot be made: {error}.") from None
        self._provider.script_dir = str(job.logs)
        self._provider.launcher = SimpleLauncher()

    def _submit_one(self, script: str, name: str) -> str:
        task_id = self._provider.submit(script, 1, name)
        if task_id is None:
            raise ClusterError("it has no more room")
        return str(task_id)


@contextmanager
def _environ(environ: Mapping[str, str]) -> Iterator[None]:
    """Let the scheduler's commands start with this environment: a provider hands on what this process has."""
    before = dict(os.environ)
    try:
        _set_environ(environ)
        yield
    finally:
        _set_environ(before)


def _set_environ(environ: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environ)


def _in_one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
