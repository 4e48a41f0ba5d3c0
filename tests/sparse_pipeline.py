"""Tables whose makes insert nothing for some keys, and insert in many ways for others, as their key says."""

# DataJoint is published without types.
# mypy: allow-subclassing-any, disable-error-code="operator"

from typing import Any
from zlib import crc32

import datajoint as dj

from tests.pipeline import Recording, schema
from tests.ways_to_insert import NOTHING, SOMETHING, Key


@schema
class Video(dj.Imported):
    definition = """
    -> Recording
    ---
    frames: int
    unique index (frames)
    """

    class Clip(dj.Part):
        definition = """
        -> master
        clip: int
        """

    def make(self, key: Key) -> None:
        behaviour = (Recording & key).fetch1("behaviour")
        row = {**key, "frames": crc32(key["subject"].encode()) // 2}
        {**NOTHING, **SOMETHING}[behaviour](self, row)


@schema
class OldVideo(dj.Imported):
    definition = """
    -> Recording
    """

    def _make_tuples(self, key: Key) -> None:
        if not (Recording & key).fetch1("behaviour"):
            self.insert1(key)


@schema
class Parted(dj.Computed):
    definition = """
    -> Recording
    """

    def make_fetch(self, key: Key) -> tuple[str]:
        return ((Recording & key).fetch1("behaviour"),)

    def make_compute(self, key: Key, behaviour: str) -> tuple[bool]:
        return (not behaviour,)

    def make_insert(self, key: Key, is_there: bool) -> None:
        if is_there:
            self.insert1(key)


@schema
class Unit(dj.Computed):
    """Finer than its key source: some units for each recording, or none."""

    definition = """
    -> Recording
    unit: int
    """

    @property
    def key_source(self) -> Any:
        return Recording.proj()

    def make(self, key: Key) -> None:
        count = 0 if (Recording & key).fetch1("behaviour") else 3
        self.insert({**key, "unit": number} for number in range(count))
