"""The browser ring: the site as a real process, and people who use it in a headless Chromium."""

from collections.abc import Iterator

import pytest

from tests.browser.site import Site
from tests.browser.visits import Visits, headless_chromium
from tests.lab import Lab


@pytest.fixture(scope="session")
def site(accounts: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site, with its people, until the run ends."""
    with Site(tmp_path_factory.mktemp("home")).prepare() as running:
        yield running


# Playwright keeps an event loop in this thread, beside which Django refuses its database: both end with this package.
@pytest.fixture(scope="package")
def visits(site: Site) -> Iterator[Visits]:
    """Everybody's browsers."""
    with headless_chromium() as chromium:
        yield Visits(chromium, site)


@pytest.fixture
def visit(visits: Visits) -> Iterator[Visits]:
    """People at their browsers; when the test is over, nothing untoward may have happened there."""
    yield visits
    assert visits.leave() == []


@pytest.fixture
def lab_without_db(accounts: None) -> Iterator[Lab]:
    """A lab without the test's own database, which the browser's event loop keeps away."""
    with Lab() as made:
        yield made
