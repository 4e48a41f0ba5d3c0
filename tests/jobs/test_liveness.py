"""The signs of life: the rules in their order, and what they say of real workers."""

from datetime import datetime, timedelta, timezone

from django.test import Client

from jobs.liveness import Evidence, Sign, sign_of_life
from tests.ground import GROUND
from tests.lab import Lab, eventually
from tests.pages import look, text_of

NOON = datetime(2026, 1, 5, 12, tzinfo=timezone.utc)
ALICE, BOB = ("alice", "10.0.0.5"), ("bob", "10.0.0.5")
RESERVED_AT = NOON + timedelta(hours=1)


def evidence(sees_all: bool = True, **threads: tuple[str, str]) -> Evidence:
    """Return a server that started at noon, with threads named like `t7`."""
    return Evidence(NOON, sees_all, "jobsite", {int(name[1:]): account for name, account in threads.items()})


def test_an_open_connection_of_the_same_user_and_machine_is_running() -> None:
    assert sign_of_life(ALICE, 7, RESERVED_AT, evidence(t7=ALICE)) is Sign.RUNNING


def test_no_connection_of_that_user_and_machine_is_abandoned() -> None:
    assert sign_of_life(ALICE, 7, RESERVED_AT, evidence(t8=BOB)) is Sign.ABANDONED


def test_only_another_connection_of_that_user_and_machine_is_uncertain() -> None:
    assert sign_of_life(ALICE, 7, RESERVED_AT, evidence(t8=ALICE)) is Sign.UNCERTAIN


def test_a_number_that_is_a_strangers_by_now_is_no_sign_of_life() -> None:
    assert sign_of_life(ALICE, 7, RESERVED_AT, evidence(t7=BOB)) is Sign.ABANDONED


def test_the_same_user_on_another_machine_is_a_stranger() -> None:
    assert sign_of_life(ALICE, 7, RESERVED_AT, evidence(t7=("alice", "10.0.0.6"))) is Sign.ABANDONED


def test_a_reservation_from_before_the_servers_start_is_abandoned_even_when_its_number_is_in_use_again() -> None:
    assert sign_of_life(ALICE, 7, NOON - timedelta(minutes=1), evidence(t7=ALICE)) is Sign.ABANDONED


def test_a_reservation_in_the_second_of_the_start_is_not_taken_for_an_older_one() -> None:
    assert sign_of_life(ALICE, 7, NOON - timedelta(seconds=1), evidence(t7=ALICE)) is Sign.RUNNING


def test_without_the_process_privilege_other_peoples_jobs_cannot_be_told() -> None:
    assert sign_of_life(ALICE, 7, RESERVED_AT, evidence(sees_all=False)) is Sign.CANNOT_TELL


def test_without_the_process_privilege_the_sites_own_account_can_be_told() -> None:
    own = ("jobsite", "10.0.0.1")
    assert sign_of_life(own, 7, RESERVED_AT, evidence(sees_all=False, t7=own)) is Sign.RUNNING


def test_an_unknown_time_of_reservation_leaves_it_to_the_connection() -> None:
    assert sign_of_life(ALICE, 7, None, evidence(t7=ALICE)) is Sign.RUNNING


AT_CONNECTION = 'td[data-label="Connection"] .sign'


def signs(client: Client, schema: str) -> list[str]:
    """Return the signs of life on the list."""
    return [text_of(found) for found in look(client, f"/jobs/?schema={schema}").select(AT_CONNECTION)]


def test_the_signs_of_a_real_worker_that_is_inside_make_and_then_killed(lab: Lab, viewer: Client) -> None:
    schema, _ = lab.pipeline(recordings={"failed": "value", "m1": "wait"})
    worker = lab.start_waiting(schema, user="bob")
    assert signs(viewer, schema) == ["running"]
    with GROUND.without("PROCESS"):
        assert signs(viewer, schema) == ["cannot tell"]
    _, other = lab.idle("bob")
    worker.kill()
    worker.wait()
    eventually(lambda: signs(viewer, schema) == ["uncertain"], "the worker's connection to end")
    GROUND.sql(f"KILL {other}")
    eventually(lambda: signs(viewer, schema) == ["abandoned"], "bob's last connection to end")
