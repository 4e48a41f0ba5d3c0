"""How many workers does a run on a cluster need, for how long, and what is said of it? No cluster is asked.

A task should end by itself before its time limit, with nothing reserved: it starts no key in the last tenth of it.
"""

import math
from dataclasses import dataclass
from typing import Any

from jobs.cluster.engine import Submitted
from jobs.worker.outcomes import WrongInputError
from jobsite.durations import HOUR_S, MINUTE_S, say_exactly

SHORTEST_LIMIT_S = 5 * MINUTE_S
"""A worker takes seconds to start, and Slurm counts a time limit by the minute (sbatch(1), --time)."""
LEAST_REST_S, MOST_REST_S = 2 * MINUTE_S, HOUR_S // 2
PART_OF_LIMIT = 10


@dataclass(frozen=True)
class Submission:
    """What a person asks of a cluster.

    `words` ask one worker for what is to be computed; each has `processes`. `provider` names the lab's provider of
    parsl's; without one, Slurm is meant, and `options` are its own words.
    `run_s` is the run duration that was asked for, and `is_forever` says that workers wait for new keys.
    """

    workers: int
    words: tuple[str, ...]
    provider: str = ""
    options: tuple[str, ...] = ()
    setup: tuple[str, ...] = ()
    rounds: int = 1
    tops_up: bool = False
    processes: int = 1
    run_s: float | None = None
    is_forever: bool = False

    @property
    def connections(self) -> int:
        """How many connections one task has: each of its processes, and the one that assigns them keys."""
        return 1 if self.processes == 1 else self.processes + 1

    def tasks_for(self, keys: int, live: int, waiting: int) -> int:
        """Return how many tasks `keys` need beside `live` ones, of which `waiting` have taken no key yet."""
        if self.is_forever:
            return max(0, self.workers - live)
        needed = math.ceil(keys / self.processes)
        return max(0, min(self.workers - live, needed - waiting))


def run_duration_s(limit_s: int | None, asked_s: float | None) -> int | None:
    """Return after how many seconds a task of this time limit starts no key any more; None where it has no limit.

    Raises WrongInputError where the limit is too short for what was asked, or for a start and a key.
    """
    if limit_s is None:
        return None if asked_s is None else int(asked_s)
    if limit_s < SHORTEST_LIMIT_S:
        raise WrongInputError(
            f"A time limit of {say_exactly(limit_s)} is too short for a worker to start, compute and end:"
            f" give at least {say_exactly(SHORTEST_LIMIT_S)}, such as 4:00:00."
        )
    most_s = limit_s - min(MOST_REST_S, max(LEAST_REST_S, limit_s // PART_OF_LIMIT))
    if asked_s is not None and asked_s > most_s:
        raise WrongInputError(
            f"--run-duration {say_exactly(int(asked_s))} does not fit into the time limit of {say_exactly(limit_s)}:"
            f" give {say_exactly(most_s)} at most, or nothing."
        )
    return most_s if asked_s is None else int(asked_s)


@dataclass(frozen=True)
class Said:
    """What became of a submission: its lines for a person, its warnings, and the same as plain values."""

    lines: list[str]
    values: dict[str, Any]
    warnings: list[str]


def say_none(keys: int, live: int) -> Said:
    """Return why nothing was submitted: there are no keys, or as many tasks as were asked for."""
    why = f"{_count(live, 'task')} already run or wait" if live and keys else "there is nothing to compute"
    values = {"job_id": None, "tasks": 0, "keys": keys, "live_tasks": live}
    return Said([f"Nothing was submitted: {why}."], values, [])


def say_submitted(job: Submitted, tasks: int, at_once: int, keys: int, run_s: int | None, warnings: list[str]) -> Said:
    """Return how many tasks compute how many keys, where their logs are, how to watch them and how to end them."""
    rounds = "" if at_once == tasks else f", {at_once:,} at once"
    ends = [] if run_s is None else [f"  each starts no key after {say_exactly(run_s)}"]
    lines = [
        f"Submitted job {job.job_id}: {_count(tasks, 'task')}{rounds}, for {_count(keys, 'key')}.",
        *ends,
        f"  logs   {job.logs}",
        f"  watch  {job.watch}",
        f"  end    {job.end}",
    ]
    values = {
        "job_id": job.job_id,
        "tasks": tasks,
        "at_once": at_once,
        "keys": keys,
        "run_duration_s": run_s,
        "logs": job.logs,
        "watch": job.watch,
        "end": job.end,
    }
    return Said(lines, values, warnings)


def _count(number: int, name: str) -> str:
    return f"{number:,} {name}{'' if number == 1 else 's'}"
