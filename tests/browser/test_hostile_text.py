"""What a stranger writes into a key or a message is text on every page, and never runs."""

import pytest
from playwright.sync_api import expect

from tests.browser.screens import Connections, Jobs
from tests.browser.visits import Visits
from tests.lab import Lab

pytestmark = pytest.mark.browser

MARKUP = '<script>document.title="owned"</script><img src=x onerror="document.title=1;alert(1)">'
SUBJECT = '"><script>alert(2)</'  # a key as long as its column takes


def test_markup_in_messages_keys_and_stacks_is_shown_as_text(visit: Visits, lab_without_db: Lab) -> None:
    schema, module = lab_without_db.pipeline()
    key = {"subject": SUBJECT, "session": 1}
    module.schema.jobs.reserve(module.Score.table_name, key)
    module.schema.jobs.error(module.Score.table_name, key, MARKUP, error_stack=f"Traceback {MARKUP}")

    jobs = Jobs(visit("otto"))
    jobs.open(f"schema={schema}")
    expect(jobs.cells("Message")).to_have_text([MARKUP])
    expect(jobs.cells("Key")).to_have_text([f"subject={SUBJECT} session=1"])
    jobs.box("message").press_sequentially("<script>")
    expect(jobs.says).to_contain_text("with a message containing “<script>”")
    expect(jobs.rows).to_have_count(1)

    job = jobs.open_job("Score")
    expect(job.exception).to_have_text(MARKUP)
    expect(job.full_text).to_have_text(f"Traceback {MARKUP}")
    job.own_page.click()
    expect(jobs.page.locator("p.back")).to_be_visible()
    expect(job.exception).to_have_text(MARKUP)
    assert SUBJECT in jobs.page.title()
    job.clear.click()
    expect(jobs.heading).to_have_text("Clear 1 job?")
    expect(jobs.page.get_by_role("cell", name=MARKUP, exact=True)).to_be_visible()


def test_markup_in_a_statement_is_shown_as_text_until_the_statement_is_killed(
    visit: Visits, lab_without_db: Lab
) -> None:
    bob, thread = lab_without_db.idle("bob")
    bob.send_query(f"DO SLEEP(600) /* {MARKUP} */".encode())
    connections = Connections(visit("ada"))
    connections.open("user=bob")
    expect(connections.connection(thread)).to_contain_text(MARKUP)
    connections.connection(thread).get_by_role("checkbox").check()
    connections.kill_statements.click()
    expect(connections.heading).to_have_text("Kill the statement of 1 connection?")
    expect(connections.consequences).to_contain_text(MARKUP)
    connections.danger.click()
    expect(connections.heading).to_have_text("Kill sent to 1 statement")
    expect(connections.result).to_contain_text(f"{thread} · bob from 127.0.0.1")
    expect(connections.result).to_contain_text("its connection stays")
