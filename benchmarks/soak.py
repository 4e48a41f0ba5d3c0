"""Does every key survive accidents? They happen to four of our workers and four of DataJoint's own, on one table.

Workers are killed and terminated, connections are killed, the server is restarted, its disk is full for a while, and
it is read-only for a while; who ends is started again until nothing is left to do. Then every key has to be computed,
or an error, or reserved by a worker that was killed or by one of DataJoint's, and none in two makes at the same time.
What is left is cleared, computed without accidents, and then every key has to be there.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from contextlib import suppress
from pathlib import Path

import MySQLdb

from benchmarks.full_disk import FullableServer
from benchmarks.populate import OURS, ROOT, SCHEMA, THEIRS, Bench, Case

KEYS, MAKE_S, ACCIDENT_EACH_S = 5_000, 0.01, 0.7
# Of every 20 accidents these; the others by chance.
FULL, READ_ONLY, RESTART = "full disk", "read-only", "restart"
AT = {5: FULL, 10: RESTART, 15: READ_ONLY, 0: RESTART}
LASTING_S = 10.0
# A server that was restarted takes connections after a second or two.
ASKED_AGAIN_S = 0.2
# Not root, who may write to a server that is read-only.
ACCOUNT = {"DJ_USER": "worker", "DJ_PASS": "soak"}
COMMANDS = {
    OURS: [sys.executable, "manage.py", "populate", "benchmarks.pipeline.Result"],
    THEIRS: [sys.executable, "-m", "benchmarks.worker", THEIRS, ""],
}


class Worker:
    """A worker that is started again when it ends."""

    def __init__(self, whose: str, environ: dict[str, str], log: Path) -> None:
        """Start it for the first time."""
        self.whose, self.environ, self.log = whose, environ, log
        self.processes: list[subprocess.Popen[bytes]] = []
        self.start()

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The one that was started last."""
        return self.processes[-1]

    def start(self) -> None:
        """Start it."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603  our own worker
                COMMANDS[self.whose], env=self.environ, cwd=ROOT, stdin=subprocess.PIPE, stdout=log, stderr=log
            )
        self.processes.append(process)
        assert self.process.stdin
        with suppress(BrokenPipeError):
            self.process.stdin.write(b"\n")
            self.process.stdin.flush()


class Soak:
    """The run and its accidents."""

    def __init__(self, server: FullableServer, home: Path, seed: int) -> None:
        """`seed` makes repeatable which accidents happen, not when."""
        self.server, self.home, self.chance = server, home, random.Random(seed)  # noqa: S311  not a secret
        self.bench = Bench(server)
        self.case = Case("soak", KEYS, make_s=MAKE_S)
        self.makes = home / "makes.log"
        self.accidents: Counter[str] = Counter()
        self.workers: list[Worker] = []

    def prepare(self) -> None:
        """Make the schema and the workers' account."""
        self.bench.prepare(self.case)
        self.bench.sql(f"CREATE USER {ACCOUNT['DJ_USER']}@'%' IDENTIFIED BY '{ACCOUNT['DJ_PASS']}'")
        self.bench.sql(f"GRANT ALL ON {SCHEMA}.* TO {ACCOUNT['DJ_USER']}@'%'")

    def environ(self) -> dict[str, str]:
        """Return a worker's environment."""
        return {**self.bench.environ(self.case), **ACCOUNT, "BENCHMARK_LOG": str(self.makes)}

    def work(self, *, accidents: bool) -> None:
        """Let eight workers work until nothing is left to do."""
        whose = [OURS, THEIRS] * 4
        workers = [Worker(who, self.environ(), self.home / f"{who}-{n}.log") for n, who in enumerate(whose)]
        while self.left():
            time.sleep(ACCIDENT_EACH_S)
            if accidents:
                self.accident(workers)
            for worker in workers:
                if worker.process.poll() is not None:
                    worker.start()
        for worker in workers:
            worker.process.wait()
        self.workers += workers

    def left(self) -> int:
        """Return how many keys are neither computed nor in the jobs table."""
        done, jobs = self.count("SELECT COUNT(*) FROM __result"), self.count("SELECT COUNT(*) FROM `~jobs`")
        both = self.count(
            "SELECT COUNT(*) FROM __result JOIN `~jobs` ON key_hash = MD5(number) AND table_name = '__result'"
        )
        return KEYS - done - jobs + both

    def count(self, query: str) -> int:
        """Return the number that a query returns, when the server is there to answer it."""
        while True:
            with suppress(MySQLdb.OperationalError):
                return int(str(self.bench.sql(query)[0][0]))
            time.sleep(ASKED_AGAIN_S)

    def accident(self, workers: list[Worker]) -> None:
        """Let one thing go wrong."""
        kind = AT.get((self.accidents.total() + 1) % 20, self.chance.choice(["kill", "terminate", "connection"]))
        self.accidents[kind] += 1
        victim = self.chance.choice(workers)
        if kind in AT.values():
            self.accident_of_server(kind)
        elif kind == "connection":
            with suppress(MySQLdb.Error, IndexError):
                ids = self.bench.sql(
                    "SELECT id FROM information_schema.processlist WHERE db IS NULL AND id <> CONNECTION_ID()"
                )
                self.bench.sql(f"KILL {self.chance.choice(ids)[0]}")
        elif victim.process.poll() is None:
            victim.process.send_signal(signal.SIGKILL if kind == "kill" else signal.SIGTERM)

    def accident_of_server(self, kind: str) -> None:
        """Let it fail all workers together, and be well again."""
        if kind == FULL:
            self.server.fill()
            time.sleep(LASTING_S)
            self.make_room()
        elif kind == READ_ONLY:
            self.bench.sql("SET GLOBAL read_only = 1")
            time.sleep(LASTING_S)
            self.bench.sql("SET GLOBAL read_only = 0")
        else:
            port = self.server.port
            self.server.stop()
            self.server.start(port=port)

    def make_room(self) -> None:
        """Let the disk have room again; a MariaDB that had none to roll back has ended itself, and starts again."""
        process, port = self.server.process, self.server.port
        if process is None or process.poll() is not None:
            self.server.start(port=port)
        else:
            self.server.make_room()

    def still_reserved(self) -> list[str]:
        """Return the keys that a worker of ours has left reserved although it was not killed."""
        processes = [process for worker in self.workers if worker.whose == OURS for process in worker.processes]
        lived_on = {process.pid for process in processes if process.returncode != -signal.SIGKILL}
        rows = self.bench.sql("SELECT pid, key_hash FROM `~jobs` WHERE status = 'reserved'")
        return [f"{key} by {pid}" for pid, key in rows if pid in lived_on]

    def overlaps(self) -> list[str]:
        """Return the keys that were in two makes at the same time; a make without an end lasts until it is cleared."""
        open_by: dict[str, str] = {}
        found = []
        for line in sorted(self.makes.read_text().splitlines(), key=lambda line: float(line.split()[0])):
            _, pid, what, number = line.split()
            if what == "begin":
                if number in open_by:
                    found.append(f"{number}: {open_by[number]} and {pid}")
                open_by[number] = pid
            else:
                open_by.pop(number, None)
        return found

    def statuses(self) -> dict[str, int]:
        """Return how many keys are what, by the worker's words."""
        rows = self.bench.sql(
            "SELECT IF(status='error', LEFT(error_message, 30), status), COUNT(*) FROM `~jobs` GROUP BY 1"
        )
        found: dict[str, int] = defaultdict(int, computed=self.count("SELECT COUNT(*) FROM __result"))
        found.update({str(status): int(str(count)) for status, count in rows})
        return dict(found)


def main() -> int:
    """Run it, say what was found, and return 1 when a key was lost, left reserved or made twice at once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=os.getpid())
    parser.add_argument("--home", type=Path)
    chosen = parser.parse_args()
    home = chosen.home or Path(tempfile.mkdtemp(prefix="soak-"))
    server = FullableServer(home / "server")
    server.start()
    try:
        soak = Soak(server, home, chosen.seed)
        soak.prepare()
        soak.work(accidents=True)
        twice, reserved, lost = soak.overlaps(), soak.still_reserved(), soak.left()
        print(f"seed {chosen.seed}: {dict(soak.accidents)}; {soak.statuses()}")
        print(f"lost: {lost}; twice: {twice}; left reserved by a worker that was not killed: {reserved}", flush=True)
        soak.bench.sql("DELETE FROM `~jobs`")
        soak.makes.write_text("")
        soak.work(accidents=False)
        computed = soak.count("SELECT COUNT(*) FROM __result")
        print(f"after clearing: {soak.statuses()}; twice: {soak.overlaps()}")
    finally:
        server.stop()
    return int(bool(twice or reserved or lost) or computed != KEYS)


if __name__ == "__main__":
    sys.exit(main())
