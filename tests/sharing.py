"""What all viewers share, and connections that are kept, as on a real site: elsewhere tests read anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from jobsite.lab.backend.pool import Pool

SHARED_S = 60.0
"""So long that no test ends before."""


@pytest.fixture
def sharing(tmp_path: Path, settings: Any) -> Path:
    """Share what is read, in a folder of the test's own."""
    folder = tmp_path / "shared"
    settings.SHARED_S = SHARED_S
    settings.SHARED_FOLDER = folder
    settings.CACHES = settings.CACHES | {"lab": settings.CACHES["lab"] | {"LOCATION": folder}}
    return folder


@pytest.fixture
def kept(accounts: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    """Keep connections to the lab's server, in a pool of the test's own."""
    from django.db import connections

    from jobsite.lab.backend import pool

    made = pool.Pool()
    connections["lab"].close()
    monkeypatch.setattr(pool, "KEPT_S", SHARED_S)
    monkeypatch.setattr("jobsite.lab.backend.base.pool", made)
    yield made
    connections["lab"].close()
    made.close()
