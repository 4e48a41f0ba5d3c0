"""What can be asked of a cluster? Three verbs: submit, state and cancel. And how long a task may run.

Workers need no futures and no results: the jobs table is the queue. So an engine is small, and has one file:
`jobs/cluster/slurm.py` is the first. docs/cluster.md says how another one is added.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class ArrayJob:
    """Equal tasks to submit as one job: each runs `command` in `folder`, after the lines of `setup`, in bash.

    `at_once` bounds how many run at the same time. `options` are words of the engine's own language, and win over what
    the engine would choose. `environ` is the environment that goes along. Each task has a log in `logs`.
    """

    name: str
    command: tuple[str, ...]
    tasks: int
    folder: Path
    logs: Path
    at_once: int | None = None
    setup: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Submitted:
    """A job that the cluster has taken: its id, where its logs will be, and the lines to copy that watch and end it."""

    job_id: str
    logs: str
    watch: str
    end: str


@dataclass(frozen=True)
class Task:
    """A task that runs or waits: its id, the engine's words for its state and for why it waits, and its node."""

    task_id: str
    is_running: bool
    state: str
    reason: str = ""
    node: str = ""


class Engine(Protocol):
    """A kind of cluster. Every method raises ClusterError when the cluster cannot do it."""

    def require(self) -> None:
        """Return if this machine can submit to such a cluster."""

    def script(self, job: ArrayJob) -> str:
        """Return the script that `submit` would send; nothing is submitted."""

    def submit(self, job: ArrayJob) -> Submitted:
        """Submit the job."""

    def state(self, job: ArrayJob) -> list[Task]:
        """Return the tasks of all of this account's jobs of the same name that run or wait."""

    def cancel(self, job_id: str) -> None:
        """End a job with all of its tasks."""

    def time_limit_s(self, options: tuple[str, ...]) -> int | None:
        """Return how many seconds a task with these options may run; None without a limit, or where nobody says."""


class ClusterError(Exception):
    """The cluster cannot do what was asked for; the message is one sentence for the person."""
