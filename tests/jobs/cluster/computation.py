"""A lab that computes tests/cluster_pipeline.py on a cluster, from a folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jobs.tracebacks.parsing import read_stack_blob
from tests.lab import LIGHT, ROOT, Lab, eventually, load_pipeline
from tests.server import PASSWORD, SERVER
from tests.slurm import LIMIT_S, TestSlurm

TABLE = "tests.cluster_pipeline.Sorting"
OVER = {"COMPLETED", "FAILED"}


class Computation:
    """Submits workers by `manage.py populate`, and looks at what becomes of them."""

    def __init__(self, lab: Lab, environ: Mapping[str, str], folder: Path) -> None:
        """The lab's settings file lies in the folder, as on a cluster's shared disk; `environ` names the cluster."""
        self.folder, self.schema = folder, lab.schema()
        self.module = load_pipeline(self.schema, "cluster_pipeline")
        self.environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("SLURM_", "SBATCH_"))},
            **SERVER.environ("alice"),
            **environ,
            **LIGHT,
            "TEST_SCHEMA": self.schema,
            "PYTHONPATH": f"{ROOT}:{LIGHT['PYTHONPATH']}",
        }
        self.write_settings()

    def write_settings(self) -> None:
        """Write the lab's settings file, with the password."""
        settings = {"database.host": SERVER.host, "database.port": SERVER.port, "database.user": "alice"}
        path = self.folder / "dj_local_conf.json"
        path.write_text(json.dumps({**settings, "database.password": PASSWORD, "database.use_tls": False}))

    def insert(self, *behaviours: str) -> None:
        """Insert a key for each behaviour of make."""
        self.module.Recording.insert(enumerate(behaviours))

    def populate(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run `manage.py populate` in the lab's folder."""
        command = [sys.executable, str(ROOT / "manage.py"), "populate", TABLE, *arguments]
        env = {**self.environ, **environ}
        return subprocess.run(command, cwd=self.folder, env=env, capture_output=True, text=True, check=False)

    def submit(self, *arguments: str, **environ: str) -> str:
        """Submit workers, and return the id of their job."""
        run = self.populate("--json", *arguments, **environ)
        assert run.returncode == 0, run
        return str(json.loads(run.stdout)["job_id"])

    def jobs(self) -> list[tuple[Any, ...]]:
        """Return status and message of each job row."""
        found = SERVER.sql(f"SHOW TABLES IN `{self.schema}` LIKE '~jobs'")
        return SERVER.sql(f"SELECT status, error_message FROM `{self.schema}`.`~jobs`") if found else []

    def wait_reserved(self, count: int) -> None:
        """Wait until so many keys are in make."""
        eventually(
            lambda: self.attempts() >= count and len(self.jobs()) == count, f"{count} reserved keys", limit_s=LIMIT_S
        )

    def attempts(self) -> int:
        """Return how many makes have begun."""
        return sum(path.stat().st_size for path in self.folder.glob("attempts-*"))

    def stacks(self) -> list[str]:
        """Return the stored stacks."""
        rows = SERVER.sql(f"SELECT error_stack FROM `{self.schema}`.`~jobs` WHERE status = 'error'")
        return [read_stack_blob(stack).text for (stack,) in rows]


class SlurmComputation(Computation):
    """The same on a real Slurm."""

    def __init__(self, lab: Lab, slurm: TestSlurm, folder: Path) -> None:
        """`slurm` runs."""
        super().__init__(lab, slurm.environ, folder)
        self.slurm = slurm

    def wait_states(self, job_id: str, *states: str) -> None:
        """Wait until a job's tasks are in these states."""
        try:
            eventually(lambda: self.slurm.states(job_id) == list(states), f"tasks to be {states}", limit_s=LIMIT_S)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self._what_happened()}") from None

    def wait_over(self, job_id: str) -> None:
        """Wait until all of a job's tasks have ended, well or not."""

        def is_over() -> bool:
            states = self.slurm.states(job_id)
            return bool(states) and OVER.issuperset(states)

        eventually(is_over, "the tasks to end", limit_s=LIMIT_S)

    def log(self, job_id: str, task: int = 0) -> str:
        """Return the log of a task."""
        return self._log_file(job_id, task).read_text()

    def heading(self, job_id: str, task: int = 0) -> str:
        """Return what stands above the traceback of an error of this task's."""
        return f"slurm job {job_id}_{task}, log {self._log_file(job_id, task)}"

    def _what_happened(self) -> str:
        """Return what Slurm says of its nodes and jobs, and the logs: a cluster that stands still says why."""
        said = [self.slurm.ask(*asked) for asked in (("sinfo", "-N", "-l"), ("squeue", "-t", "all"))]
        logs = sorted([*(self.folder / "populate-logs").glob("*.log"), *(self.slurm.folder / "log").glob("*.log")])
        return "\n".join([*said, *(f"--- {log.name}\n{log.read_text()[-2000:]}" for log in logs)])

    def _log_file(self, job_id: str, task: int) -> Path:
        return self.folder / "populate-logs" / f"populate-{TABLE}-{job_id}_{task}.log"
