"""What happened last night? Real workers, each on animals of its own, and what becomes of them.

Every worker ends up in the middle of a long make; then one is asked to stop, one is stopped by Ctrl-C, one is killed,
and two go on. What they leave in the jobs tables, they leave themselves.
"""

import signal
import subprocess
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from jobsite.demo.accounts import Accounts
from jobsite.demo.processes import ROOT, DemoError, Processes
from jobsite.demo.waiting import LIMIT_S, wait_until

EVERYBODYS = (
    "behavior.BodyCondition",
    "behavior.Trials",
    "behavior.PsychometricFit",
    "ephys.RawSignal",
    "ephys.LocalField",
    "ephys.SpikeSorting",
    "ephys.UnitTuning",
)
DRIFT, POSE = ("ephys.DriftMap", "lab_ephys", "__drift_map"), ("behavior.Pose", "lab_behavior", "__pose")
BUDGET_S = 7 * 24 * 3600


@dataclass(frozen=True)
class Plan:
    """A worker: its user, its animals, the table of its long make, and the signal that ends it there, if one does."""

    name: str
    user: str
    animals: tuple[str, ...]
    long_table: tuple[str, str, str]
    ended_by: signal.Signals | None = None


PLANS = (
    # Erin has no other connection, or nobody could tell that her worker is gone.
    Plan("killed", "erin", ("M028",), DRIFT, signal.SIGKILL),
    Plan("stopped", "carol", ("M021", "M023"), DRIFT, signal.SIGTERM),
    Plan("interrupted", "dave", ("M025",), POSE, signal.SIGINT),
    Plan("alice", "alice", ("M012", "M014"), DRIFT),
    Plan("bob", "bob", ("M017", "M019"), POSE),
)


class Night:
    """The workers of one night."""

    def __init__(self, accounts: Accounts, processes: Processes, site_home: Path, archive: Path) -> None:
        """Nothing is started yet."""
        self.accounts, self.processes = accounts, processes
        self.site_home, self.archive = site_home, archive
        self.workers: dict[Plan, subprocess.Popen[bytes]] = {}

    def begin(self) -> None:
        """Start every worker."""
        for plan in PLANS:
            self.workers[plan] = self.processes.start(plan.name, self._arguments(plan), self._environ(plan))

    def wait_until_over(self) -> None:
        """Return once every worker is in its long make, and those that a signal is to end have ended."""
        self._root = self.accounts.connect_as_root()
        for plan, worker in self.workers.items():
            connection_id = self._wait_until_deep_in_a_make(plan, worker)
            if plan.ended_by is not None:
                worker.send_signal(plan.ended_by)
                worker.wait(LIMIT_S)
                wait_until(partial(self._is_gone, connection_id), f"the worker “{plan.name}” stayed connected")
        self._root.close()

    @staticmethod
    def _arguments(plan: Plan) -> list[str]:
        tables = [f"jobsite.demo.pipeline.{table}" for table in (*EVERYBODYS, plan.long_table[0])]
        animals = ", ".join(f'"{animal}"' for animal in plan.animals)
        return [str(ROOT / "manage.py"), "populate", *tables, "--restrict", f"subject in ({animals})"]

    def _environ(self, plan: Plan) -> dict[str, str]:
        return {
            **self.accounts.environ(plan.user),
            "JOBSITE_HOME": str(self.site_home),
            "LAB_ARCHIVE": str(self.archive),
            "LAB_BUDGET_S": str(BUDGET_S),
        }

    def _wait_until_deep_in_a_make(self, plan: Plan, worker: subprocess.Popen[bytes]) -> int:
        """Return the worker's connection once the same key of its long table is reserved at two looks."""
        seen: list[tuple[str, int] | None] = [None]

        def is_deep() -> bool:
            if worker.poll() is not None:
                said = self.processes.last_words(plan.name)
                raise DemoError(f"the worker “{plan.name}” ended too early ({worker.returncode}): {said}")
            before, seen[0] = seen[0], self._reserved(plan, worker.pid)
            return seen[0] is not None and seen[0] == before

        wait_until(is_deep, f"the worker “{plan.name}” did not get far: {self.processes.last_words(plan.name)}")
        assert seen[0] is not None
        return seen[0][1]

    def _reserved(self, plan: Plan, pid: int) -> tuple[str, int] | None:
        _, schema, table = plan.long_table
        with self._root.cursor() as cursor:
            cursor.execute(
                f"SELECT key_hash, connection_id FROM {schema}.`~jobs`"  # noqa: S608  names of our own
                " WHERE status = 'reserved' AND table_name = %s AND pid = %s",
                (table, pid),
            )
            found: tuple[str, int] | None = cursor.fetchone()
        return found

    def _is_gone(self, number: int) -> bool:
        with self._root.cursor() as cursor:
            return not (cursor.execute("SELECT 1 FROM information_schema.processlist WHERE id = %s", (number,)))
