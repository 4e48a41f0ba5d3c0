"""Workers on a real Slurm that are cancelled, preempted, or out of time: their keys are free at once."""

import pytest

from jobs.cluster.slurm import Slurm
from tests.jobs.cluster.computation import SlurmComputation
from tests.lab import eventually
from tests.slurm import LIMIT_S

SETUP = ("--setup", "export LOADED=cuda", "--setup", "cd .")


@pytest.mark.parametrize(
    ("behaviour", "arguments", "keys"),
    [
        ("program", (), 4),
        ("tidies", (), 4),
        ("program", ("--processes", "2"), 8),
        ("program", SETUP, 4),
        ("deaf", (), 4),
    ],
)
def test_a_cancelled_task_leaves_no_row(
    computation: SlurmComputation, behaviour: str, arguments: tuple[str, ...], keys: int
) -> None:
    computation.insert(*[behaviour] * keys)
    job_id = computation.submit("--slurm", "4", *arguments)
    computation.wait_reserved(keys)
    Slurm(computation.environ).cancel(job_id)
    computation.wait_states(job_id, *["CANCELLED"] * 4)
    assert (computation.jobs(), len(computation.module.Sorting())) == ([], 0)


def test_a_preempted_task_releases_its_key_and_waits_to_run_again(computation: SlurmComputation) -> None:
    computation.insert(*["once"] * 6)
    job_id = computation.submit("--slurm", "6")
    computation.wait_reserved(6)
    computation.slurm.run("sbatch", "-p", "urgent", "--wrap", "sleep 3", "-o", "/dev/null")
    eventually(lambda: "PENDING" in computation.slurm.states(job_id), "a task to be requeued", limit_s=LIMIT_S)
    assert (len(computation.jobs()), computation.slurm.states(job_id).count("FAILED")) == (5, 0)


def test_a_requeued_task_appends_to_its_log_and_computes_its_key_once(computation: SlurmComputation) -> None:
    computation.insert("once")
    job_id = computation.submit("--slurm", "1")
    computation.wait_reserved(1)
    computation.slurm.run("scontrol", "requeue", job_id)
    eventually(lambda: computation.slurm.states(job_id) == ["PENDING"], "the task to be requeued", limit_s=LIMIT_S)
    assert computation.jobs() == []
    eventually(lambda: computation.slurm.start_now(job_id), "the task to run again", limit_s=LIMIT_S)
    computation.wait_states(job_id, "COMPLETED")
    first_lines = [line for line in computation.log(job_id).splitlines() if f"slurm {job_id}_0: host" in line]
    assert (computation.module.Sorting.fetch("attempts").tolist(), len(first_lines)) == ([2], 2)
