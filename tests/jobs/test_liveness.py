"""Is a reserved job alive? The rules in their order, and what a real server says."""

from datetime import datetime, timedelta, timezone

import pytest
from django.test import Client

from jobs.liveness import CLOCK_MARGIN, Evidence, Sign, sign_of_life
from tests.ground import GROUND
from tests.lab import Lab, eventually
from tests.pages import look, text_of

STARTED = datetime(2026, 1, 4, 12, tzinfo=timezone.utc)
LATER, EARLIER = STARTED + timedelta(hours=1), STARTED - timedelta(hours=1)
ALICE, BOB, ELSEWHERE = ("alice", "10.0.0.5"), ("bob", "10.0.0.5"), ("alice", "10.0.0.6")


def sign(
    threads: dict[int, tuple[str, str]], *, reserved_at: datetime | None = LATER, sees_all: bool = True, own: str = "x"
) -> Sign:
    """Return the sign of a reservation by alice over connection 7."""
    return sign_of_life(ALICE, 7, reserved_at, Evidence(STARTED, sees_all, own, threads))


def test_without_the_privilege_another_s_job_cannot_be_told() -> None:
    assert sign({7: ALICE}, sees_all=False) is Sign.CANNOT_TELL
    assert sign({}, sees_all=False, reserved_at=EARLIER) is Sign.CANNOT_TELL


def test_without_the_privilege_the_account_s_own_job_can() -> None:
    assert sign({7: ALICE}, sees_all=False, own="alice") is Sign.RUNNING
    assert sign({}, sees_all=False, own="alice") is Sign.ABANDONED


def test_a_job_older_than_the_server_is_abandoned_whoever_has_its_number_now() -> None:
    assert sign({7: ALICE}, reserved_at=EARLIER) is Sign.ABANDONED


def test_a_job_reserved_as_the_server_started_is_judged_by_its_connection() -> None:
    assert sign({7: ALICE}, reserved_at=STARTED - CLOCK_MARGIN) is Sign.RUNNING


def test_an_open_connection_of_the_same_user_and_client_is_running() -> None:
    assert sign({7: ALICE}) is Sign.RUNNING


@pytest.mark.parametrize("stranger", [BOB, ELSEWHERE])
def test_a_number_that_a_stranger_has_proves_nothing(stranger: tuple[str, str]) -> None:
    assert sign({7: stranger}) is Sign.ABANDONED


def test_another_connection_of_the_same_user_and_client_makes_it_uncertain() -> None:
    assert sign({7: BOB, 8: ALICE}) is Sign.UNCERTAIN


@pytest.mark.parametrize("threads", [{}, {8: BOB}, {8: ELSEWHERE}])
def test_without_any_connection_of_the_same_user_and_client_it_is_abandoned(
    threads: dict[int, tuple[str, str]],
) -> None:
    assert sign(threads) is Sign.ABANDONED


def test_a_reservation_without_a_time_is_judged_by_its_connection() -> None:
    assert sign({7: ALICE}, reserved_at=None) is Sign.RUNNING


@pytest.mark.parametrize("one", Sign)
def test_every_sign_says_what_it_means(one: Sign) -> None:
    assert one.meaning.endswith(".")
    assert " " not in one.slug


# --- On a real server --------------------------------------------------------------------------------------------


def signs(client: Client, schema: str) -> list[str]:
    """Return the signs of life on the list."""
    return [text_of(found) for found in look(client, f"/jobs/?schema={schema}").select(".sign")]


def test_the_signs_of_a_worker_that_is_inside_make_and_then_killed(lab: Lab, viewer: Client) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
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


def test_only_a_reserved_job_has_a_sign(night: str, viewer: Client) -> None:
    assert signs(viewer, night) == []
