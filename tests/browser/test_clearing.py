"""From a failed night to a computed morning, by real clicks: read why, clear, populate again."""

from types import ModuleType

import pytest
from playwright.sync_api import expect

from tests.browser.screens import Jobs
from tests.browser.visits import Visits
from tests.lab import Lab
from tests.server import SERVER

pytestmark = pytest.mark.browser

FIXABLE = "RuntimeError: the settings file is missing"


def night_of_failures(lab: Lab) -> tuple[str, ModuleType]:
    """Three keys that a settings file would cure, one that nothing cures, and an error of another table."""
    recordings = {"m1": "fixable", "m2": "fixable", "m3": "fixable", "m4": "value"}
    schema, module = lab.pipeline(recordings=recordings)
    lab.compute(module)
    elsewhere = (module.Summary.table_name, {"subject": "m9", "session": 1})
    module.schema.jobs.reserve(*elsewhere)
    module.schema.jobs.error(*elsewhere, "KeyError: not of this table")
    return schema, module


def filter_to_errors(jobs: Jobs, schema: str, table: str) -> None:
    """Choose a schema and a table by hand, then the tab of errors."""
    jobs.choose("schema", value=schema)
    expect(jobs.says).to_contain_text(schema)
    jobs.choose("table", label=table)
    expect(jobs.says).to_contain_text(f"of table {table}")
    jobs.tab("Errors").click()
    expect(jobs.says).to_have_text(f"Failed jobs in schema {schema}, of table {table}. Reset filters")


def test_somebody_reads_why_jobs_failed_clears_them_and_they_are_computed(visit: Visits, lab_without_db: Lab) -> None:
    schema, module = night_of_failures(lab_without_db)
    jobs = Jobs(visit.afresh())
    jobs.open()
    jobs.log_in("otto")

    filter_to_errors(jobs, schema, "Score")
    expect(jobs.rows).to_have_count(4)

    job = jobs.open_job("m1")
    expect(job.exception).to_have_text(FIXABLE)
    raising = job.own_frames.last
    expect(raising).to_contain_text("tests/pipeline.py:")
    expect(raising).to_contain_text(" in make")
    expect(raising.locator("pre")).to_have_text('raise RuntimeError("the settings file is missing")')
    expect(job.library_frames.first).to_be_hidden()

    jobs.select(["m1", "m2", "m3"])
    expect(jobs.clear_selected).to_have_text("Clear 3 selected…")
    jobs.clear_selected.click()
    expect(jobs.heading).to_have_text("Clear 3 jobs?")
    expect(jobs.page.get_by_role("row")).to_have_count(4)
    jobs.danger.click()
    expect(jobs.notices).to_have_text("Cleared 3 jobs.")
    expect(jobs.says).to_have_text(f"Failed jobs in schema {schema}, of table Score. Reset filters")
    expect(jobs.cells("Message")).to_have_text(["ValueError: the trace is empty"])

    lab_without_db.populate(schema, TEST_FIXED="1")
    assert sorted(module.Score.fetch("subject")) == ["m1", "m2", "m3"]
    jobs.page.reload()
    expect(jobs.cells("Message")).to_have_text(["ValueError: the trace is empty"])


def test_the_same_clear_works_without_javascript(visit: Visits, lab_without_db: Lab) -> None:
    schema, _ = night_of_failures(lab_without_db)
    jobs = Jobs(visit("otto", javascript=False))
    jobs.open()
    jobs.choose("schema", value=schema)
    jobs.submit_filter()
    jobs.choose("table", label="Score")
    jobs.submit_filter()
    jobs.tab("Errors").click()
    expect(jobs.says).to_have_text(f"Failed jobs in schema {schema}, of table Score. Reset filters")

    job = jobs.open_job("m1")
    expect(job.own_frames.last).to_contain_text("tests/pipeline.py:")
    jobs.page.go_back()

    jobs.select(["m1", "m2", "m3"])
    jobs.clear_selected.click()
    expect(jobs.heading).to_have_text("Clear 3 jobs?")
    jobs.danger.click()
    expect(jobs.notices).to_have_text("Cleared 3 jobs.")
    expect(jobs.cells("Message")).to_have_text(["ValueError: the trace is empty"])
    assert lab_without_db.jobs(schema) == {"m4": "ValueError: the trace is empty", "m9": "KeyError: not of this table"}


def test_one_job_is_cleared_from_its_panel(visit: Visits, lab_without_db: Lab) -> None:
    schema = lab_without_db.failed(m1="value", m2="value")
    jobs = Jobs(visit("otto"))
    jobs.open(f"schema={schema}")
    jobs.open_job("m1").clear.click()
    expect(jobs.heading).to_have_text("Clear 1 job?")
    jobs.danger.click()
    expect(jobs.notices).to_have_text("Cleared 1 job.")
    assert lab_without_db.jobs(schema) == {"m2": "ValueError: the trace is empty"}


def test_all_that_match_are_cleared_and_what_failed_later_is_left_alone(visit: Visits, lab_without_db: Lab) -> None:
    schema, module = lab_without_db.pipeline(recordings={"m1": "value", "m2": "value"})
    lab_without_db.compute(module)
    jobs = Jobs(visit("otto"))
    # A list says the second it was read in; what it shows has to be older than that.
    SERVER.sql(f"UPDATE `{schema}`.`~jobs` SET timestamp = timestamp - INTERVAL 1 MINUTE")
    jobs.open(f"schema={schema}&status=error")
    jobs.clear_all.click()
    expect(jobs.heading).to_have_text("Clear 2 jobs?")
    module.Recording.insert1(("m3", 1, "value"))
    lab_without_db.compute(module)
    jobs.danger.click()
    expect(jobs.notices).to_have_text("Cleared 2 jobs.")
    assert lab_without_db.jobs(schema) == {"m3": "ValueError: the trace is empty"}


def test_the_box_in_the_head_selects_every_row_and_the_button_says_how_many(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit("otto"))
    jobs.open(f"schema={failed_jobs}")
    expect(jobs.clear_selected).to_have_text("Clear selected…")
    jobs.select_page.check()
    expect(jobs.page.locator("tbody :checked")).to_have_count(2)
    expect(jobs.clear_selected).to_have_text("Clear 2 selected…")
    jobs.boxes.first.uncheck()
    expect(jobs.clear_selected).to_have_text("Clear 1 selected…")
    expect(jobs.select_page).to_have_js_property("indeterminate", True)
    jobs.boxes.first.check()
    expect(jobs.select_page).to_be_checked()
    jobs.select_page.uncheck()
    expect(jobs.page.locator("tbody :checked")).to_have_count(0)
    expect(jobs.clear_selected).to_have_text("Clear selected…")


def test_back_from_the_confirm_page_shows_boxes_and_button_in_agreement(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit("otto"))
    jobs.open(f"schema={failed_jobs}")
    jobs.select(["m1"])
    jobs.clear_selected.click()
    expect(jobs.heading).to_have_text("Clear 1 job?")
    jobs.page.go_back()
    jobs.expect_whole()
    expect(jobs.page.locator("tbody :checked")).to_have_count(1)
    expect(jobs.clear_selected).to_have_text("Clear 1 selected…")


def test_nothing_selected_is_said_and_the_filter_stays(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit("otto"))
    jobs.open(f"schema={failed_jobs}")
    jobs.clear_selected.click()
    expect(jobs.notices).to_have_text("No job was selected: select the jobs to clear, or clear all that match.")
    expect(jobs.says).to_contain_text(failed_jobs)


def test_the_second_of_two_people_who_clear_one_job_is_told_it_was_gone(visit: Visits, lab_without_db: Lab) -> None:
    schema = lab_without_db.failed(m1="value", m2="value")
    otto, ada = Jobs(visit("otto")), Jobs(visit("ada"))
    for jobs in (otto, ada):
        jobs.open(f"schema={schema}")
        jobs.select(["m1"])
        jobs.clear_selected.click()
        expect(jobs.heading).to_have_text("Clear 1 job?")
    otto.danger.click()
    expect(otto.notices).to_have_text("Cleared 1 job.")
    ada.danger.click()
    expect(ada.notices).to_have_text("Nothing was cleared. 1 was gone already.")
    assert lab_without_db.jobs(schema) == {"m2": "ValueError: the trace is empty"}


def test_a_second_click_on_the_confirm_button_sends_nothing(visit: Visits, lab_without_db: Lab) -> None:
    schema, _ = night_of_failures(lab_without_db)
    jobs = Jobs(visit.afresh("otto"))
    jobs.open(f"schema={schema}&status=error")
    jobs.select(["m1", "m2"])
    jobs.clear_selected.click()
    expect(jobs.heading).to_have_text("Clear 2 jobs?")
    jobs.page.route("**/jobs/clear/", lambda route: route.fulfill(status=204))  # leaves the page
    jobs.danger.click()
    expect(jobs.danger).to_be_disabled()
    expect(jobs.danger).to_have_text("Clearing…")


@pytest.mark.parametrize("javascript", [True, False])
def test_who_goes_back_and_confirms_again_reads_what_came_of_it(
    visit: Visits, lab_without_db: Lab, javascript: bool
) -> None:
    schema = lab_without_db.failed(m1="value", m2="value")
    jobs = Jobs(visit("otto", javascript=javascript))
    jobs.open(f"schema={schema}&status=error")
    jobs.clear("m1")
    jobs.page.go_back()
    jobs.danger.click()
    expect(jobs.notices).to_have_text("This form was sent before. What came of it: Cleared 1 job.")
