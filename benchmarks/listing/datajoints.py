"""DataJoint's own listing of a jobs table, in a process of its own, which also prints its seconds of CPU.

Usage: python -m benchmarks.listing.datajoints preview|errors|fetch SCHEMA ROUNDS
"""

import os
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import datajoint as dj


def main() -> None:
    """Print the medians of wall and CPU seconds."""
    what, name, rounds = sys.argv[1:]
    dj.config["database.port"] = int(os.environ["DJ_PORT"])  # which DataJoint 0.14 does not read
    dj.config["database.use_tls"] = False
    jobs = dj.Schema(name, create_schema=False).jobs
    ways: dict[str, Callable[[], Any]] = {
        "preview": lambda: repr(jobs),
        "errors": lambda: repr(jobs & "status = 'error'"),
        "fetch": lambda: (jobs & "status = 'error'").fetch("table_name", "key", "error_message", "timestamp"),
    }
    walls, cpus = [], []
    for _ in range(int(rounds)):
        began, used = time.perf_counter(), time.process_time()
        ways[what]()
        walls.append(time.perf_counter() - began)
        cpus.append(time.process_time() - used)
    print(median(walls), median(cpus))


if __name__ == "__main__":
    main()
