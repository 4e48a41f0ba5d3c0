"""Does `manage.py reap --apply`, run every second beside workers with accidents, free every dead job and no live one?

Workers of every kind work on one table: ours and DataJoint's own, alone and with two processes each. They are killed
and terminated, and their connections are killed. A trigger on the jobs table writes down whose reservation is released
by the account that reaps, and by looking at the processes of this machine it is seen at once whether that one lives.
Of those that are dead and still reserved, the rule is asked again and again: what it calls abandoned twice, with
several rounds of reap between, should have been freed.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import MySQLdb

from benchmarks.populate import ROOT, SCHEMA, Bench, Case
from jobs.liveness import Liveness
from jobsite.demo.server import Server

MAKE_S, ACCIDENT_EACH_S, LOOK_EACH_S = 0.3, 0.7, 0.05
KEYS = 100_000
DEAD_LONG_S = 15.0
"""A dead reservation that is still there after so long was passed over by several rounds of reap."""
ASK_EACH_S = 5.0
"""How often the rule is asked; between two times, reap has gone through all that is reserved."""
JUDGE = (sys.executable, "manage.py", "jobs", 'status = "reserved"', "--format", "ndjson")
WORKER, REAPER, PASSWORD = "worker", "reaper", "soak"
PIDS = "performance_schema.session_connect_attrs"
POPULATE = [sys.executable, "manage.py", "populate", "benchmarks.pipeline.Result"]
THEIRS = """
import logging, sys, django; logging.disable(); django.setup()
from django.conf import settings; from jobs.worker.dj.connecting import connect; connect(settings.LAB)
from benchmarks.pipeline import Result
Result.populate(reserve_jobs=True, suppress_errors=True, processes=int(sys.argv[1]))
"""
KINDS = {
    "ours": POPULATE,
    "ours, two processes": [*POPULATE, "--processes", "2"],
    "theirs": [sys.executable, "-c", THEIRS, "1"],
    "theirs, two processes": [sys.executable, "-c", THEIRS, "2"],
}
EACH_SECOND = """
import sys, time, django; django.setup()
from django.core.management import call_command
while True:
    began = time.monotonic()
    try:
        call_command("reap", "--apply")
    except SystemExit as left:
        print("ended with", left.code)
    except BaseException as error:
        print("ended with", repr(error))
    sys.stdout.flush()
    time.sleep(max(0, began + 1 - time.monotonic()))
"""
ELSEWHERE = ("unshare", "--uts", "sh", "-c", 'hostname elsewhere; exec "$@"', "sh")
"""What lets a command think that it is on another machine, where it cannot look for the workers' processes."""
TRIGGER = f"""
    CREATE TRIGGER note_release BEFORE DELETE ON {SCHEMA}.`~jobs` FOR EACH ROW BEGIN
    IF USER() LIKE '{REAPER}@%' THEN
        INSERT INTO {SCHEMA}.released (pid, key_hash, status) VALUES (OLD.pid, OLD.key_hash, OLD.status);
    END IF; END
"""  # noqa: S608  names of ours


class Reaping:
    """The run."""

    def __init__(self, server: Server, home: Path, seed: int, *, pids: bool, place: Sequence[str]) -> None:
        """`pids` says whether the account that reaps may read the processes of the clients; `place` where it reaps."""
        self.place = place
        self.server, self.home, self.pids = server, home, pids
        self.chance = random.Random(seed)  # noqa: S311  not a secret
        self.bench, self.case = Bench(server), Case("reaping", KEYS, make_s=MAKE_S)
        self.accidents: Counter[str] = Counter()
        self.workers: dict[int, subprocess.Popen[bytes]] = {}
        self.seen = 0
        self.freed = 0
        self.live: list[str] = []
        self.dead_since: dict[tuple[int, str], float] = {}
        self.passed_over: dict[tuple[int, str], str] = {}
        self.abandoned: set[tuple[int, str]] = set()
        self.left_abandoned: set[tuple[int, str]] = set()
        self.next_asked = 0.0

    def prepare(self) -> None:
        """Make the schema, the accounts and the trigger."""
        self.bench.prepare(self.case)
        sql = self.bench.sql
        for name in (WORKER, REAPER):
            sql(f"CREATE USER {name}@'%' IDENTIFIED BY '{PASSWORD}'")
        sql(f"GRANT ALL ON {SCHEMA}.* TO {WORKER}@'%'")
        sql(f"GRANT PROCESS ON *.* TO {REAPER}@'%'")
        sql(f"GRANT SELECT, DELETE ON {SCHEMA}.* TO {REAPER}@'%'")
        if self.pids:
            sql(f"GRANT SELECT ON {PIDS} TO {REAPER}@'%'")
        sql("CREATE TABLE released (n INT AUTO_INCREMENT PRIMARY KEY, pid INT, key_hash CHAR(32), status CHAR(9))")
        sql(TRIGGER)
        self.command([sys.executable, "manage.py", "migrate", "--verbosity", "0"], "migrate", REAPER).wait()

    def environ(self, user: str) -> dict[str, str]:
        """Return what a process of the lab, or of the site, has in its environment."""
        environ = {**self.bench.environ(self.case), "DJ_USER": user, "DJ_PASS": PASSWORD}
        return {**environ, "JOBSITE_HOME": str(self.home / "site"), "BENCHMARK_LOG": ""}

    def command(self, command: Sequence[str], log: str, user: str) -> subprocess.Popen[bytes]:
        """Start a process of the lab, or of the site."""
        with (self.home / f"{log}.log").open("ab") as out:
            return subprocess.Popen(  # noqa: S603  our own commands
                command,
                env=self.environ(user),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def run(self, seconds: float) -> None:
        """Let them work and reap for so long, with accidents, and then let all that is dead be reaped."""
        reaper = self.command([*self.place, sys.executable, "-c", EACH_SECOND], "reap", REAPER)
        until = time.monotonic() + seconds
        next_accident = 0.0
        while time.monotonic() < until:
            self.start_missing()
            if time.monotonic() > next_accident:
                self.accident()
                next_accident = time.monotonic() + ACCIDENT_EACH_S
            self.look()
            time.sleep(LOOK_EACH_S)
        for process in self.workers.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        while self.reserved() and time.monotonic() < until + 60:
            self.look()
            time.sleep(1)
        self.look()
        reaper.terminate()
        reaper.wait()

    def start_missing(self) -> None:
        """Start again what has ended."""
        for number, command in enumerate(KINDS.values()):
            process = self.workers.get(number)
            if process is None or process.poll() is not None:
                self.workers[number] = self.command(command, f"worker-{number}", WORKER)

    def accident(self) -> None:
        """Let one thing go wrong."""
        kind = self.chance.choice(["kill", "terminate", "connection"])
        self.accidents[kind] += 1
        if kind == "connection":
            with suppress(MySQLdb.Error, IndexError):
                ids = self.bench.sql("SELECT id FROM information_schema.processlist WHERE user = %s", (WORKER,))
                self.bench.sql(f"KILL {self.chance.choice(ids)[0]}")
            return
        pids = [pid for pid, _ in self.reserved() if runs(pid)]  # those that compute: also children of a pool
        if pids:
            os.kill(self.chance.choice(pids), signal.SIGKILL if kind == "kill" else signal.SIGTERM)

    def reserved(self) -> list[tuple[int, str]]:
        """Return process and key_hash of each reserved job."""
        rows = self.bench.sql("SELECT pid, key_hash FROM `~jobs` WHERE status = 'reserved'")
        return [(int(str(pid)), str(key_hash)) for pid, key_hash in rows]

    def look(self) -> None:
        """See whether one that was released since the last look lives, and which dead ones are still reserved."""
        for number, pid, key_hash in self.bench.sql("SELECT n, pid, key_hash FROM released WHERE n > %s", (self.seen,)):
            self.seen, self.freed = int(str(number)), self.freed + 1
            if runs(int(str(pid))):
                self.live.append(f"{key_hash} of {pid}")
        now = time.monotonic()
        dead = {one for one in self.reserved() if not runs(one[0])}
        self.dead_since = {one: self.dead_since.get(one, now) for one in dead}
        if now > self.next_asked:
            self.ask_the_rule(now)
            self.next_asked = time.monotonic() + ASK_EACH_S

    def ask_the_rule(self, now: float) -> None:
        """Note what the rule says of the dead ones that are still reserved."""
        command = [*self.place, *JUDGE]
        asked = subprocess.run(  # noqa: S603  our own command
            command,
            env=self.environ(REAPER),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        )
        rows = [json.loads(line) for line in asked.stdout.splitlines()]
        said = {(int(row["pid"]), str(row["key_hash"])): str(row["liveness"]) for row in rows}
        said = {one: liveness for one, liveness in said.items() if one in self.dead_since}
        self.passed_over |= {one: said[one] for one in said if now - self.dead_since[one] > DEAD_LONG_S}
        abandoned = {one for one, liveness in said.items() if liveness == Liveness.ABANDONED.value}
        self.left_abandoned |= abandoned & self.abandoned
        self.abandoned = abandoned


def runs(pid: int) -> bool:
    """Say whether a process of this machine runs; one that was killed and is not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][:1] != "Z"
    except OSError:
        return False


def main() -> int:
    """Run it, say what was found, and return 1 when a live job was freed or a dead one was not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=os.getpid())
    parser.add_argument("--without-pids", action="store_true", help="reap by an account that may not read processes")
    parser.add_argument("--elsewhere", action="store_true", help="as from another machine; takes root")
    chosen = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="reaping-"))
    server = Server(home / "server", options=["--performance-schema=ON"])
    server.start()
    try:
        place = ELSEWHERE if chosen.elsewhere else ()
        reaping = Reaping(server, home, chosen.seed, pids=not chosen.without_pids, place=place)
        reaping.prepare()
        reaping.run(chosen.minutes * 60)
        found = {
            "minutes": chosen.minutes,
            "pids": reaping.pids,
            "accidents": reaping.accidents,
            "freed": reaping.freed,
            "live ones among them": reaping.live,
            f"dead for {DEAD_LONG_S:g} s and not freed, by what the rule says": Counter(reaping.passed_over.values()),
            f"called abandoned twice, {ASK_EACH_S:g} s apart": len(reaping.left_abandoned),
            "still reserved when all were dead": len(reaping.reserved()),
        }
        print(json.dumps(found, indent=1))
        passed_over = reaping.passed_over if reaping.pids else reaping.left_abandoned
        failed = reaping.live or reaping.reserved() or passed_over or reaping.left_abandoned
    finally:
        server.stop()
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
