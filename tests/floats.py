"""A pipeline whose keys hold floating point numbers: what is read of a FLOAT is not what is stored.

Imported by workers (`manage.py populate tests.floats.Spikes`) and by the tests themselves.
"""

# DataJoint is published without types.
# mypy: allow-subclassing-any

import os
import time
from typing import Any

import datajoint as dj

schema = dj.schema(os.environ.get("TEST_SCHEMA", "lab_test"))


@schema
class Threshold(dj.Manual):
    definition = """
    threshold : float
    """


@schema
class Spikes(dj.Computed):
    definition = """
    -> Threshold
    ---
    made: int
    """

    def make(self, key: dict[str, Any]) -> None:
        time.sleep(float(os.environ.get("TEST_SLOW_S", "0")))
        if key["threshold"] < 0:
            raise ValueError("no spikes below zero")
        self.insert1({**key, "made": os.getpid()})


@schema
class Window(dj.Manual):
    definition = """
    exact : double
    gain : decimal(6,3)
    scale : float(7,4)
    part : float unsigned
    """


@schema
class Counted(dj.Computed):
    definition = """
    -> Window
    ---
    made: int
    """

    def make(self, key: dict[str, Any]) -> None:
        if os.environ.get("TEST_FAILS"):
            raise ValueError("not counted")
        self.insert1({**key, "made": os.getpid()})
