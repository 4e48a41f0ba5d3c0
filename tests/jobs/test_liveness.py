"""The signs of life: the rules in their order, and what they say of real workers."""

import platform
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

import pytest
from django.conf import settings
from django.test import Client, override_settings

from jobs.liveness import Account, Evidence, Liveness, liveness_of
from jobsite.lab.server import client_of
from tests.ground import GROUND
from tests.jobs.clearing import confirm, selected
from tests.lab import Lab, eventually
from tests.pages import cells, look, text_of

NOON = datetime(2026, 1, 5, 12, tzinfo=timezone.utc)
ALICE, BOB, LATER = ("alice", "10.0.0.5"), ("bob", "10.0.0.5"), NOON + timedelta(hours=1)
ELSEWHERE, SIX = ("alice", "10.0.0.50"), ("alice", "2001:db8::5")
LONG = "gpu-" + "0123456789" * 6
"""A machine's name of 64 letters."""
WORKER = ("alice", f"{LONG}.lab.example")
RUNNING, ABANDONED = Liveness.RUNNING, Liveness.ABANDONED
UNCERTAIN, CANNOT_TELL = Liveness.UNCERTAIN, Liveness.CANNOT_TELL


class Case(NamedTuple):
    """A reservation over connection 7, and who is connected; `says` names the case."""

    says: str
    liveness: Liveness
    threads: dict[int, Account]
    account: Account = ALICE
    reserved_at: datetime | None = LATER
    proxies: frozenset[str] = frozenset()
    last_id: int = 100


CASES = [
    Case("the server has started since", ABANDONED, {7: ALICE}, reserved_at=NOON - timedelta(minutes=1)),
    Case("reserved in the second of the start", RUNNING, {7: ALICE}, reserved_at=NOON - timedelta(seconds=1)),
    Case("nobody knows when it was reserved", RUNNING, {7: ALICE}, reserved_at=None),
    Case("its connection is open", RUNNING, {7: ALICE}),
    Case("it is gone, and another of its user and machine lives", UNCERTAIN, {8: ALICE}),
    Case("it is gone, and so is everybody of its user and machine", ABANDONED, {8: BOB, 9: ELSEWHERE}),
    Case("its number is another user's by now", ABANDONED, {7: BOB}),
    Case("its number and user are open from another machine", UNCERTAIN, {7: ELSEWHERE}),
    Case("an IPv6 client", RUNNING, {7: SIX}, SIX),
    Case("an IPv6 client is gone", ABANDONED, {8: ("alice", "2001:db8::50")}, SIX),
    Case("the server's own machine", RUNNING, {7: ("alice", "localhost")}, ("alice", "localhost")),
    Case("an @ in the user's name", RUNNING, {7: ("a@lab", "10.0.0.5")}, ("a@lab", "10.0.0.5")),
    Case("an @ in the user's name, and it is gone", ABANDONED, {8: ALICE}, ("a@lab", "10.0.0.5")),
    Case("no client is named, and its connection is open", RUNNING, {7: ALICE}, ("alice", "")),
    Case("no client is named, and it is gone", CANNOT_TELL, {}, ("alice", "")),
    Case("no client is named, and its number is another user's", CANNOT_TELL, {7: BOB}, ("alice", "")),
    Case(
        "no client is named, and the server has started since",
        ABANDONED,
        {7: ALICE},
        ("alice", ""),
        NOON - timedelta(minutes=1),
    ),
    Case("no client is named by a user with an @", RUNNING, {7: ("a@lab", "10.0.0.5")}, ("a", "lab")),
    Case("no client is named by a user with an @, and it is gone", CANNOT_TELL, {8: ("a@lab", "::1")}, ("a", "lab")),
    Case("the client's name is cut to 63 letters", RUNNING, {7: ("alice", LONG[:63])}, WORKER),
    Case("the client's name is cut to 64 letters", RUNNING, {7: ("alice", LONG)}, WORKER),
    Case("the client's name is cut in the row", RUNNING, {7: WORKER}, ("alice", LONG)),
    Case("it is gone, and another whose name is cut may be of its machine", UNCERTAIN, {8: ("alice", LONG)}, WORKER),
    Case("it is gone, and the cut name is another user's", ABANDONED, {8: ("bob", LONG)}, WORKER),
    Case("a cut name is another machine's", UNCERTAIN, {7: ("alice", "x" * 63)}, WORKER),
    Case("it is gone, and a cut name is another machine's", ABANDONED, {8: ("alice", "x" * 63)}, WORKER),
    Case("the server has given no such number", CANNOT_TELL, {}, last_id=6),
    Case(
        "the server has given no such number, and the user's machine is connected", CANNOT_TELL, {8: ALICE}, last_id=6
    ),
    Case("the server has just given the number", ABANDONED, {}, last_id=7),
    Case("its connection came after the server was asked", RUNNING, {7: ALICE}, last_id=6),
    Case("its client is a proxy", CANNOT_TELL, {}, proxies=frozenset({"10.0.0.5"})),
    Case(
        "its client is a proxy, whose number may be anybody's", CANNOT_TELL, {7: ALICE}, proxies=frozenset({"10.0.0.5"})
    ),
    Case("another client is a proxy", ABANDONED, {}, proxies=frozenset({"10.0.0.50"})),
]


@pytest.mark.parametrize("case", CASES, ids=[case.says for case in CASES])
def test_the_sign_of_a_reservation(case: Case) -> None:
    evidence = Evidence(
        NOON, sees_all=True, own_user="jobsite", threads=case.threads, last_id=case.last_id, proxies=case.proxies
    )
    assert liveness_of(case.account, 7, case.reserved_at, evidence) is case.liveness


@pytest.mark.parametrize(("account", "liveness"), [(ALICE, CANNOT_TELL), (("jobsite", "10.0.0.1"), RUNNING)])
def test_without_the_process_privilege_only_the_site_s_own_account_can_be_told(
    account: Account, liveness: Liveness
) -> None:
    evidence = Evidence(NOON, sees_all=False, own_user="jobsite", threads={7: ("jobsite", "10.0.0.1")})
    assert liveness_of(account, 7, LATER, evidence) is liveness


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("10.0.0.5:49152", "10.0.0.5"),
        ("localhost", "localhost"),
        ("2001:db8::5:49152", "2001:db8::5"),
        ("fe80::", "fe80::"),
        (f"{LONG[:57]}:49152", LONG[:57]),
        (f"{LONG[:58]}:", LONG[:58]),
        (f"{LONG[:62]}:", LONG[:62]),
        (LONG[:63], LONG[:63]),
    ],
)
def test_the_client_of_a_connection_is_what_its_host_leaves_of_it(host: str, client: str) -> None:
    assert client_of(host) == client


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


def test_a_worker_that_names_no_client_is_running_and_then_cannot_be_told(lab: Lab, viewer: Client) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    worker = lab.start_waiting(schema, user="bob")
    GROUND.sql(f"UPDATE `{schema}`.`~jobs` SET user = 'bob', timestamp = timestamp")  # as MATLAB writes it
    assert signs(viewer, schema) == ["running"]
    assert cells(look(viewer, f"/jobs/?schema={schema}"), "Worker") == [f"bob@{platform.node()}"]
    worker.kill()
    worker.wait()
    eventually(lambda: signs(viewer, schema) == ["cannot tell"], "the worker's connection to end")


def test_a_worker_that_names_no_client_is_cleared_only_by_its_number(lab: Lab, operator: Client) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    lab.start_waiting(schema, user="bob")
    GROUND.sql(f"UPDATE `{schema}`.`~jobs` SET user = 'bob', timestamp = timestamp")
    assert confirm(operator, selected(operator, f"schema={schema}")).select_one('input[name="typed"]') is not None


def test_a_job_whose_number_no_connection_of_the_server_has_had_cannot_be_told(lab: Lab, viewer: Client) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    lab.abandon(schema)
    assert signs(viewer, schema) == ["abandoned"]
    GROUND.sql(f"UPDATE `{schema}`.`~jobs` SET connection_id = 4294967295, timestamp = timestamp")
    assert signs(viewer, schema) == ["cannot tell"]


def test_a_job_that_came_by_a_named_proxy_cannot_be_told(lab: Lab, viewer: Client) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    lab.start_waiting(schema, user="bob")
    assert signs(viewer, schema) == ["running"]
    with override_settings(LAB=replace(settings.LAB, proxies=frozenset({"127.0.0.1"}))):
        assert signs(viewer, schema) == ["cannot tell"]
