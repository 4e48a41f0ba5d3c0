"""What several tests of jobs begin with."""

import pytest

from tests.jobs.planting import Planted
from tests.lab import Lab


@pytest.fixture
def many(lab: Lab) -> str:
    """The schema of 51 failed jobs."""
    return lab.failed(**{f"m{number}": "value" for number in range(51)})


@pytest.fixture
def planted(lab: Lab) -> Planted:
    """An ordinary jobs table to plant rows in."""
    return Planted(lab.schema())
