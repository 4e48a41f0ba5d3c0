"""What a lab computes on a cluster: makes that run a program, tidy up when they are stopped, or hear nothing in C.

Imported by workers in tasks of a real Slurm (`manage.py populate tests.cluster_pipeline.Sorting`), and by the tests.
"""

# DataJoint is published without types.
# mypy: allow-subclassing-any, disable-error-code="operator"

import hashlib
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import datajoint as dj

schema = dj.schema(os.environ.get("TEST_SCHEMA", "lab_test"))
LONG_S = "300"
TIDY_S, SLOW_S = 1.0, 20.0
HASHES = 1_000_000_000
"""As many rounds of SHA-256 as take minutes; hashlib lets other threads run meanwhile."""


@schema
class Recording(dj.Manual):
    definition = """
    recording: int
    ---
    behaviour="": varchar(24)   # what make does: "", program, tidies, deaf, value, once (long, the first time), slow
    """


@schema
class Sorting(dj.Computed):
    definition = """
    -> Recording
    ---
    attempts: int
    """

    def make(self, key: dict[str, Any]) -> None:
        behaviour = (Recording & key).fetch1("behaviour")
        attempts = _count_attempt(key["recording"])
        if behaviour == "program":
            subprocess.run(["sleep", LONG_S], check=True)
        if behaviour == "once" and attempts == 1:
            _wait_and_note(key["recording"])
        if behaviour == "slow":
            time.sleep(SLOW_S)
        if behaviour == "tidies":
            _wait_and_tidy()
        if behaviour == "deaf":
            hashlib.pbkdf2_hmac("sha256", b"lab", b"lab", HASHES)
        if behaviour == "value":
            raise ValueError("the trace is empty")
        self.insert1({**key, "attempts": attempts})


def _count_attempt(recording: int) -> int:
    """Return how many makes have begun for this recording, with this one."""
    with Path(f"attempts-{recording}").open("a") as file:
        file.write(".")
        return file.tell()


def _wait_and_note(recording: int) -> None:
    """Wait, and leave a file when a signal ends it."""
    try:
        time.sleep(float(LONG_S))
    except BaseException:
        Path(f"stopped-{recording}").touch()
        raise


def _wait_and_tidy() -> None:
    try:
        time.sleep(float(LONG_S))
    finally:
        time.sleep(TIDY_S)
