"""A real Slurm for the tests: a controller and some nodes of one core each, all on this machine, in its own folder.

It preempts: the jobs of the partition `urgent` requeue those of `main`. Programs are tracked by cgroup where the system
has version 1 of it, as on most clusters: SIGTERM then reaches what Slurm has started, and not all that came of it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from jobsite.demo.server import free_port
from tests.lab import eventually

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol", "sinfo")
SYSTEM = "/usr/sbin:/sbin"
FREEZER = Path("/sys/fs/cgroup/freezer")
LIMIT_S = 120.0
"""How long something may take that a cluster does: programs start in turns on a machine that is busy."""
CGROUP = "CgroupMountpoint=/sys/fs/cgroup\nCgroupAutomount=no\nCgroupPlugin=cgroup/v1\n"
SETTINGS = """\
ClusterName=lab
FirstJobId={first_job}
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
AuthType=auth/munge
AuthInfo=socket={folder}/run/munge.sock
SlurmUser=root
SlurmctldPidFile={folder}/run/slurmctld.pid
SlurmdPidFile={folder}/run/slurmd-%n.pid
SlurmdSpoolDir={folder}/spool/%n
StateSaveLocation={folder}/state
SlurmctldLogFile={folder}/log/slurmctld.log
SlurmdLogFile={folder}/log/slurmd-%n.log
ProctrackType=proctrack/{tracking}
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
SchedulerParameters=sched_interval=1,bf_interval=1
KillWait={kill_wait_s}
MinJobAge=3600
JobRequeue=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
MailProg=/bin/true
{nodes}
PartitionName=main Nodes=n[1-{count}] Default=YES MaxTime=INFINITE State=UP PriorityTier=1 GraceTime={grace_s}
PartitionName=short Nodes=n[1-{count}] DefaultTime=10 MaxTime=60 State=UP PriorityTier=1 GraceTime={grace_s}
PartitionName=urgent Nodes=n[1-{count}] MaxTime=INFINITE State=UP PriorityTier=9 PreemptMode=OFF
"""
NODE = "NodeName=n{number} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=1 RealMemory=2000 State=UNKNOWN"

MUNGE_FILES = {"socket": ".sock", "pid-file": "d.pid", "seed-file": ".seed"}


def why_no_slurm() -> str:
    """Return why no Slurm can be started here, or ''."""
    missing = [program for program in PROGRAMS if _found(program) is None]
    if missing:
        return (
            f"Slurm is not installed here ({', '.join(missing)}): apt-get install munge slurmctld slurmd slurm-client"
        )
    return "" if os.geteuid() == 0 else "Slurm's daemons are started as root only"


class TestSlurm:
    """A block in which a cluster runs; its nodes are called n1, n2, ..."""

    __test__ = False

    def __init__(self, folder: Path, nodes: int = 6, kill_wait_s: int = 30) -> None:
        """`folder` is empty, and belongs to root. SIGKILL follows SIGTERM after `kill_wait_s`."""
        self.folder, self.nodes, self.kill_wait_s = folder, nodes, kill_wait_s

    def __enter__(self) -> TestSlurm:
        """Start it; return once all nodes are idle."""
        for name in ("run", "state", "log", *(f"spool/n{number}" for number in range(1, self.nodes + 1))):
            (self.folder / name).mkdir(parents=True)
        for folder in (self.folder, self.folder / "run"):
            folder.chmod(0o755)  # munged refuses a socket in a folder that others cannot read
        self._write_settings()
        self._start_munge()
        self.run("slurmctld", "-i")
        for number in range(1, self.nodes + 1):
            self.run("slurmd", "-N", f"n{number}")
        idle = ("sinfo", "-h", "-N", "-p", "main", "-t", "idle")
        eventually(lambda: len(self.ask(*idle).splitlines()) == self.nodes, "Slurm's nodes to be idle", limit_s=LIMIT_S)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave nothing running."""
        self.cancel_all()
        daemons = [int(file.read_text()) for file in sorted((self.folder / "run").glob("*.pid"))]
        for pid in daemons:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        eventually(lambda: not any(map(_runs, daemons)), "Slurm to end", limit_s=LIMIT_S)

    @property
    def environ(self) -> dict[str, str]:
        """What has to be in the environment of who submits."""
        return {"SLURM_CONF": str(self.folder / "slurm.conf"), "PATH": f"{os.environ['PATH']}:{SYSTEM}"}

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a program of Slurm's on this cluster."""
        command = [str(_found(program)), *arguments]
        env = {**self.environ, "HOME": str(Path.home())}  # what else is here would go along with a job
        return subprocess.run(command, env=env, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)

    def ask(self, program: str, *arguments: str) -> str:
        """Return what it says; '' while the controller does not answer."""
        try:
            return self.run(program, *arguments).stdout
        except subprocess.CalledProcessError:
            return ""

    def states(self, job_id: str) -> list[str]:
        """Return the state of each of a job's tasks, those that have ended too, in the order of the tasks."""
        lines = self.ask("squeue", "-h", "-r", "-t", "all", "-j", job_id, "-o", "%K %T").splitlines()
        return [state for _, state in sorted((int(task), state) for task, state in map(str.split, lines))]

    def start_now(self, job_id: str) -> bool:
        """Say whether a job that was requeued has begun again; ask for it: by itself Slurm waits for two minutes."""
        if self.states(job_id) != ["PENDING"]:
            return True
        self.ask("scontrol", "update", f"JobId={job_id}", "StartTime=now")
        return False

    def cancel_all(self) -> None:
        """End all jobs, and wait until they are gone."""
        deadline = time.monotonic() + LIMIT_S
        while time.monotonic() < deadline and (live := self.ask("squeue", "-h", "-o", "%F").split()):
            self.ask("scancel", "--full", *live)
            time.sleep(0.5)

    def _write_settings(self) -> None:
        host = socket.gethostname().partition(".")[0]
        nodes = [NODE.format(number=number, host=host, port=free_port()) for number in range(1, self.nodes + 1)]
        settings = SETTINGS.format(
            host=host,
            # Clusters of one machine share its cgroups, which have a job's number: one would kill the other's.
            first_job=1 + 1000 * secrets.randbelow(60_000),
            port=free_port(),
            folder=self.folder,
            tracking="cgroup" if FREEZER.is_dir() else "linuxproc",
            kill_wait_s=self.kill_wait_s,
            grace_s=min(self.kill_wait_s, 10),
            nodes="\n".join(nodes),
            count=self.nodes,
        )
        (self.folder / "slurm.conf").write_text(settings)
        (self.folder / "cgroup.conf").write_text(CGROUP)

    def _start_munge(self) -> None:
        key = self.folder / "munge.key"
        key.touch(mode=0o400)
        key.write_bytes(secrets.token_bytes(1024))
        files = {"key-file": key, "log-file": self.folder / "log" / "munged.log"}
        files |= {name: self.folder / "run" / f"munge{end}" for name, end in MUNGE_FILES.items()}
        self.run("munged", "--force", *(f"--{name}={path}" for name, path in files.items()))


def _found(program: str) -> str | None:
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:{SYSTEM}")


def _runs(pid: int) -> bool:
    """Say whether a process runs; one that has ended may stay in the list where nobody waits for it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][:1] != "Z"
    except OSError:
        return False
