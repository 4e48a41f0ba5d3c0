"""Programs of the benchmark's own, and the CPU that they use."""

import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.populate import ROOT

CPUCLOCK_SCHED = 2
"""Linux's clock of the CPU that all threads of a process have used (clock_getcpuclockid(3)); /proc counts in 10 ms."""


def cpu_s(pids: Sequence[int]) -> float:
    """Return the seconds of CPU that these processes have used so far; one that is gone counts nothing."""
    used = 0.0
    for pid in pids:
        with suppress(OSError):
            used += time.clock_gettime((~pid << 3) | CPUCLOCK_SCHED)
    return used


def family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    found = [pid]
    for one in found:
        with suppress(OSError):
            tasks = Path(f"/proc/{one}/task").iterdir()
            found += [int(child) for task in tasks for child in (task / "children").read_text().split()]
    return found


def peak_mb(pids: Sequence[int]) -> float:
    """Return the most memory that one of these processes has held, in MB."""
    peaks = [0]
    for pid in pids:
        with suppress(OSError):
            lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
            peaks += [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
    return max(peaks) / 1024


def forget_peak(pids: Sequence[int]) -> None:
    """Let `peak_mb` begin anew (proc(5), clear_refs)."""
    for pid in pids:
        with suppress(OSError):
            Path(f"/proc/{pid}/clear_refs").write_text("5")


def children_cpu_s() -> float:
    """Return the seconds of CPU that programs used which have ended by now."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def python(*arguments: str, environ: Mapping[str, str], limit_s: float = 600) -> str:
    """Run a Python of ours to its end and return what it printed; raises TimeoutExpired after `limit_s`."""
    command = [sys.executable, *arguments]
    done = subprocess.run(  # noqa: S603  our own program
        command, cwd=ROOT, env=dict(environ), stdout=subprocess.PIPE, text=True, check=True, timeout=limit_s
    )
    return done.stdout


@contextmanager
def running(command: Sequence[str], environ: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program as long as the block lasts."""
    with log.open("ab") as written:
        process = subprocess.Popen(  # noqa: S603  our own program
            command, cwd=ROOT, env=dict(environ), stdout=written, stderr=written
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()
