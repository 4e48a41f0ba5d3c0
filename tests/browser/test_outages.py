"""When somebody does not answer: what was seen stays, and a sentence says why nothing new came."""

import pytest
from playwright.sync_api import expect

from tests.browser.screens import Jobs
from tests.browser.site import Site, Wire
from tests.browser.visits import Visits

pytestmark = pytest.mark.browser


def test_the_old_rows_stay_when_the_labs_server_vanishes(visit: Visits, site: Site, failed_jobs: str) -> None:
    wire = Wire()
    with Site(site.home, DJ_PORT=str(wire.port)) as other:
        jobs = Jobs(visit.afresh("vera", site=other))
        visit.expect("status of 503")
        jobs.open(f"schema={failed_jobs}")
        expect(jobs.rows).to_have_count(2)

        wire.cut()
        jobs.box("message").press_sequentially("empty")
        expect(jobs.live_notice).to_have_text(
            f"The lab's server 127.0.0.1:{wire.port} does not answer: check DJ_HOST and DJ_PORT, and that the server"
            " runs. What is shown below may be out of date."
        )
        expect(jobs.rows).to_have_count(2)
        expect(jobs.box("message")).to_be_focused()

        jobs.page.reload()
        expect(jobs.heading).to_have_text("The lab’s server could not be read")


def test_the_old_rows_stay_when_the_site_vanishes(visit: Visits, site: Site, failed_jobs: str) -> None:
    with Site(site.home) as other:
        jobs = Jobs(visit.afresh("vera", site=other))
        jobs.open(f"schema={failed_jobs}")
        expect(jobs.rows).to_have_count(2)
        other.stop()
        visit.expect("htmx:sendError")
        visit.expect("ERR_CONNECTION_REFUSED")
        jobs.tab("Reserved").click()
        expect(jobs.live_notice).to_have_text("Jobsite does not answer. What is shown may be out of date.")
        expect(jobs.rows).to_have_count(2)
