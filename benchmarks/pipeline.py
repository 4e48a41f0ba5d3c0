"""The table the benchmark computes: one integer a key, in a make that takes as long as BENCHMARK_MAKE_S says."""

# DataJoint is published without types.
# mypy: allow-subclassing-any, disable-error-code="operator"

import os
import time
from typing import Any

import datajoint as dj

schema = dj.schema(os.environ.get("BENCHMARK_SCHEMA", "lab_benchmark"))
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
        if MAKE_S:
            time.sleep(MAKE_S)
        self.insert1({**key, "square": 1})
