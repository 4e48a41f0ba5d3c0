"""What several tests of jobs begin with."""

import pytest

from tests.lab import Lab


@pytest.fixture
def many(lab: Lab) -> str:
    """The schema of 51 failed jobs."""
    return lab.failed(**{f"m{number}": "value" for number in range(51)})
