"""What every test stands on: the site's own database, the accounts on the lab's server, and a lab of one test."""

from collections.abc import Iterator

import pytest
from django.test import SimpleTestCase, override_settings
from pytest_django.plugin import DjangoDbBlocker

from tests.ground import GROUND
from tests.lab import Lab


def _forbid_nothing(case: type[SimpleTestCase]) -> None:
    """Let a test ask the lab's server, which is never wrapped in a transaction: other processes must see what it does.

    The site's own database keeps the isolation of pytest-django.
    """
    case.databases = case._validate_databases()  # type: ignore[attr-defined]


SimpleTestCase._add_databases_failures = classmethod(_forbid_nothing)  # type: ignore[attr-defined]
SimpleTestCase._disallowed_connection_methods = []  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Make the site's own database; the lab's is never made, migrated or flushed."""
    from django.test.utils import setup_databases, teardown_databases

    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default": False})
        yield
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hash the cast's passwords quickly: a slow hash is for secrets, and costs half a second a person."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session")
def accounts() -> None:
    """The lab's people on the server, and the account of the site."""
    GROUND.make_accounts()


@pytest.fixture
def lab(accounts: None, db: None) -> Iterator[Lab]:
    """An empty lab: schemas made in it are dropped, and workers started in it ended, when the test is over."""
    with Lab() as made:
        yield made


@pytest.fixture(scope="session")
def night(accounts: None) -> Iterator[str]:
    """The schema of a night's work, for tests that only look: two failed keys of one table, and one done."""
    with Lab() as made:
        yield made.failed()


pytest_plugins = ["tests.cast"]
