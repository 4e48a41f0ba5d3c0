"""Slurm: one array job by `sbatch`, which reads the script from its standard input (Slurm 22.05, sbatch(1)).

Arrays, `%`, requeueing and time limits are Slurm's own, and so are the words of its options: what a person gives to
sbatch, in words or by its variables, wins over what is chosen here.
"""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from jobs.cluster.engine import ArrayJob, ClusterError, Submitted, Task
from jobs.cluster.sbatch_options import mistake_in, read_time_limit_s, value_of
from jobs.cluster.script import write_script

ANSWER_S = 60
RUNNING = {"RUNNING", "SUSPENDED"}
WAITING = {"PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "SPECIAL_EXIT", "RESV_DEL_HOLD"}
REFUSED = "Batch job submission failed: "
OF_SQUEUE = "SQUEUE_"
"""How the variables begin by which a person changes what squeue lists."""
TASK_OF_SQUEUE = "%i|%T|%r|%N"
NOT_THERE = "There is no {program} on this machine: --slurm works where Slurm is, such as on a cluster's login node."


class Slurm:
    """The cluster that the commands of Slurm on this machine belong to."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        """`environ` is the person's: by it, Slurm's commands find their cluster, and sbatch its variables."""
        self._environ = {name: value for name, value in environ.items() if not name.startswith(OF_SQUEUE)}

    def require(self) -> None:
        """Look for sbatch."""
        if shutil.which("sbatch", path=self._environ.get("PATH")) is None:
            raise ClusterError(NOT_THERE.format(program="sbatch"))

    def script(self, job: ArrayJob) -> str:
        """Return it with the options as comments, so that `sbatch` takes it from a file as well.

        Each task appends to its own log, as it may run more than once.
        """
        mistake = mistake_in(job.options)
        if mistake:
            raise ClusterError(mistake)
        ours = {
            "job-name": job.name,
            "chdir": str(job.folder),
            "array": _array_of(job),
            "output": f"{_literally(job.logs)}/{job.name}-%A_%a.log",
            "open-mode": "append",
        }
        lines = [f"#SBATCH {shlex.quote(f'--{name}={value}')}" for name, value in ours.items()]
        given = [f"#SBATCH {shlex.join(job.options)}"] if job.options else []
        return write_script(job, [*lines, "#SBATCH --requeue", *given])

    def submit(self, job: ArrayJob) -> Submitted:
        """Submit it once the script is known to be bash, and the array to be no larger than this cluster takes."""
        script = self.script(job)
        _check_bash(script)
        self._check_size(job)
        try:
            job.logs.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ClusterError(f"The folder for the logs cannot be made: {error}.") from None
        # The array once more: SBATCH_ARRAY_INX would win over the script.
        words = ["--parsable", f"--array={_array_of(job)}", *job.options]
        answer = _ask("sbatch", *words, environ=job.environ, script=script)
        if answer.returncode:
            raise ClusterError(self._refusal(answer.stderr))
        job_id, _, cluster = answer.stdout.strip().splitlines()[-1].partition(";")
        of_cluster = f" -M {shlex.quote(cluster)}" if cluster else ""
        return Submitted(
            job_id, self._logs(job, job_id), f"squeue -r -j {job_id}{of_cluster}", f"scancel {job_id}{of_cluster}"
        )

    def state(self, job: ArrayJob) -> list[Task]:
        """Ask squeue, which knows a job for some minutes after its end, too."""
        name = value_of("job-name", job.options, self._environ) or job.name
        answer = self._ask("squeue", "-h", "-r", f"--user={os.getuid()}", f"--name={name}", "-o", TASK_OF_SQUEUE)
        if answer.returncode:
            raise ClusterError(f"squeue does not say what runs: {_errors(answer.stderr)}.")
        tasks = (line.split("|", 3) for line in answer.stdout.splitlines() if line.count("|") >= 3)
        return [
            Task(task_id, state in RUNNING, state, reason, node)
            for task_id, state, reason, node in tasks
            if state in RUNNING | WAITING
        ]

    def cancel(self, job_id: str) -> None:
        """Cancel it: each task gets SIGTERM, and SIGKILL when it has not ended after KillWait (slurm.conf(5))."""
        answer = self._ask("scancel", job_id)
        if answer.returncode:
            raise ClusterError(f"scancel does not end job {job_id}: {_errors(answer.stderr)}.")

    def time_limit_s(self, options: tuple[str, ...]) -> int | None:
        """Read it from the options, or from sbatch's variable, or ask for the partition's own, of several the least."""
        given = value_of("time", options, self._environ)
        if not given:
            limits = map(read_time_limit_s, self._limits_of_partitions(value_of("partition", options, self._environ)))
            return min((limit_s for limit_s in limits if limit_s is not None), default=None)
        try:
            return read_time_limit_s(given)
        except ValueError:
            raise ClusterError(f"“{given}” is no time limit of Slurm's: write --time=4:00:00 or --time=1-12.") from None

    def _limits_of_partitions(self, names: str | None) -> list[str]:
        """Return how long a task runs that says nothing of it, in each of these partitions, or in the default one."""
        try:
            answer = self._ask("scontrol", "-o", "show", "partition")
        except ClusterError:  # a script is printed also where there is no Slurm
            return []
        found = [dict(word.partition("=")[::2] for word in line.split()) for line in answer.stdout.splitlines()]
        meant = [each for each in found if _is_meant(each, names)]
        return [each["MaxTime"] if each["DefaultTime"] == "NONE" else each["DefaultTime"] for each in meant]

    def _check_size(self, job: ArrayJob) -> None:
        """Raise ClusterError where the array is too long; scontrol(1): an index is below MaxArraySize."""
        found = re.search(r"^MaxArraySize\s*= (\d+)", self._ask("scontrol", "show", "config").stdout, re.MULTILINE)
        if found and job.tasks > int(found[1]):
            raise ClusterError(
                f"{job.tasks:,} tasks are more than this cluster takes in one array: {int(found[1]):,} at most"
                " (MaxArraySize). Submit fewer, and more with --top-up later."
            )

    def _logs(self, job: ArrayJob, job_id: str) -> str:
        given = value_of("output", job.options, self._environ)
        return given or str(job.logs / f"{job.name}-{job_id}_*.log")

    def _refusal(self, complaint: str) -> str:
        sentence = f"sbatch refused the job: {_errors(complaint)}."
        if "partition" not in complaint.lower():
            return sentence
        answer = self._ask("sinfo", "-h", "-o", "%R")
        return f"{sentence} Partitions here: {', '.join(sorted(set(answer.stdout.split())))}."

    def _ask(self, program: str, *words: str) -> subprocess.CompletedProcess[str]:
        return _ask(program, *words, environ=self._environ)


def _array_of(job: ArrayJob) -> str:
    return f"0-{job.tasks - 1}" + (f"%{job.at_once}" if job.at_once is not None else "")


def _is_meant(partition: Mapping[str, str], names: str | None) -> bool:
    return partition.get("PartitionName") in names.split(",") if names else partition.get("Default") == "YES"


def _literally(path: Path) -> str:
    """Return a path in which sbatch replaces nothing (sbatch(1), filename pattern)."""
    return str(path).replace("%", "%%")


def _ask(program: str, *words: str, environ: Mapping[str, str], script: str = "") -> subprocess.CompletedProcess[str]:
    """Run a program of Slurm's. Raises ClusterError where it is not there, or does not end in time."""
    try:
        return subprocess.run(  # noqa: S603  the words go to the program as they are, through no shell
            [program, *words],
            input=script,
            env=environ,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=ANSWER_S,
            check=False,
        )
    except FileNotFoundError:
        raise ClusterError(NOT_THERE.format(program=program)) from None
    except (OSError, ValueError) as error:
        raise ClusterError(f"{program} does not start: {error}.") from None
    except subprocess.TimeoutExpired:
        raise ClusterError(
            f"{program} has not answered for {ANSWER_S} s: ask with `squeue --me` what it has done."
        ) from None


def _check_bash(script: str) -> None:
    """Raise ClusterError where bash cannot read the script, whose `--setup` a person wrote."""
    try:
        answer = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)  # noqa: S607
    except OSError:  # the node's bash will say so
        return
    if answer.returncode:
        raise ClusterError(f"--setup is not bash: {answer.stderr.strip().splitlines()[0]}.")


def _errors(complaint: str) -> str:
    """Return in one line why a program of Slurm's refused, the reason before its details."""
    lines = [line.partition("error: ")[2] or line for line in complaint.splitlines() if line.strip()]
    why = [line.removeprefix(REFUSED) for line in lines if line.startswith(REFUSED)]
    rest = [line for line in lines if not line.startswith(REFUSED)]
    return ": ".join([*why, *rest]).rstrip(".") or "it gave no reason"
