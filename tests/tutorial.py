"""The pipeline of docs/from-datajoint.md: JobResults, a Computed table with the key id."""

# DataJoint is published without types.
# mypy: allow-subclassing-any, disable-error-code="operator"

import os
import time
from pathlib import Path
from typing import Any

import datajoint as dj

schema = dj.schema(os.environ.get("TEST_SCHEMA", "lab_tutorial"))
FAILS = {2: "CUDA out of memory", 3: "no spikes"}
WAITS, WAITS_S = 7, 60


@schema
class Parameter(dj.Manual):
    definition = """
    id: int
    """


@schema
class JobResults(dj.Computed):
    definition = """
    -> Parameter
    ---
    result: int
    """

    def make(self, key: dict[str, Any]) -> None:
        if key["id"] in FAILS and not os.environ.get("TEST_FIXED"):
            raise RuntimeError(FAILS[key["id"]])
        if key["id"] == WAITS:
            Path(os.environ["TEST_GATE"]).with_suffix(".waiting").touch()
            time.sleep(WAITS_S)
        self.insert1({**key, "result": 1})
