"""How much faster than DataJoint's own populate is ours? Side by side in one run on one private server, as ratios.

Each worker is a process of its own, started before the clock is: all wait for a gate, and the time runs from its
opening until the last one is done. The figures depend on the machine, the ratios hardly. Some cases put a network
between workers and server. A wasted reservation is one whose key was computed by somebody else.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import MySQLdb

from benchmarks.distance import slow_way
from jobsite.demo.server import Server

ROOT = Path(__file__).resolve().parent.parent
THEIRS, OURS = "theirs", "ours"
SCHEMA = "lab_benchmark"
DJANGO = {"DJANGO_SETTINGS_MODULE": "jobsite.settings"}
CHANGED = """
    SELECT COALESCE(SUM(rows_changed), 0) FROM information_schema.table_statistics WHERE table_name = '~jobs'
"""
ERROR_ROWS = """
    INSERT INTO `~jobs` (table_name, key_hash, status) SELECT '__result', MD5(number), 'error' FROM source
    WHERE number < %s
"""


@dataclass(frozen=True)
class Case:
    """What is measured: how many keys, workers, seconds in make, keys that failed before, the round trip added; and
    whether all share one core, as where makes that compute leave little of the others.
    """

    name: str
    keys: int
    workers: int = 1
    make_s: float = 0.0
    errors: int = 0
    first_only: bool = False
    away_ms: float = 0.0
    one_core: bool = False


CASES = (
    Case("first make, 100,000 keys pending", 100_000, first_only=True),
    Case("first make, 100,000 keys pending, 50,000 errors", 100_000, errors=50_000, first_only=True),
    Case("trivial make, 1 worker", 3_000),
    Case("trivial make, 8 workers", 5_000, workers=8),
    Case("20 ms make, 1 worker", 150, make_s=0.02),
    Case("20 ms make, 8 workers", 3_000, workers=8, make_s=0.02),
    Case("20 ms make, 8 workers on one core", 2_000, workers=8, make_s=0.02, one_core=True),
    Case("1 ms away, trivial make, 1 worker", 1_000, away_ms=1),
    Case("1 ms away, 20 ms make, 8 workers", 2_000, workers=8, make_s=0.02, away_ms=1),
)


@dataclass(frozen=True)
class Figures:
    """What one run took: seconds, statements of the server, reservations, and the peak memory of a worker in kB."""

    took_s: float
    statements: int
    reservations: int
    peak_kb: int


class Worker:
    """A process that says when it is ready, and when it is done."""

    def __init__(self, command: list[str], environ: dict[str, str]) -> None:
        """Start it."""
        self.process = subprocess.Popen(  # noqa: S603  our own worker
            command, env=environ, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def hear(self) -> str:
        """Return its next line."""
        assert self.process.stdout
        return self.process.stdout.readline()

    def go(self) -> None:
        """Open its gate."""
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()


class Bench:
    """A server, and a way to it that may be slow."""

    def __init__(self, server: Server) -> None:
        """The server runs."""
        self.server = server
        self._ways: dict[float, int] = {0.0: server.port}

    def port(self, case: Case) -> int:
        """Return where the case's workers connect."""
        if case.away_ms not in self._ways:
            self._ways[case.away_ms] = slow_way(self.server.port, case.away_ms / 1000)
        return self._ways[case.away_ms]

    def sql(self, statement: str, parameters: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        """Run one statement as root."""
        driver = MySQLdb.connect(host="127.0.0.1", port=self.server.port, user="root", autocommit=True, local_infile=0)
        with driver.cursor() as cursor:
            cursor.execute(f"USE {SCHEMA}" if "DATABASE" not in statement else "SELECT 1")
            cursor.execute(statement, parameters or None)
            rows = list(cursor.fetchall())
        driver.close()
        return rows

    def prepare(self, case: Case) -> None:
        """Make the schema anew, with its keys and errors."""
        self.sql(f"DROP DATABASE IF EXISTS {SCHEMA}")
        self.sql(f"CREATE DATABASE {SCHEMA}")
        subprocess.run(
            [sys.executable, "-m", "benchmarks.worker", "nobody", ""],
            env=self.environ(case),
            cwd=ROOT,
            check=True,
            input="\n",
            text=True,
            stdout=subprocess.DEVNULL,
        )
        self.sql("INSERT INTO source SELECT seq FROM seq_1_to_%s" % case.keys)  # noqa: S608, UP031  a number of ours
        if case.errors:
            self.sql(ERROR_ROWS, (case.errors,))

    def environ(self, case: Case) -> dict[str, str]:
        """Return the environment of a worker."""
        place = {
            "DJ_HOST": "127.0.0.1",
            "DJ_PORT": str(self.port(case)),
            "DJ_USER": "root",
            "DJ_PASS": "",
            "DJ_USE_TLS": "0",
        }
        return {**os.environ, **place, "BENCHMARK_MAKE_S": str(case.make_s), "BENCHMARK_SCHEMA": SCHEMA, **DJANGO}

    def run(self, case: Case, whose: str) -> Figures:
        """Return what a run took from the opening of the gate to the end of its last worker."""
        self.prepare(case)
        with self.cores(case):
            return self._run(case, whose)

    def _run(self, case: Case, whose: str) -> Figures:
        calls = "1" if case.first_only else ""
        command = [sys.executable, "-m", "benchmarks.worker", whose, calls]
        workers = [Worker(command, self.environ(case)) for _ in range(case.workers)]
        for worker in workers:
            worker.hear()
        self.sql("FLUSH TABLE_STATISTICS")
        before, start = self.statements(), time.perf_counter()
        for worker in workers:
            worker.go()
        peaks = [int(worker.hear()) for worker in workers]
        took = time.perf_counter() - start
        for worker in workers:
            worker.process.wait()
        (done,) = self.sql("SELECT COUNT(*) FROM __result")[0]
        assert done == (1 if case.first_only else case.keys), (whose, done)
        statements = self.statements() - before
        # Each reservation is a row that comes and goes.
        (changed,) = self.sql(CHANGED)[0] if not case.errors else (0,)
        return Figures(took, statements, int(str(changed)) // 2, max(peaks))

    @contextmanager
    def cores(self, case: Case) -> Iterator[None]:
        """Keep the server, and the workers that are started in this block, to one core if the case says so."""
        all_cores = os.sched_getaffinity(0)
        self._keep_to({min(all_cores)} if case.one_core else all_cores)
        yield
        self._keep_to(all_cores)

    def _keep_to(self, cores: set[int]) -> None:
        assert self.server.process
        threads = Path(f"/proc/{self.server.process.pid}/task").iterdir()
        for thread in [0, *(int(path.name) for path in threads)]:
            with suppress(ProcessLookupError):  # a connection that has just ended
                os.sched_setaffinity(thread, cores)

    def statements(self) -> int:
        """Return how many statements the server has run."""
        return int(str(self.sql("SHOW GLOBAL STATUS LIKE 'Questions'")[0][1]))


def main() -> None:
    """Measure every case and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="cases whose name contains this")
    parser.add_argument("--rounds", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        server = Server(Path(home), options=["--userstat=ON"])
        server.start()
        try:
            report(Bench(server), chosen.only, chosen.rounds)
        finally:
            server.stop()


def report(bench: Bench, only: str, rounds: int) -> None:
    """Print one line for each case, as soon as it is measured."""
    print("| | DataJoint's own | Jobsite | ratio | statements a job | wasted reservations | peak memory, MB |")
    print("|---|---|---|---|---|---|---|")
    for case in CASES:
        if only in case.name:
            for _ in range(rounds):
                theirs, ours = bench.run(case, THEIRS), bench.run(case, OURS)
                print(line(case, theirs, ours), flush=True)


def line(case: Case, theirs: Figures, ours: Figures) -> str:
    """Return the case's line."""
    memory = f"{theirs.peak_kb / 1024:.0f} : {ours.peak_kb / 1024:.0f}"
    ratio = f"{theirs.took_s / ours.took_s:.1f}"
    if case.first_only:
        return f"| {case.name} | {theirs.took_s:.2f} s | {ours.took_s:.2f} s | {ratio} | | | {memory} |"
    speeds = f"{case.keys / theirs.took_s:.0f} jobs/s | {case.keys / ours.took_s:.0f} jobs/s"
    asked = f"{theirs.statements / case.keys:.1f} : {ours.statements / case.keys:.1f}"
    wasted = " : ".join(f"{figures.reservations / case.keys - 1:.0%}" for figures in (theirs, ours))
    return f"| {case.name} | {speeds} | {ratio} | {asked} | {wasted} | {memory} |"


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
