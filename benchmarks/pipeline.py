"""The table the benchmarks compute: one integer a key, in a make that takes as long as BENCHMARK_MAKE_S says.

With BENCHMARK_LOG every make writes when it begins and ends: process, key and time of the machine's own clock.
"""

# DataJoint is published without types.
# mypy: allow-subclassing-any, disable-error-code="operator"

import os
import time
from typing import Any

import datajoint as dj

schema = dj.schema(os.environ.get("BENCHMARK_SCHEMA", "lab_benchmark"))
LOG = os.environ.get("BENCHMARK_LOG", "")
MAKE_S = float(os.environ.get("BENCHMARK_MAKE_S", "0"))


@schema
class Source(dj.Manual):
    definition = """
    number: int
    """


@schema
class Result(dj.Computed):
    definition = """
    -> Source
    ---
    square: int
    """

    def make(self, key: dict[str, Any]) -> None:
        note("begin", key["number"])
        try:
            if MAKE_S:
                time.sleep(MAKE_S)
            self.insert1({**key, "square": 1})
        finally:
            note("end", key["number"])


def note(what: str, number: int) -> None:
    """Append one line to the log, if one is kept."""
    if LOG:
        with open(LOG, "a") as log:
            log.write(f"{time.monotonic()} {os.getpid()} {what} {number}\n")
