"""Lists as files: clicked for in a browser, and a transfer that breaks off under the server that serves the site."""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.browser.screens import Connections, Jobs, Listing
from tests.browser.site import Served, Site
from tests.browser.visits import Visits
from tests.jobs.planting import Planted
from tests.lab import Lab, eventually
from tests.server import SERVER, SITE

pytestmark = pytest.mark.browser

MANY = 60_000
"""So many jobs that their file does not find place between the site and a browser that waits."""


@pytest.mark.parametrize("javascript", [True, False])
def test_a_click_brings_the_file_and_leaves_the_list(visit: Visits, lab_without_db: Lab, javascript: bool) -> None:
    jobs = Jobs(visit("vera", javascript=javascript))
    schema = lab_without_db.failed()
    jobs.open(f"schema={schema}&status=error")
    found = json.loads(downloaded(jobs, "JSON", "jobs-"))
    assert (found["count"], {job["schema"] for job in found["jobs"]}) == (2, {schema})
    jobs.expect_whole()


def test_the_file_is_that_of_the_filter_that_was_just_typed(visit: Visits, lab_without_db: Lab) -> None:
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={lab_without_db.failed()}")
    jobs.box("message").fill("empty")
    eventually(lambda: jobs.rows.count() == 1, "the list to be narrowed", pause_s=0.2)
    assert downloaded(jobs, "NDJSON", "jobs-").count("\n") == 1


def test_connections_come_as_a_file(visit: Visits, lab_without_db: Lab) -> None:
    connections = Connections(visit("vera"))
    _, thread = lab_without_db.idle()
    connections.open("user=bob")
    assert f"\n{thread},bob," in downloaded(connections, "CSV", "connections-").replace("\r", "")


def downloaded(listing: Listing, form: str, begins: str) -> str:
    """Return the file that a click on a format brings; its name says what it is."""
    with listing.page.expect_download() as coming:
        listing.export(form).click()
    name = coming.value.suggested_filename
    assert (name[: len(begins)], name.rpartition(".")[2]) == (begins, form.lower())
    return Path(coming.value.path()).read_text(encoding="utf-8")


@contextmanager
def asked_for(served: Site, visit: Visits, query: str) -> Iterator[http.client.HTTPResponse]:
    """Ask the site for an export as vera, and read nothing yet."""
    cookies = visit("vera").context.cookies()
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in cookies)
    with closing(http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)) as asking:
        asking.request("GET", f"/jobs/export/?{query}", headers={"Cookie": cookie})
        yield asking.getresponse()


@pytest.fixture
def served(site: Site) -> Iterator[Site]:
    """The people and the database of the site, as a lab serves it."""
    running = Served(site.home)
    with running:
        yield running


@pytest.fixture
def many(lab_without_db: Lab) -> str:
    """The schema of more failed jobs than wait on their way to a browser."""
    planted = Planted(lab_without_db.schema())
    planted.failed(MANY)
    return planted.schema


def test_a_whole_file_ends_as_it_should(visit: Visits, served: Site, many: str) -> None:
    with asked_for(served, visit, f"schema={many}&format=csv") as answer:
        assert answer.read().count(b"\n") == MANY + 1


def test_the_browser_sees_that_a_file_broke_off(visit: Visits, served: Site, many: str) -> None:
    with asked_for(served, visit, f"schema={many}&format=csv") as answer:
        begun = answer.read(1000)
        eventually(cut_off_the_site, "the export to have a connection")
        with pytest.raises((http.client.IncompleteRead, ConnectionResetError)) as broken:
            answer.read()
    assert begun.startswith(b"schema,table,")
    if isinstance(broken.value, http.client.IncompleteRead):
        assert b"\nINCOMPLETE: " in broken.value.partial[-1000:]


def cut_off_the_site() -> int:
    """Kill all connections of the site, and return how many they were."""
    threads = SERVER.sql("SELECT id FROM information_schema.processlist WHERE user = %s", [SITE])
    for (thread,) in threads:
        SERVER.sql(f"KILL {thread}")
    return len(threads)
