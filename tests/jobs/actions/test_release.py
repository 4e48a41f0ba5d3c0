"""Releasing reservations: those of workers that are gone, and never a living worker's."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta, timezone

import pytest
from django.test import Client

from jobs.actions.action import Action
from jobs.actions.clear import RETRY
from jobs.actions.confirmation import Confirmation
from jobs.actions.outcome import ActionOutcome
from jobs.actions.perform import perform
from jobs.actions.release import RELEASE
from jobs.actions.review import review
from jobs.actions.selection import MatchingJobs, SelectedJobs
from jobs.layouts.base import Layout
from jobs.listing.filters import JobFilter
from jobs.snapshots import SeenRow
from jobsite.lab.server import ConnectedThreads, who_is_connected
from tests.jobs.acting import confirm_to, do, done_to_all_of, send_to
from tests.jobs.clearing import NOW, ROOT, everything, says, selected, snapshots_of, wait_a_second
from tests.jobs.older import SHAPES
from tests.jobs.planting import ANY_SHAPE, Planted
from tests.jobs.tables import reading_of
from tests.lab import Lab
from tests.pages import look, notices, text_of
from tests.server import SERVER

ONLY = "only a reservation whose worker is gone can be released."
LONG_AGO = "2026-01-01 00:00:00"


def statuses(schema: str) -> list[str]:
    return [status for (status,) in SERVER.sql(f"SELECT status FROM `{schema}`.`~jobs` ORDER BY 1")]


def test_the_next_populate_computes_a_key_that_was_released(lab: Lab, operator: Client) -> None:
    schema = lab.pipeline(recordings={"m1": "wait"})[0]
    lab.abandon(schema)
    wait_a_second()
    assert do(operator, "release", selected(operator, f"schema={schema}&status=reserved")) == ["Released 1 job."]
    lab.gate.touch()
    assert lab.populate(schema).returncode == 0
    assert SERVER.sql(f"SELECT subject FROM `{schema}`.`__score`") == [("m1",)]


def test_a_living_worker_s_job_is_left_alone(lab: Lab, operator: Client) -> None:
    schema = lab.pipeline(recordings={"m1": "wait"})[0]
    lab.start_waiting(schema, user="bob")
    wait_a_second()
    found = confirm_to(operator, "release", selected(operator, f"schema={schema}"))
    assert (text_of(found.h1), says(found)[0]) == ("Nothing to release", f"1 is left alone (1 running): {ONLY}")
    outcome = done_to_all_of(schema, operator, RELEASE)
    assert outcome.in_words(RELEASE) == f"Nothing was released. 1 was left alone (1 running): {ONLY}"
    assert statuses(schema) == ["reserved"]


def test_a_worker_that_is_back_since_the_page_asked_keeps_its_job(lab: Lab, operator: Client) -> None:
    schema = lab.pipeline(recordings={"m1": "wait"})[0]
    lab.abandon(schema)
    wait_a_second()
    confirmed = confirm_to(operator, "release", selected(operator, f"schema={schema}"))
    assert text_of(confirmed.h1) == "Release 1 job?"
    lab.idle("bob")  # from the same machine: it may be the same worker, connected again
    said = notices(look(operator, send_to(operator, "release", confirmed).headers["Location"]))
    assert said == [f"Nothing was released. 1 was left alone (1 uncertain): {ONLY}"]
    assert statuses(schema) == ["reserved"]


def test_of_all_that_match_those_of_the_dead_are_released(lab: Lab, operator: Client) -> None:
    made = planted_reservations(lab, dead=3)
    made.row(status="reserved", connection_id=0, key_hash="no connection", timestamp=SERVER.sql("SELECT NOW()")[0][0])
    form = everything(operator, f"schema={made.schema}&status=reserved")
    found = confirm_to(operator, "release", form)
    assert text_of(found.h1) == "Release 3 jobs?"
    said = notices(look(operator, send_to(operator, "release", found).headers["Location"]))
    assert said == [f"Released 3 jobs. 1 was left alone (1 cannot tell): {ONLY}"]


def test_failed_and_ignored_jobs_are_left_alone(lab: Lab, operator: Client) -> None:
    made = planted_reservations(lab, dead=1)
    made.row(status="error", key_hash="error", timestamp=LONG_AGO)
    made.row(status="ignore", key_hash="ignore", timestamp=LONG_AGO)
    said = do(operator, "release", selected(operator, f"schema={made.schema}"))
    assert said == [f"Released 1 job. 2 were left alone (1 failed, 1 ignored): {ONLY}"]
    assert statuses(made.schema) == ["error", "ignore"]


def test_workers_are_looked_for_anew_for_each_chunk(
    lab: Lab, operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.actions.selection.CHUNK_ROWS", 2)
    made = planted_reservations(lab, dead=5)
    assert done_to_all_of(made.schema, operator, RELEASE) == ActionOutcome(done=5)


def test_more_than_are_looked_at_before_are_released_all_the_same(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.actions.selection.MOST_LOOKED_AT", 2)
    made = planted_reservations(lab, dead=5)
    selection = MatchingJobs(JobFilter({"schema": made.schema}), NOW, reading_of([made.schema]))
    reviewed = review(RELEASE, selection)
    assert reviewed.sentences[1].text == "Whether 3 of them are abandoned is seen when it is their turn."
    assert perform(RELEASE, selection, Confirmation.of(reviewed), ROOT) == ActionOutcome(done=5)


def test_a_reservation_of_this_very_second_is_left_alone(lab: Lab, operator: Client) -> None:
    made = planted_reservations(lab, dead=1)
    SERVER.sql(f"UPDATE {made.where} SET timestamp = UTC_TIMESTAMP() + INTERVAL 1 MINUTE")  # so that it stays so
    outcome = done_to_all_of(made.schema, operator, RELEASE)
    assert outcome == ActionOutcome(left=outcome.left)
    assert outcome.left == {"cannot tell": 1}


def test_a_table_that_keeps_no_time_keeps_its_reservations(lab: Lab, operator: Client) -> None:
    made = Planted(lab.schema(), f"CREATE TABLE {{}} ({SHAPES['no time']})")
    made.row(status="reserved", user="carol@10.0.0.9", connection_id=1)
    assert do(operator, "release", selected(operator, f"schema={made.schema}")) == [
        f"Nothing was released. 1 was left alone (1 cannot tell): {ONLY}"
    ]


def test_a_status_in_other_letters_is_left_alone(lab: Lab, operator: Client) -> None:
    made = Planted(lab.schema(), ANY_SHAPE)
    made.row(status="Reserved", user="carol@10.0.0.9", connection_id=1, timestamp=LONG_AGO)
    said = do(operator, "release", everything(operator, f"schema={made.schema}"))
    assert said == [f"Nothing was released. 1 was left alone (1 Reserved): {ONLY}"]
    assert statuses(made.schema) == ["Reserved"]


def test_without_process_nothing_of_others_is_released(lab: Lab, operator: Client) -> None:
    made = planted_reservations(lab, dead=1)
    with SERVER.without("PROCESS"):
        outcome = done_to_all_of(made.schema, operator, RELEASE)
    assert outcome.left == {"cannot tell": 1}


def test_a_reservation_that_another_has_taken_since_is_left_alone(lab: Lab, operator: Client) -> None:
    made = planted_reservations(lab, dead=1)
    selection = SelectedJobs(snapshots_of(made.schema, operator), reading_of([made.schema]))
    confirmed = Confirmation.of(review(RELEASE, selection))
    SERVER.sql(f"UPDATE {made.where} SET timestamp = '2026-01-02 00:00:00'")
    assert perform(RELEASE, selection, confirmed, ROOT) == ActionOutcome(changed=1)


def test_a_reservation_that_was_away_for_a_moment_is_left_alone(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    made = planted_reservations(lab, dead=1)
    selection = MatchingJobs(JobFilter({"schema": made.schema}), NOW, reading_of([made.schema]))
    confirmed = Confirmation.of(review(RELEASE, selection))
    row = SERVER.sql(f"SELECT * FROM {made.where}")[0]
    in_the_meantime(
        monkeypatch,
        before=lambda: SERVER.sql(f"DELETE FROM {made.where}"),
        after=lambda: SERVER.sql(f"INSERT INTO {made.where} VALUES ({', '.join(['%s'] * len(row))})", row),
    )
    assert perform(RELEASE, selection, confirmed, ROOT) == ActionOutcome(gone=1)
    assert statuses(made.schema) == ["reserved"]


def test_a_reservation_of_the_second_in_which_it_was_read_is_left_alone(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = planted_reservations(lab, dead=1)
    selection = MatchingJobs(JobFilter({"schema": made.schema}), NOW, reading_of([made.schema]))
    confirmed = Confirmation.of(review(RELEASE, selection))
    in_the_meantime(
        monkeypatch,
        before=lambda: SERVER.sql(f"UPDATE {made.where} SET timestamp = UTC_TIMESTAMP()"),
        after=wait_a_second,
    )
    outcome = perform(RELEASE, selection, confirmed, ROOT)
    assert outcome == ActionOutcome(left=Counter({"cannot tell": 1}))


def in_the_meantime(monkeypatch: pytest.MonkeyPatch, before: Callable[[], object], after: Callable[[], object]) -> None:
    """Let something happen between the reading of a chunk and that of its rows again, and something after that."""
    chunks, ask = MatchingJobs.chunks, who_is_connected

    def read(self: MatchingJobs, layout: Layout, past: tuple[str, str] | None = None) -> Iterator[Sequence[SeenRow]]:
        for rows in chunks(self, layout, past):
            before()
            yield rows

    def asked() -> ConnectedThreads:
        after()
        return ask()

    monkeypatch.setattr(MatchingJobs, "chunks", read)
    monkeypatch.setattr("jobs.actions.abandoned.who_is_connected", asked)


def test_released_again_and_again_beside_workers_nothing_of_theirs_is_freed(lab: Lab) -> None:
    schema, module = lab.pipeline(recordings={f"m{number}": "" for number in range(60)})
    assert len(module.schema.jobs) == 0  # DataJoint makes the table when it is first asked for
    later = datetime.now(timezone.utc) + timedelta(days=1)
    workers = [lab.start(schema, user="bob") for _ in range(2)]
    outcome = ActionOutcome()
    while any(worker.poll() is None for worker in workers):
        selection = MatchingJobs(JobFilter({"schema": schema}), later, reading_of([schema]))
        outcome += perform(RELEASE, selection, Confirmation(), ROOT)
    assert (outcome.done, statuses(schema)) == (0, [])
    assert SERVER.sql(f"SELECT COUNT(*) FROM `{schema}`.`__score`") == [(60,)]


def planted_reservations(lab: Lab, *, dead: int) -> Planted:
    """Plant reservations of a worker whose connection is gone, and whose account is not connected."""
    made = Planted(lab.schema())
    for number in range(dead):
        made.row(
            status="reserved", user="carol@10.0.0.9", connection_id=1, key_hash=f"dead {number}", timestamp=LONG_AGO
        )
    return made


# --- Retry ------------------------------------------------------------------------------------------------------------


def test_retrying_clears_and_says_so(lab: Lab, operator: Client) -> None:
    schema = lab.failed(m1="fixable")
    found = confirm_to(operator, "retry", selected(operator, f"schema={schema}"))
    assert text_of(found.h1) == "Retry 1 job?"
    assert says(found)[0] == (
        "1 failed: each is cleared, its error and stack are deleted, and the next populate computes the key."
    )
    assert notices(look(operator, send_to(operator, "retry", found).headers["Location"])) == ["Cleared 1 job."]
    assert lab.populate(schema, TEST_FIXED="1").returncode == 0
    assert SERVER.sql(f"SELECT subject FROM `{schema}`.`__score`") == [("m1",)]


@pytest.mark.parametrize("action", [RETRY, RELEASE])
def test_the_button_says_what_is_under_way(action: Action) -> None:
    assert action.under_way == {"retry": "retrying", "release": "releasing"}[action.name]
