"""Ignoring, un-ignoring and releasing by real clicks, with and without JavaScript."""

import pytest
from playwright.sync_api import expect

from tests.browser.screens import Jobs
from tests.browser.visits import Visits
from tests.lab import Lab
from tests.server import SERVER, SITE

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("javascript", [True, False])
def test_a_failed_job_is_ignored_and_un_ignored(visit: Visits, lab_without_db: Lab, javascript: bool) -> None:
    schema = lab_without_db.failed(m1="fixable", m2="value")
    SERVER.sql(f"GRANT UPDATE ON `{schema}`.`~jobs` TO '{SITE}'@'%'")
    jobs = Jobs(visit("otto", javascript=javascript))
    jobs.open(f"schema={schema}&status=error")
    jobs.select(["m1"])
    jobs.to_selected("Ignore").click()
    expect(jobs.heading).to_have_text("Ignore 1 job?")
    jobs.danger.click()
    expect(jobs.notices).to_have_text("Ignored 1 job.")
    assert sorted(SERVER.sql(f"SELECT status FROM `{schema}`.`~jobs`")) == [("error",), ("ignore",)]

    jobs.tab("Ignored").click()
    jobs.open_job("m1")
    jobs.page.get_by_role("button", name="Un-ignore this job…").click()
    jobs.danger.click()
    expect(jobs.notices).to_have_text("Un-ignored 1 job.")
    lab_without_db.populate(schema, TEST_FIXED="1")
    assert SERVER.sql(f"SELECT subject FROM `{schema}`.`__score`") == [("m1",)]


@pytest.mark.parametrize("javascript", [True, False])
def test_of_all_reserved_jobs_the_abandoned_ones_are_released(
    visit: Visits, lab_without_db: Lab, javascript: bool
) -> None:
    schema = lab_without_db.pipeline(recordings={"m1": "wait"})[0]
    lab_without_db.abandon(schema)
    SERVER.sql(f"UPDATE `{schema}`.`~jobs` SET timestamp = timestamp - INTERVAL 1 HOUR")
    jobs = Jobs(visit("otto", javascript=javascript))
    jobs.open(f"schema={schema}&status=reserved")
    jobs.page.get_by_role("button", name="Release all abandoned that match…").click()
    expect(jobs.heading).to_have_text("Release 1 job?")
    jobs.danger.click()
    expect(jobs.notices).to_have_text("Released 1 job.")
    assert SERVER.sql(f"SELECT COUNT(*) FROM `{schema}`.`~jobs`") == [(0,)]
