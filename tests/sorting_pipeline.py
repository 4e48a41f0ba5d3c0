"""Sessions sorted with sets of parameters: a test says which keys fail, and with what."""

# DataJoint is published without types.
# mypy: allow-subclassing-any

import os
from typing import Any

import datajoint as dj

schema = dj.schema(os.environ.get("TEST_SCHEMA", "lab_test"))
errors: dict[tuple[object, ...], Exception] = {}
"""What make raises, by the values of the key."""


@schema
class Session(dj.Manual):
    definition = """
    subject: varchar(8)
    session_date: date
    """


@schema
class Params(dj.Lookup):
    definition = """
    paramset_id: int
    ---
    method: varchar(12)
    threshold: float
    """
    contents = [(1, "mountain", 4.0), (2, "mountain", 5.0), (3, "kilosort", 5.0), (4, "spyking", 4.0)]


def raise_error(key: dict[str, Any]) -> None:
    """Raise what the test has said for this key."""
    if error := errors.get(tuple(key.values())):
        raise error


class OneRow(dj.Computed):
    """A table with a row for each session and set of parameters."""

    definition = """
    -> Session
    -> Params
    """

    def make(self, key: dict[str, Any]) -> None:
        raise_error(key)
        self.insert1(key)


@schema
class Sorting(OneRow): ...


@schema
class Quality(OneRow): ...


@schema
class Unit(dj.Computed):
    definition = """
    -> Session
    unit: int
    """

    def make(self, key: dict[str, Any]) -> None:
        raise_error(key)
        self.insert({**key, "unit": unit} for unit in range(3))
