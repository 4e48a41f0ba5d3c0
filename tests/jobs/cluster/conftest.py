"""A real Slurm, where one can be started."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jobs.cluster.computation import SlurmComputation
from tests.lab import Lab
from tests.slurm import TestSlurm, why_no_slurm


@pytest.fixture(scope="session")
def slurm() -> Iterator[TestSlurm]:
    """A cluster of six nodes, for all tests of a process."""
    why = why_no_slurm()
    if why:
        pytest.skip(why)
    # Not below pytest's own folder: the path of a socket is short, and munged asks who may write above it.
    folder = Path(tempfile.mkdtemp(prefix="jobsite-slurm-"))
    try:
        with TestSlurm(folder) as cluster:
            yield cluster
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def computation(lab: Lab, slurm: TestSlurm, tmp_path: Path) -> Iterator[SlurmComputation]:
    """A lab's folder, and its table on the server; the cluster is empty again when the test is over."""
    yield SlurmComputation(lab, slurm, tmp_path)
    slurm.cancel_all()
