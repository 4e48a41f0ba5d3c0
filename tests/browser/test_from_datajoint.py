"""Addresses of docs/from-datajoint.md in a real browser, as they are typed into it."""

import pytest
from playwright.sync_api import expect

from tests.browser.screens import Connections, Jobs
from tests.browser.visits import Visits
from tests.lab import Lab, load_pipeline
from tests.server import SERVER
from tests.tutorial_lines import line_of

pytestmark = pytest.mark.browser


@pytest.fixture
def tutorial(lab_without_db: Lab) -> str:
    """The schema of the page, under another name: two failed jobs, of the ids 2 and 3."""
    schema = lab_without_db.schema()
    module = load_pipeline(schema, "tutorial")
    module.Parameter.insert({"id": number} for number in range(1, 4))
    module.JobResults.populate(reserve_jobs=True, suppress_errors=True)
    SERVER.sql(f"UPDATE `{schema}`.`~jobs` SET timestamp = timestamp - INTERVAL 1 HOUR")
    return schema


def query_of(begins: str, schema: str) -> str:
    """Return what stands behind the question mark of a line's address, with the schema's name."""
    return line_of(begins).query.replace("lab_tutorial", schema)


def test_the_address_of_all_errors_lists_and_clears_them(visit: Visits, tutorial: str) -> None:
    jobs = Jobs(visit("otto"))
    jobs.open(query_of("(schema.jobs & 'status=\"error\"').delete", tutorial))
    expect(jobs.cells("Key")).to_have_text(["id=3", "id=2"])
    expect(jobs.box("restriction")).to_have_value('status="error"')
    jobs.clear_all.click()
    jobs.danger.click()
    expect(jobs.notices).to_have_text("Cleared 2 jobs.")
    assert SERVER.sql(f"SELECT COUNT(*) FROM `{tutorial}`.`~jobs`") == [(0,)]


def test_the_address_of_a_key_lists_the_one_job(visit: Visits, tutorial: str) -> None:
    jobs = Jobs(visit("otto"))
    jobs.open(query_of("jk = ", tutorial))
    expect(jobs.cells("Key")).to_have_text(["id=2"])
    expect(jobs.box("restriction")).to_have_value('{"id": 2}')


def test_a_pattern_in_an_address_is_the_one_in_the_box(visit: Visits, tutorial: str) -> None:
    jobs = Jobs(visit("otto"))
    jobs.open(query_of("retry by pattern", tutorial))
    expect(jobs.cells("Key")).to_have_text(["id=2"])
    expect(jobs.box("restriction")).to_have_value('error_message LIKE "%CUDA%"')


def test_the_address_of_a_host_asks_for_what_dj_kill_is_asked(visit: Visits) -> None:
    connections = Connections(visit("ada"))
    connections.open(line_of("dj.kill('HOST").query)
    expect(connections.box("restriction")).to_have_value('HOST LIKE "%compute%"')
    expect(connections.rows).to_have_count(0)
