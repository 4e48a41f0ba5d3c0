"""What is said of a kill before it is sent: about jobs, transactions, and what could not be seen."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from connections.consequences import (
    JOBS_UNKNOWN,
    NO_JOB_READ,
    NO_STATEMENT,
    NOTHING_IS_LOST,
    STATEMENT_ENDS,
    TRANSACTION_UNSEEN,
    at_stake,
    consequences_of,
)
from connections.models import Connection
from connections.snapshots import Target
from jobs.liveness import Liveness
from jobs.models import Job
from jobsite.lab.server import INFORMATION_SCHEMA, Server
from jobsite.lab.transactions import Transaction

NOW = datetime(2026, 1, 4, tzinfo=timezone.utc)
SEES_ALL, SEES_OWN = frozenset({"PROCESS"}), frozenset[str]()
SURVIVES = "it has no transaction open, so a make of three parts connects again and loses nothing; otherwise "
LOST = "the job becomes an error (LostConnectionError), and its worker goes on with the next key."


def job(**changes: Any) -> Job:
    """Return a job of a table Score that was reserved five minutes ago."""
    reserved_at = NOW - timedelta(minutes=5)
    found = Job(**{"table_name": "__score", "key_hash": "a" * 32, "timestamp": reserved_at, **changes})
    found.liveness = Liveness.UNCERTAIN
    return found


def connection_with(info: str | None = None, **about: Any) -> Connection:
    """Return a connection annotated with what it holds."""
    row = Connection(id=3, user="bob", host="10.0.0.5:49152", command="Sleep", info=info)
    known = {"jobs": [], "possible_jobs": [], "transaction": None, **about}
    for name, value in known.items():
        setattr(row, name, value)
    return row


def said(target: Target = Target.CONNECTION, *, privileges: frozenset[str] = SEES_ALL, **about: Any) -> list[str]:
    """Return what is said of a kill of a connection, with the number of warnings first."""
    unread = about.pop("unread", ())
    server = Server(NOW, NOW, "10.11-MariaDB", "site", "10.0.0.9", 7, privileges, INFORMATION_SCHEMA)
    unseen = about.pop("unseen", "" if server.sees_all else TRANSACTION_UNSEEN)
    row = connection_with(**about)
    found = list(consequences_of(row, target, server, unread, unseen))
    return [f"{sum(one.is_warning for one in found)} of {len(found)}", *map(str, found)]


def name_of(one: Job) -> str:
    """Return how a sentence names the job."""
    return f"Score({one.key})"


def test_that_nothing_is_lost_is_said_only_where_all_could_be_seen() -> None:
    assert said() == ["0 of 1", NOTHING_IS_LOST]
    assert said(unread=["The jobs of a cannot be read: locked."]) == ["1 of 1", NO_JOB_READ]
    assert said(privileges=SEES_OWN) == ["1 of 1", TRANSACTION_UNSEEN]
    assert said(possible_jobs=[job()])[:2] == ["2 of 2", JOBS_UNKNOWN]


def test_a_job_without_a_transaction_may_survive_in_a_make_of_three_parts() -> None:
    one = job()
    assert said(jobs=[one]) == [
        "1 of 1",
        f"It holds the job {name_of(one)}, running for 5 min: {SURVIVES}{LOST}",
    ]


def test_a_job_in_a_transaction_is_lost_with_what_was_written() -> None:
    one = job()
    assert said(jobs=[one], transaction=Transaction(70, 1200)) == [
        "2 of 2",
        f"It holds the job {name_of(one)}, running for 5 min: {LOST}",
        "Its transaction, open for 1 min, is rolled back: the 1,200 rows that it has written until now are lost.",
    ]


def test_no_job_is_said_to_survive_where_transactions_cannot_be_seen() -> None:
    one = job()
    assert said(jobs=[one], privileges=SEES_OWN) == [
        "2 of 2",
        f"It holds the job {name_of(one)}, running for 5 min: {LOST}",
        TRANSACTION_UNSEEN,
    ]


def test_a_job_without_a_time_runs_for_an_unknown_time() -> None:
    assert "running for an unknown time: " in said(jobs=[job(timestamp=None)])[1]


@pytest.mark.parametrize(("number", "more"), [(6, "1 more job"), (7, "2 more jobs")])
def test_of_many_jobs_five_are_named_and_the_others_are_counted(number: int, more: str) -> None:
    assert said(jobs=[job()] * number)[6:] == [f"It holds {more}."]
    assert said(possible_jobs=[job()] * number)[7:] == [f"{more} may belong to this connection, too."]


def test_a_statement_that_is_killed_costs_the_job_of_its_connection() -> None:
    one = job()
    assert said(Target.STATEMENT, info="SELECT 1", jobs=[one]) == [
        "1 of 2",
        STATEMENT_ENDS,
        f"It holds the job {name_of(one)}: the job becomes an error, and its worker goes on with the next key.",
    ]


def test_where_no_statement_runs_a_kill_of_it_costs_nothing() -> None:
    one = job()
    assert said(Target.STATEMENT, jobs=[one]) == [
        "1 of 2",
        NO_STATEMENT,
        f"It holds the job {name_of(one)}, which goes on.",
    ]


def test_a_job_that_may_be_a_connection_s_is_named_with_its_liveness() -> None:
    one = job()
    assert said(possible_jobs=[one])[2] == (
        f"The job {name_of(one)} may belong to this connection: "
        "it has the same user, and its worker is shown as “uncertain”."
    )


@pytest.mark.parametrize(
    ("about", "connection", "statement"),
    [
        ({}, "", ""),
        ({"transaction": Transaction(70, 0)}, "", ""),
        ({"jobs": [job()]}, "holds a job", "holds a job"),
        ({"possible_jobs": [job()]}, "may hold a job", "may hold a job"),
        ({"transaction": Transaction(70, 3)}, "has written rows in a transaction", ""),
    ],
    ids=["nothing", "has only read", "a job", "a possible job", "has written"],
)
def test_what_is_at_stake_is_said_in_a_few_words(about: dict[str, Any], connection: str, statement: str) -> None:
    row = connection_with(info="SELECT 1", **about)
    assert at_stake(row, Target.CONNECTION, sees_enough=True) == connection
    assert at_stake(row, Target.STATEMENT, sees_enough=True) == statement


def test_what_could_not_be_seen_may_be_at_stake() -> None:
    assert at_stake(connection_with(), Target.CONNECTION, sees_enough=False) == "may hold what cannot be seen"


def test_where_no_statement_runs_nothing_is_at_stake_in_it() -> None:
    assert at_stake(connection_with(jobs=[job()]), Target.STATEMENT, sees_enough=False) == ""
