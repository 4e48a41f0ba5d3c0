"""How soon is a key free whose worker on a real Slurm was cancelled or preempted, and how does a time limit end one?

Each line says what was measured, and whether it is as it should be. The time limit takes ten minutes: `--only time`.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.jobs.cluster.computation import SlurmComputation
from tests.lab import Lab, eventually
from tests.server import SERVER
from tests.slurm import LIMIT_S, TestSlurm, why_no_slurm

FREE_S, PREEMPTED_FREE_S = 4.0, 2.0
TASKS, KILL_WAIT_S, LOOK_S = 4, 5, 0.02
WAYS: dict[str, tuple[str, tuple[str, ...]]] = {
    "make runs a program": ("program", ()),
    "make tidies up for 1 s": ("tidies", ()),
    "two processes a task": ("program", ("--processes", "2")),
    "lines of setup": ("program", ("--setup", "export LOADED=cuda", "--setup", "cd .")),
    "make stuck in C": ("deaf", ()),
}
LIMIT_MINUTES, KEYS_OF_LIMIT = 10, 200
ENDS = f"time limit of {LIMIT_MINUTES} min"


@contextmanager
def computing(slurm: TestSlurm) -> Iterator[SlurmComputation]:
    """A lab with a folder of its own."""
    with Lab() as lab, tempfile.TemporaryDirectory(prefix="lab-") as folder:
        try:
            yield SlurmComputation(lab, slurm, Path(folder))
        finally:
            slurm.cancel_all()


def cancel(slurm: TestSlurm, way: str) -> tuple[float, bool]:
    """Return after how many seconds no row is left of tasks that were cancelled, and whether that is soon enough."""
    behaviour, arguments = WAYS[way]
    keys = TASKS * (2 if "--processes" in arguments else 1)
    with computing(slurm) as lab:
        lab.insert(*[behaviour] * keys)
        job_id = lab.submit("--slurm", str(TASKS), *arguments)
        lab.wait_reserved(keys)
        cancelled_s = time.monotonic()
        slurm.run("scancel", job_id)
        eventually(lambda: not lab.jobs(), "the rows to go", LOOK_S, LIMIT_S)
        free_s = time.monotonic() - cancelled_s
    return free_s, free_s <= FREE_S


def preempt(slurm: TestSlurm) -> tuple[float, bool]:
    """Return how many seconds after its signal a preempted task's row is gone, and whether all went as it should.

    The task waits then, runs again, appends to its log, and computes its key once.
    """
    with computing(slurm) as lab:
        lab.insert(*["once"] * slurm.nodes)
        job_id = lab.submit("--slurm", str(slurm.nodes))
        lab.wait_reserved(slurm.nodes)
        slurm.run("sbatch", "-p", "urgent", "-o", "/dev/null", "--wrap", "sleep 1")
        signalled = (
            eventually(lambda: [*lab.folder.glob("stopped-*")], "a preemption", LOOK_S, LIMIT_S)[0].stat().st_mtime
        )
        eventually(lambda: len(lab.jobs()) < slurm.nodes, "the row to go", LOOK_S, LIMIT_S)
        free_s = time.time() - signalled
        task = eventually(lambda: _waiting(slurm.states(job_id)), "the task to wait", limit_s=LIMIT_S)[0]
        failed = "FAILED" in slurm.states(job_id)
        time.sleep(5)  # the urgent job needs the node until then
        slurm.run("scontrol", "update", f"JobId={job_id}_{task}", "StartTime=now")
        eventually(lambda: slurm.states(job_id)[task] == "COMPLETED", "the task to run again", limit_s=LIMIT_S)
        ran_twice = lab.log(job_id, task).count(": host ") == 2
    return free_s, free_s <= PREEMPTED_FREE_S and ran_twice and not failed


def time_limit(slurm: TestSlurm) -> tuple[float, bool]:
    """Return after how many seconds tasks with a time limit have ended by themselves, with nothing reserved."""
    with computing(slurm) as lab:
        lab.insert(*["slow"] * KEYS_OF_LIMIT)
        began_s = time.monotonic()
        job_id = lab.submit("--slurm", "2", f"--sbatch=--time={LIMIT_MINUTES}")
        while {"PENDING", "RUNNING", "COMPLETING"} & set(slurm.states(job_id)):
            time.sleep(1)
        ended_s = time.monotonic() - began_s
        return ended_s, slurm.states(job_id) == ["COMPLETED"] * 2 and not lab.jobs()


def _waiting(states: list[str]) -> list[int]:
    return [task for task, state in enumerate(states) if state == "PENDING"]


def measure(what: str, once: Callable[[], tuple[float, bool]], rounds: int) -> bool:
    """Print how it went, so many times."""
    found = [_or_not_at_all(once) for _ in range(rounds)]
    right = sum(is_right for _, is_right in found)
    slowest_s = max(seconds for seconds, _ in found)
    sys.stdout.write(f"{what:34} {right} of {rounds} as it should be, {slowest_s:.1f} s at most\n")
    sys.stdout.flush()
    return right == rounds


def _or_not_at_all(once: Callable[[], tuple[float, bool]]) -> tuple[float, bool]:
    """Measure once, and say what never happened: DataJoint hides what nobody catches (0.14.10, logging.py)."""
    try:
        return once()
    except AssertionError as error:
        sys.stdout.write(f"{error}\n")
        return LIMIT_S, False


def main() -> int:
    """Measure, and return 1 when something was not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="what begins so: cancel, preempt, time")
    chosen = parser.parse_args()
    why = why_no_slurm()
    if why:
        sys.stderr.write(f"{why}.\n")
        return 1
    SERVER.find_address()
    os.environ.update(SERVER.site_environ())
    SERVER.start()
    SERVER.make_accounts()
    with (
        tempfile.TemporaryDirectory(prefix="slurm-") as folder,
        TestSlurm(Path(folder), kill_wait_s=KILL_WAIT_S) as slurm,
    ):
        cases: dict[str, Callable[[], tuple[float, bool]]] = {
            **{f"cancelled: {way}": partial(cancel, slurm, way) for way in WAYS},
            "preempted": partial(preempt, slurm),
            ENDS: partial(time_limit, slurm),
        }
        wanted = [what for what in cases if (what.startswith(chosen.only) if chosen.only else what != ENDS)]
        results = [measure(what, cases[what], 1 if what == ENDS else chosen.rounds) for what in wanted]
    return int(not all(results))


if __name__ == "__main__":
    sys.exit(main())
