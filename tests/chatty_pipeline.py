"""A pipeline whose makes write to the terminal, wait or fail, as their key says."""

# DataJoint is published without types.
# mypy: allow-subclassing-any, disable-error-code="operator"

import os
import subprocess
from typing import Any

import datajoint as dj

from tests.pipeline import wait_at_gate
from tests.ways_to_write import WAYS

schema = dj.schema(os.environ.get("TEST_SCHEMA", "lab_test"))


@schema
class Sound(dj.Manual):
    definition = """
    sound: varchar(60)
    ---
    way="": varchar(24)   # how make writes, or: waits, fails, program fails, nothing
    """


@schema
class SpectrumOfASoundWithALongName(dj.Computed):
    definition = """
    -> Sound
    """

    def make(self, key: dict[str, Any]) -> None:
        way = (Sound & key).fetch1("way")
        if way in WAYS:
            WAYS[way](f"make says {way}")
        if way == "waits":
            wait_at_gate()
        if way == "fails":
            raise ValueError("no sound")
        if way == "program fails":
            subprocess.run(["false"], check=True)
        if way != "nothing":
            self.insert1(key)
