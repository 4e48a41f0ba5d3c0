"""An admin kills a connection, by real clicks: finds it, reads what hangs on it, kills it, sees it gone."""

import pytest
from playwright.sync_api import expect

from tests.browser.screens import Connections, Jobs
from tests.browser.visits import Visits
from tests.lab import Lab, eventually, is_connected
from tests.server import SERVER

pytestmark = pytest.mark.browser

LOST = "LostConnectionError: Connection was lost during a transaction."


def time_s(connection: int) -> int:
    """Return how long a connection has been in its state."""
    ((seconds,),) = SERVER.sql("SELECT time FROM information_schema.processlist WHERE id = %s", [connection])
    return int(seconds)


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_a_connection_is_killed_and_the_job_it_held_becomes_an_error(
    visit: Visits, lab_without_db: Lab, javascript: bool
) -> None:
    schema, _ = lab_without_db.pipeline(recordings={"m1": "wait", "m2": ""})
    worker = lab_without_db.start_waiting(schema)
    ((thread,),) = SERVER.sql(f"SELECT connection_id FROM `{schema}`.`~jobs` WHERE status = 'reserved'")
    lab_without_db.idle("bob")
    eventually(lambda: time_s(thread) > 1, "the worker to be busy for longer than a second")

    connections = Connections(visit("ada", javascript=javascript))
    connections.open()
    connections.box("user").fill("alice")
    connections.box("longer").fill("1s")
    connections.submit_filter()
    expect(connections.says).to_contain_text("of users containing “alice”, in their state for more than 1 s.")
    expect(connections.row("bob")).to_have_count(0)
    expect(connections.connection(thread)).to_contain_text("Score subject=m1, session=1")

    connections.ask_to_kill(thread)
    expect(connections.heading).to_have_text("Kill 1 connection?")
    expect(connections.consequences).to_contain_text("It holds the job Score(subject=m1, session=1), running for ")
    expect(connections.consequences).to_contain_text("the job becomes an error (LostConnectionError)")
    connections.number.fill("1")
    expect(connections.danger).to_have_attribute("data-busy", "Killing…")
    connections.danger.click()
    expect(connections.heading).to_have_text("Kill sent to 1 connection")
    eventually(lambda: not is_connected(thread), "the killed connection to end")
    if not javascript and connections.look_again.count():
        connections.look_again.click()
    expect(connections.result).to_contain_text("gone")

    lab_without_db.gate.touch()
    assert worker.wait() == 1
    assert lab_without_db.jobs(schema) == {"m1": LOST}
    connections.page.goto(f"/jobs/?schema={schema}")
    expect(Jobs(connections.page).cells("Message")).to_have_text([LOST])
