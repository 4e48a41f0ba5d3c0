"""A lab's table whose make writes down what its process is like, and what the processes that it starts are like.

It stands in a folder of its own, which a test copies: it is imported from the current directory, as a lab's code is.
"""

# DataJoint is published without types.
# mypy: allow-subclassing-any, disable-error-code="operator"

import atexit
import decimal
import gc
import json
import locale
import logging
import multiprocessing
import os
import resource
import signal
import socket
import subprocess
import sys
import time
import warnings
from datetime import datetime
from pathlib import Path
from typing import Any

import datajoint as dj

schema = dj.schema("lab_script")
CATEGORIES = ("LC_ALL", "LC_COLLATE", "LC_CTYPE", "LC_MONETARY", "LC_NUMERIC", "LC_TIME", "LC_MESSAGES")
HANDLED_BY_POPULATE = {signal.SIGINT, signal.SIGTERM}
ONE_DAY = 1_700_000_000


def logger_of(name: str) -> list[str]:
    """Say how a logger is set up."""
    logger = logging.getLogger(name)
    parts: list[object] = [logger.level, logger.propagate, logger.disabled, logger.getEffectiveLevel()]
    return [
        *map(str, parts),
        *(f"{type(one).__name__} {one.level}" for one in logger.handlers),
        *map(str, logger.filters),
    ]


def signals() -> dict[str, str]:
    """Say what each signal does that populate does not take; DataJoint's own takes two as well."""
    rest = sorted(signal.valid_signals() - HANDLED_BY_POPULATE)
    return {str(signum): str(signal.getsignal(signum)) for signum in rest}


def process() -> dict[str, Any]:
    """Say what this process is like, in values that can be compared."""
    umask = os.umask(0)
    os.umask(umask)
    return {
        "environ": dict(os.environ),
        "zone": [time.tzname, time.timezone, datetime.fromtimestamp(ONE_DAY).isoformat()],  # noqa: DTZ006  on purpose
        "locale": {name: locale.setlocale(getattr(locale, name)) for name in CATEGORIES},
        "encoding": [locale.getpreferredencoding(False), sys.getfilesystemencoding(), sys.stdout.encoding],
        "logging": {name: logger_of(name) for name in ("root", "", "datajoint", "a.lab.of.its.own")},
        "logging as a whole": [logging.root.manager.disable, str(logging.lastResort), logging.raiseExceptions],
        "warnings": [list(map(str, warnings.filters)), warnings.showwarning.__module__, sys.warnoptions],
        "signals": signals(),
        "blocked signals": sorted(map(int, signal.pthread_sigmask(signal.SIG_BLOCK, []))),
        "path": sys.path,
        "directory": os.getcwd(),
        "umask": umask,
        "start method": multiprocessing.get_start_method(allow_none=True),
        "limits": [sys.getrecursionlimit(), sys.getswitchinterval(), resource.getrlimit(resource.RLIMIT_NOFILE)],
        "hooks": [sys.excepthook.__module__, sys.displayhook.__module__, sys.breakpointhook.__module__],
        "niceness": os.nice(0),
        "garbage": [gc.isenabled(), gc.get_threshold()],
        "decimals": str(decimal.getcontext()),
        "time-out of sockets": socket.getdefaulttimeout(),
    }


def started_process(_: int) -> dict[str, Any]:
    """Say the same of a process that make started, and what it ran first."""
    main = str(getattr(sys.modules["__main__"], "__file__", ""))
    return {**process(), "main is manage.py": main.endswith("manage.py")}


def fresh_process(_: int) -> dict[str, Any]:
    """Say the same of one that was not forked, and whether it had to import Django."""
    return {**started_process(0), "django": "django" in sys.modules}


def subprocess_of_make() -> Any:
    """Return the environment and the clock of a program that make runs."""
    code = "import json, os, sys, time; print(json.dumps([dict(os.environ), time.tzname, os.getcwd(), sys.path[1:]]))"
    return json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)


def from_pool(method: str) -> Any:
    """Return what a process of a pool that starts by `method` says."""
    with multiprocessing.get_context(method).Pool(1) as pool:
        return pool.map(started_process if method == "fork" else fresh_process, [0])[0]


@schema
class Run(dj.Lookup):
    definition = """
    run: varchar(24)
    """
    contents = [("datajoint",), ("one process",), ("two processes",), ("second of two",)]


@schema
class Observed(dj.Computed):
    definition = """
    -> Run
    ---
    clock: datetime
    observed: longblob
    """

    def make(self, key: dict[str, Any]) -> None:
        found = {
            "make": process(),
            "run": subprocess_of_make(),
            "fork": from_pool("fork"),
            "spawn": from_pool("spawn"),
            "forkserver": from_pool("forkserver"),
        }
        clock = datetime.fromtimestamp(ONE_DAY)  # noqa: DTZ006  the lab's wall clock
        self.insert1({**key, "clock": clock, "observed": json.dumps(found, default=str)})


def count_runs(_: int) -> int:
    """Ask the lab's server from a process that make has started; it has to find it by itself."""
    return len(Run())


@schema
class Counted(dj.Computed):
    definition = """
    -> Run
    ---
    runs: int
    """

    def make(self, key: dict[str, Any]) -> None:
        atexit.register(Path(f"ended {key['run']}").touch)
        counts = set()
        for method in ("spawn", "forkserver"):
            with multiprocessing.get_context(method).Pool(1) as pool:
                counts |= set(pool.map(count_runs, [0]))
        (runs,) = counts
        self.insert1({**key, "runs": runs})
