"""Liveness: the rules in their order. What is shown of real workers: tests/jobs/listing/test_marking.py."""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

import pytest

from jobs.liveness import UNKNOWN_PID, Account, Evidence, Liveness, Reservation, judge

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
    pid: int = UNKNOWN_PID
    pids: Mapping[int, int] = {}


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
    Case("its process has another connection", RUNNING, {8: ALICE}, pid=4, pids={8: 4}),
    Case("the other connections are of other processes", ABANDONED, {8: ALICE, 9: ALICE}, pid=4, pids={8: 5, 9: 6}),
    Case("another connection does not tell its process", UNCERTAIN, {8: ALICE, 9: ALICE}, pid=4, pids={8: 5}),
    Case("the row names no process", UNCERTAIN, {8: ALICE}, pids={8: 5}),
    Case("its process has connected just now", UNCERTAIN, {8: ALICE}, pid=4, pids={8: 5, 9: 4}),
    Case("nobody was connected, and its process is just now", UNCERTAIN, {}, pid=4, pids={9: 4}),
    Case("another machine has a process of its number", ABANDONED, {8: ALICE, 9: ELSEWHERE}, pid=4, pids={8: 5, 9: 4}),
    Case("its connection is open and tells another process", RUNNING, {7: ALICE}, pid=4, pids={7: 5}),
]


@pytest.mark.parametrize("case", CASES, ids=[case.says for case in CASES])
def test_the_liveness_of_a_reservation(case: Case) -> None:
    evidence = Evidence(
        NOON,
        sees_all=True,
        own_user="jobsite",
        threads=case.threads,
        last_id=case.last_id,
        proxies=case.proxies,
        pids=case.pids,
    )
    assert judge(Reservation(case.account, 7, case.reserved_at, case.pid), evidence).liveness is case.liveness


def test_the_reason_ends_a_sentence() -> None:
    evidence = Evidence(NOON, sees_all=True, own_user="jobsite", threads={8: ALICE}, last_id=100)
    why = judge(Reservation(ALICE, 7, LATER), evidence).why
    assert why == "its connection is gone, but alice@10.0.0.5 has another one"


@pytest.mark.parametrize(("account", "liveness"), [(ALICE, CANNOT_TELL), (("jobsite", "10.0.0.1"), RUNNING)])
def test_without_the_process_privilege_only_the_site_s_own_account_can_be_told(
    account: Account, liveness: Liveness
) -> None:
    evidence = Evidence(NOON, sees_all=False, own_user="jobsite", threads={7: ("jobsite", "10.0.0.1")})
    assert judge(Reservation(account, 7, LATER), evidence).liveness is liveness
