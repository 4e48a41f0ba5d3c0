"""What every test stands on: the site's own database, the accounts on the lab's server, and a lab of one test.

What only some tests need is imported where they ask for it: the fast ring reads this file too.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.fast import is_fast, may_hold_fast
from tests.lab import Lab
from tests.server import SERVER

if TYPE_CHECKING:
    from django.test import SimpleTestCase
    from pytest_django.plugin import DjangoDbBlocker


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import no other file for `-m fast`: most of its time would go there."""
    return True if config.option.markexpr == "fast" and not may_hold_fast(collection_path) else None


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what is fast by its place."""
    if is_fast(item):
        item.add_marker("fast")


def _forbid_nothing(case: type[SimpleTestCase]) -> None:
    """Let a test ask the lab's server, which is never wrapped in a transaction: other processes must see what it does.

    The site's own database keeps the isolation of pytest-django.
    """
    case.databases = case._validate_databases()  # type: ignore[attr-defined]


def _read_anew() -> None:
    """Let each request of a test see what the test has just written, over a connection of its own.

    What viewers share, and which connections are kept, has tests that say so: tests/sharing.py.
    """
    from django.conf import settings

    from jobsite.lab.backend import pool

    settings.SHARED_S, pool.KEPT_S, pool.NEW_S = 0, 0.0, 0.0


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Make the site's own database; the lab's is never made, migrated or flushed."""
    from django.test import SimpleTestCase, override_settings
    from django.test.utils import setup_databases, teardown_databases

    _read_anew()
    SimpleTestCase._add_databases_failures = classmethod(_forbid_nothing)  # type: ignore[attr-defined]
    SimpleTestCase._disallowed_connection_methods = []  # type: ignore[attr-defined]
    # Hash the cast's passwords quickly: a slow hash is for secrets, and costs half a second a person.
    quick_passwords = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
    with django_db_blocker.unblock(), quick_passwords:
        made = setup_databases(verbosity=0, interactive=False, aliases={"default": False})
        yield
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session")
def datajoint() -> Any:
    """DataJoint, for a test that asks what it would do."""
    return pytest.importorskip("datajoint")


@pytest.fixture(scope="session")
def accounts() -> None:
    """The lab's people on the server, and the account of the site."""
    SERVER.make_accounts()


@pytest.fixture
def lab(accounts: None, db: None) -> Iterator[Lab]:
    """An empty lab: schemas made in it are dropped, and workers started in it ended, when the test is over."""
    with Lab() as made:
        yield made


@pytest.fixture(scope="session")
def failed_jobs(accounts: None) -> Iterator[str]:
    """The schema of failed jobs, for tests that only look: two failed keys of one table, and one done."""
    with Lab() as made:
        yield made.failed()


pytest_plugins = ["tests.cast", "tests.sharing"]
