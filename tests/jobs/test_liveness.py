"""The signs of life: the rules in their order, and what they say of real workers."""

from datetime import datetime, timedelta, timezone

import pytest

from connections.server import who_is_connected
from jobs.filters import JobFilter
from jobs.layouts import find_layouts
from jobs.listing import list_jobs
from jobs.liveness import Evidence, Sign, sign_of_life
from jobs.signs import mark
from tests.lab import Lab

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


@pytest.fixture
def signs(lab: Lab, db: None) -> dict[str, Sign | None]:
    """The signs of real jobs, by subject: one being made, one whose worker was killed, one failed."""
    schema, module = lab.pipeline(recordings={"dead": "wait"})
    lab.abandon(schema)
    module.Recording.insert([("failed", 1, "value"), ("alive", 1, "wait")])
    lab.start_waiting(schema, "--order", "reverse", user="bob")
    presence = who_is_connected()
    jobs = mark(list_jobs(JobFilter(schema=schema), find_layouts().schemas, presence.server.now, 0, 9), presence)
    return {dict(job.key.pairs)["subject"]: job.sign for job in jobs}


def test_real_workers_give_the_signs_they_should(signs: dict[str, Sign | None]) -> None:
    # Alice's own connection, over which the pipeline was declared, still stands: hers cannot be called abandoned.
    assert signs == {"dead": Sign.UNCERTAIN, "alive": Sign.RUNNING, "failed": None}
