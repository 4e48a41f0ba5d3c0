"""Which tests are the fast ring: they need neither a server nor DataJoint nor Django. `make test ARGS="-m fast"`.

A test is in it by its place, unless it asks for a fixture that needs one of them, or is marked as slow.
"""

from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
FAST = (
    "jobs/cluster/test_environment.py",
    "jobs/cluster/test_sbatch_options.py",
    "jobs/cluster/test_script.py",
    "jobs/cluster/test_this_job.py",
    "jobs/error_groups/sharing",
    "jobs/formats",
    "jobs/listing/test_key_columns.py",
    "jobs/test_liveness.py",
    "jobs/tracebacks",
    "jobs/worker/test_submission.py",
    "jobs/worker/test_window.py",
    "jobsite/exporting",
    "jobsite/lab/test_address.py",
    "jobsite/lab/test_error_kinds.py",
    "jobsite/test_addresses.py",
    "jobsite/masking",
    "jobsite/restrictions/test_completing.py",
    "jobsite/restrictions/test_reading.py",
    "jobsite/test_durations.py",
    "jobsite/test_moments.py",
    "test_architecture.py",
    "test_matrix.py",
)
"""Folders and files, as they stand in tests/."""
_PLACES = [str(TESTS / place) for place in FAST]
NEED_MORE = frozenset({"accounts", "datajoint", "db"})
"""Fixtures of the server, of DataJoint and of Django's database; others that need them ask for these."""


def is_fast(item: pytest.Item) -> bool:
    """Say whether a test is of the fast ring."""
    if item.get_closest_marker("slow"):
        return False
    asked_for = item.fixturenames if isinstance(item, pytest.Function) else []
    return _stands_in_one(str(item.path)) and NEED_MORE.isdisjoint(asked_for)


def may_hold_fast(path: Path) -> bool:
    """Say whether a file or folder stands in one of the places, or holds one."""
    return _stands_in_one(str(path)) or any(place.startswith(f"{path}/") for place in _PLACES)


def _stands_in_one(path: str) -> bool:
    return any(f"{path}/".startswith(f"{place}/") for place in _PLACES)
