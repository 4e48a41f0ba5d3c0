"""What does `populate --slurm N` do? It counts the keys, and submits as many workers as they need, but N at most."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from jobs.cluster.engine import ArrayJob, ClusterError, Engine, Task
from jobs.cluster.environment import PASSWORD, environ_of_tasks
from jobs.cluster.parsl_provider import ParslProvider
from jobs.cluster.slurm import Slurm
from jobs.worker.dj.compat import Untyped
from jobs.worker.errors import server_sentence
from jobs.worker.importing import NothingThereError, resolve
from jobs.worker.options import Options
from jobs.worker.outcomes import WrongInputError
from jobs.worker.pending import find_pending
from jobs.worker.submission import Said, Submission, run_duration_s, say_none, say_submitted
from jobsite.lab.address import LabServer
from jobsite.startup import ENVIRON, FOLDER

LOGS = "populate-logs"
LONGEST_NAME = 100
CONNECTIONS = "SHOW GLOBAL VARIABLES LIKE 'max_connections'"
RUN_DURATION = "--run-duration"
TOO_MANY = (
    "{needed:,} connections are needed when all tasks run, and the server takes {most:,} (max_connections): submit"
    " fewer, or ask an administrator of the server to raise it."
)
IN_ENVIRONMENT = (
    "The password goes along in the environment of the job, where the cluster's administrators can read it: put it into"
    " the settings file dj_local_conf.json, which only you may read (chmod 600), and unset DJ_PASS."
)


class Submitter:
    """Submits the workers of one run of populate."""

    def __init__(self, tables: Mapping[str, Untyped], options: Options, submission: Submission, lab: LabServer) -> None:
        """`tables` are those that `prepare` returned. Raises WrongInputError where there is no such provider."""
        self._tables, self._options, self._submission = tables, options, submission
        self._engine = _engine_of(submission)
        self._environ = environ_of_tasks(ENVIRON, lab, Path.cwd(), Path.home())
        self._passes_password = bool(lab.password) and PASSWORD in self._environ

    def script(self) -> str:
        """Return the script that would be submitted, by what is pending now. Raises WrongInputError."""
        with _refusing():
            run_s = self._run_duration_s()
            tasks = self._submission.tasks_for(self._count_keys(), 0, 0)
            return self._engine.script(self._job(max(1, tasks), run_s))

    def submit(self) -> Said:
        """Submit them, and return what to say of it. Raises WrongInputError; then nothing was submitted."""
        with _refusing():
            self._engine.require()
            run_s = self._run_duration_s()
            live = self._engine.state(self._job(1, run_s)) if self._submission.tops_up else []
            keys = self._count_keys()
            tasks = self._submission.tasks_for(keys, len(live), _waiting(live))
            if not tasks:
                return say_none(keys, len(live))
            job = self._job(tasks, run_s)
            return say_submitted(self._engine.submit(job), job.tasks, tasks, keys, run_s, self._warnings(tasks))

    def _run_duration_s(self) -> int | None:
        return run_duration_s(self._engine.time_limit_s(self._submission.options), self._submission.run_s)

    def _count_keys(self) -> int:
        """Return how many keys are pending in all tables; what one table gives the next is not known yet."""
        try:
            return sum(len(find_pending(table, self._options).keys) for table in self._tables.values())
        except Exception as error:  # the server's or DataJoint's
            raise WrongInputError(f"The keys could not be read: {server_sentence(error)}.") from None

    def _job(self, at_once: int, run_s: int | None) -> ArrayJob:
        submission = self._submission
        words = [word for word in submission.words if not word.startswith(f"{RUN_DURATION}=")]
        runs = [] if run_s is None else [f"{RUN_DURATION}={run_s}s"]
        return ArrayJob(
            name=job_name(self._options.tables),
            command=(sys.executable, str(FOLDER / "manage.py"), "populate", *words, *runs),
            tasks=at_once * submission.rounds,
            at_once=at_once if submission.rounds > 1 else None,
            folder=Path.cwd(),
            logs=Path.cwd() / LOGS,
            setup=submission.setup,
            options=submission.options,
            environ=self._environ,
        )

    def _warnings(self, at_once: int) -> list[str]:
        needed, most = at_once * self._submission.connections, self._max_connections()
        warnings = [IN_ENVIRONMENT] if self._passes_password else []
        if most is not None and needed >= most:
            warnings.append(TOO_MANY.format(needed=needed, most=most))
        return warnings

    def _max_connections(self) -> int | None:
        try:
            found = next(iter(self._tables.values())).connection.query(CONNECTIONS).fetchone()
        except Exception:  # the server's or DataJoint's: a warning is not worth the run
            return None
        return int(found[1]) if found else None


def _engine_of(submission: Submission) -> Engine:
    if not submission.provider:
        return Slurm(ENVIRON)
    try:
        return ParslProvider(resolve(submission.provider))
    except NothingThereError as nothing:
        raise WrongInputError(f"--provider: {nothing.path} has nothing called {nothing.missing}.") from None


def job_name(tables: tuple[str, ...]) -> str:
    """Return the name of the jobs that populate `tables`, by which those that run are found again."""
    name = f"populate-{'+'.join(tables)}"
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[:LONGEST_NAME]}-{sha256(name.encode()).hexdigest()[:8]}"


def _waiting(tasks: list[Task]) -> int:
    return sum(not task.is_running for task in tasks)


@contextmanager
def _refusing() -> Iterator[None]:
    """Let what a cluster refuses be wrong input: one sentence, and nothing done."""
    try:
        yield
    except ClusterError as error:
        raise WrongInputError(str(error)) from None
