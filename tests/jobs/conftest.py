"""What several tests of jobs begin with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.lab import Lab

if TYPE_CHECKING:
    from tests.jobs.packing import Packed
    from tests.jobs.planting import Planted


@pytest.fixture
def packed(datajoint: Any) -> Iterator[Packed]:
    """Packs a value as DataJoint does, those of Python's own types too."""
    with datajoint.config(enable_python_native_blobs=True):
        yield lambda value: bytes(datajoint.blob.pack(value))


@pytest.fixture
def many(lab: Lab) -> str:
    """The schema of 51 failed jobs."""
    return lab.failed(**{f"m{number}": "value" for number in range(51)})


@pytest.fixture
def planted(lab: Lab) -> Planted:
    """An ordinary jobs table to plant rows in."""
    from tests.jobs.planting import Planted

    return Planted(lab.schema())
