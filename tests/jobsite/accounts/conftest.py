"""What several tests of accounts begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lab import Lab

if TYPE_CHECKING:
    from tests.jobs.planting import Planted


@pytest.fixture
def planted(lab: Lab) -> Planted:
    """An ordinary jobs table to plant rows in."""
    from tests.jobs.planting import Planted

    return Planted(lab.schema())
