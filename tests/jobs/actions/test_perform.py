"""The one way to act, without a page: as a command calls it. What it refuses, what it records, how it ends early."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jobs.actions.clear import CLEAR
from jobs.actions.confirmation import Confirmation, NotConfirmedError
from jobs.actions.outcome import ActionOutcome
from jobs.actions.perform import act_on_chunk, perform
from jobs.actions.review import review
from jobs.actions.selection import SelectedJobs
from jobs.formats.key import key_hash
from jobs.snapshots import JobSnapshot, SeenRow
from jobsite.activity.models import Act, ActChunk
from jobsite.lab import deadline, shared_reads
from tests.cast import person
from tests.jobs.clearing import ROOT, confirm, gone_quiet, post, selected, snapshots_of
from tests.jobs.tables import reading_of
from tests.lab import Lab, eventually
from tests.server import SERVER
from tests.statements import more_for_connections


def select(schema: str, client: Client) -> SelectedJobs:
    """Return every job of a schema, selected as a page shows it."""
    return SelectedJobs(snapshots_of(schema, client), reading_of([schema]))


@contextmanager
def before_each(verb: str, see: Callable[[], object]) -> Iterator[list[object]]:
    """Yield what `see` returns each time just before a statement that begins so goes to the lab's server."""
    seen: list[object] = []

    def look_first(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(verb):
            seen.append(see())
        return execute(sql, params, many, context)

    with connections["lab"].execute_wrapper(look_first):
        yield seen


# --- The record -------------------------------------------------------------------------------------------------------


def test_what_is_meant_is_in_the_record_before_a_row_is_deleted(lab: Lab, operator: Client) -> None:
    schema = lab.failed(m1="value")
    selection = select(schema, operator)
    (job,) = selection.snapshots

    def recorded() -> tuple[object, ...]:
        act, chunk = Act.objects.get(), ActChunk.objects.get()
        return act.username, act.verb, act.meant, act.ended_at, chunk.schema, chunk.rows, chunk.ended_at

    with before_each("DELETE", recorded) as seen:
        perform(CLEAR, selection, Confirmation(), person("olga", "operator"))
    assert job.timestamp is not None
    rows = [["~jobs", "__score", job.key_hash, "error", job.timestamp.isoformat().replace("+00:00", "Z")]]
    assert seen == [("olga", "clear", "Selected: 1 job.", None, schema, rows, None)]


def test_what_became_of_each_chunk_is_in_the_record_after(
    lab: Lab, operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.actions.selection.CHUNK_ROWS", 2)
    schema = lab.failed(m1="value", m2="value", m3="value")
    selection = select(schema, operator)
    SERVER.sql(f"DELETE FROM `{schema}`.`~jobs` WHERE key_hash = %s", [selection.snapshots[2].key_hash])
    perform(CLEAR, selection, Confirmation.of(review(CLEAR, selection)), ROOT)
    act = Act.objects.get()
    assert (act.outcome, act.stopped, act.ended_at is None) == ("Cleared 2 jobs. 1 was gone already.", "", False)
    assert [chunk.counts for chunk in act.chunks.all()] == [{"cleared": 2}, {"gone": 1}]


def test_an_act_from_a_page_is_recorded(lab: Lab, operator: Client) -> None:
    post(operator, confirm(operator, selected(operator, f"schema={lab.failed(m1='value')}")))
    assert [(act.username, act.outcome) for act in Act.objects.all()] == [("otto", "Cleared 1 job.")]


def test_without_a_record_nothing_is_done(lab: Lab, operator: Client, caplog: pytest.LogCaptureFixture) -> None:
    schema = lab.failed(m1="value")
    selection = select(schema, operator)
    with connections["default"].cursor() as cursor:
        cursor.execute("ALTER TABLE activity_act RENAME TO activity_act_away")
    outcome = perform(CLEAR, selection, Confirmation(), ROOT)
    assert outcome.in_words(CLEAR).startswith("Nothing was cleared. The site's own record of acts could not be written")
    assert [one.getMessage() for one in caplog.records if one.name == "jobsite.activity"] == [
        f"root cleared no jobs: Selected: 1 job. {outcome.stopped}"
    ]
    assert len(lab.jobs(schema)) == 1


def test_when_the_record_is_full_half_way_what_was_done_is_said(
    lab: Lab, operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.actions.selection.CHUNK_ROWS", 1)
    schema = lab.failed(m1="value", m2="value")
    selection = select(schema, operator)
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER full BEFORE UPDATE ON activity_actchunk BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    outcome = perform(CLEAR, selection, Confirmation(), ROOT)
    assert (outcome.done, len(lab.jobs(schema))) == (1, 1)
    why = "The site's own record of acts could not be written (disk full)"
    assert outcome.in_words(CLEAR).startswith(f"Cleared 1 job. {why}")


# --- Ended early ------------------------------------------------------------------------------------------------------


def test_when_the_server_kills_a_chunk_half_way_the_act_says_what_was_done_and_why_it_stopped(
    lab: Lab, operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.actions.selection.CHUNK_ROWS", 1)
    schema = lab.failed(m1="value", m2="value", m3="value")
    selection = select(schema, operator)
    sleep_in_the_delete_of(schema, selection.snapshots[1])
    with ThreadPoolExecutor(1) as admin:
        killed = admin.submit(lambda: eventually(kill_the_sleeping_delete, "a DELETE that sleeps"))
        outcome = perform(CLEAR, selection, Confirmation(), ROOT)
        killed.result()
    why = f"The lab's server 127.0.0.1:{SERVER.port} ended this request: try again."
    assert outcome == ActionOutcome(done=1, stopped=why)
    act = Act.objects.get()
    assert (act.outcome, act.stopped) == (f"Cleared 1 job. {why} The rest was left alone.", why)
    assert [(chunk.counts, chunk.ended_at is None) for chunk in act.chunks.all()] == [
        ({"cleared": 1}, False),
        ({}, True),
    ]
    assert len(lab.jobs(schema)) == 2


def test_a_chunk_that_a_lock_kept_from_being_deleted_has_an_end_in_the_record_and_is_the_last_of_its_table(
    lab: Lab, operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.actions.selection.CHUNK_ROWS", 1)
    schema = lab.failed(m1="value", m2="value")
    selection = select(schema, operator)
    driver, _ = lab.idle("bob")
    driver.query("BEGIN")
    driver.query(f"UPDATE `{schema}`.`~jobs` SET pid = 1")
    outcome = perform(CLEAR, selection, Confirmation(), ROOT)
    driver.query("ROLLBACK")
    assert (outcome.done, [one.schema for one in outcome.left_out]) == (0, [schema])
    assert [(chunk.counts, chunk.ended_at is None) for chunk in ActChunk.objects.all()] == [({}, False)]


def sleep_in_the_delete_of(schema: str, job: JobSnapshot) -> None:
    """Let the server take its time to delete this job."""
    SERVER.sql(
        f"CREATE TRIGGER `{schema}`.sleeps BEFORE DELETE ON `{schema}`.`~jobs` FOR EACH ROW "
        f"BEGIN IF OLD.key_hash = '{job.key_hash}' THEN DO SLEEP(20); END IF; END"
    )


def kill_the_sleeping_delete() -> bool:
    """End the statement that sleeps in a trigger, if there is one by now."""
    threads = SERVER.sql("SELECT id FROM information_schema.processlist WHERE state = 'User sleep'")
    for (thread,) in threads:
        SERVER.sql(f"KILL QUERY {thread}")
    return bool(threads)


def test_an_act_that_no_later_request_could_go_on_with_has_no_limit(
    lab: Lab, operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.actions.selection.CHUNK_ROWS", 1)
    monkeypatch.setattr("jobsite.lab.deadline.ACT_LIMIT_S", 0.0)
    selection = select(lab.failed(m1="value", m2="value"), operator)
    with deadline.page():
        outcome = perform(CLEAR, selection, Confirmation(), ROOT)
    assert (outcome, Act.objects.get().outcome) == (ActionOutcome(done=2), "Cleared 2 jobs.")


def test_a_command_has_no_limit(lab: Lab, operator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.actions.selection.CHUNK_ROWS", 1)
    monkeypatch.setattr("jobsite.lab.deadline.ACT_LIMIT_S", 0.0)
    selection = select(lab.failed(m1="value", m2="value"), operator)
    assert perform(CLEAR, selection, Confirmation(), ROOT, sent="all=1") == ActionOutcome(done=2)


# --- The guard --------------------------------------------------------------------------------------------------------


def test_a_job_that_may_be_running_is_not_cleared_without_the_number(lab: Lab, operator: Client) -> None:
    schema = lab.pipeline(recordings={"m1": "wait"})[0]
    lab.start_waiting(schema, user="bob")
    with pytest.raises(NotConfirmedError, match="may be running by now"):
        perform(CLEAR, select(schema, operator), Confirmation(), ROOT)
    assert (lab.jobs(schema), Act.objects.count()) == ({"m1": "reserved"}, 0)


def test_an_abandoned_job_whose_worker_is_back_is_not_cleared(lab: Lab, operator: Client) -> None:
    schema = lab.pipeline(recordings={"m1": "wait"})[0]
    lab.abandon(schema)
    selection = select(schema, operator)
    confirmed = eventually(lambda: without_number(selection), "the reservation to be abandoned")
    lab.idle("bob")
    with pytest.raises(NotConfirmedError, match="may be running by now"):
        perform(CLEAR, selection, confirmed, ROOT)
    assert lab.jobs(schema) == {"m1": "reserved"}


def test_who_is_connected_is_asked_anew_although_the_request_has_read_it(lab: Lab, operator: Client) -> None:
    schema = lab.pipeline(recordings={"m1": "wait"})[0]
    lab.abandon(schema)
    selection = select(schema, operator)
    confirmed = eventually(lambda: without_number(selection), "the reservation to be abandoned")
    with shared_reads.read_once():
        shared_reads.connected()
        lab.idle("bob")
        with pytest.raises(NotConfirmedError, match="may be running by now"):
            perform(CLEAR, selection, confirmed, ROOT)
    assert lab.jobs(schema) == {"m1": "reserved"}


def without_number(selection: SelectedJobs) -> Confirmation | None:
    """Return the confirmation of a selection once it needs no number."""
    reviewed = review(CLEAR, selection)
    return None if reviewed.needs_number else Confirmation.of(reviewed)


def test_a_key_that_is_reserved_as_soon_as_it_is_cleared_makes_no_number_wrong(lab: Lab, operator: Client) -> None:
    schema, module = lab.pipeline(recordings={"m1": "value", "m2": "value"})
    lab.compute(module)
    seen, key = snapshots_of(schema, operator), {"subject": "m2", "session": 1}
    SERVER.sql(f"UPDATE `{schema}`.`~jobs` SET status = 'ignore' WHERE key_hash <> %s", [key_hash(key)])
    (layout,) = reading_of([schema]).layouts
    with before_each("SELECT COUNT", lambda: module.schema.jobs.reserve("__score", key)) as counted:
        outcome = act_on_chunk(CLEAR, layout, [one.row for one in seen])
    assert (outcome, len(counted)) == (ActionOutcome(done=1, changed=1), 1)


def test_clearing_no_job_deletes_nothing(lab: Lab, operator: Client) -> None:
    schema = lab.failed(m1="value")
    nothing: Sequence[SeenRow] = []
    (layout,) = reading_of([schema]).layouts
    delete = layout.statements["clear"].send
    assert (delete(nothing), layout.count(nothing), len(lab.jobs(schema))) == (0, 0, 1)


# --- How much it asks -------------------------------------------------------------------------------------------------


def test_confirming_and_clearing_three_jobs_ask_few_questions(lab: Lab, operator: Client) -> None:
    schema = lab.failed(m1="value", m2="value", m3="value")
    form = selected(operator, f"schema={schema}")
    with CaptureQueriesContext(connections["lab"]) as to_confirm:
        confirmed = confirm(operator, form)
    with CaptureQueriesContext(connections["lab"]) as to_clear:
        post(operator, confirmed)
    # The jobs tables, the rows, the server with its connections, our grants.
    assert len(to_confirm) == 4 + more_for_connections()
    # The jobs tables, the rows, whether the server only reads, DELETE.
    assert len(to_clear) == 4


def test_an_abandoned_job_takes_two_questions_more(lab: Lab, operator: Client) -> None:
    schema = lab.pipeline(recordings={"m1": "wait"})[0]
    lab.abandon(schema)
    form = selected(operator, f"schema={schema}")
    confirmed = eventually(lambda: gone_quiet(operator, form), "the reservation to be abandoned")
    with CaptureQueriesContext(connections["lab"]) as to_confirm:
        confirm(operator, form)
    with CaptureQueriesContext(connections["lab"]) as to_clear:
        post(operator, confirmed)
    assert len(to_confirm) == 4 + more_for_connections()
    # As for others, and who is connected by now, our grants.
    assert len(to_clear) == 6 + more_for_connections()
    assert lab.jobs(schema) == {}
