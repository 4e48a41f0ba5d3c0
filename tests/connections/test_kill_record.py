"""A kill that fails in the middle, and the record of kills: what was done is said and written, and why it stopped."""

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connections as databases
from django.test import Client

from connections.killing import Confirmation, kill
from connections.outcomes import KillResult
from connections.snapshots import ConnectionSnapshot
from jobsite.activity.models import Act, ActChunk
from jobsite.lab.server import ask_server
from tests.cast import person
from tests.connections.test_killing import KILL, LIST, confirm, post, selected, token
from tests.lab import Lab, eventually, is_connected
from tests.pages import look, notices, text_of
from tests.server import SERVER

SENT, UNKNOWN = KillResult.SENT, KillResult.UNKNOWN


@contextmanager
def before_statement(number: int, happens: Callable[[], object]) -> Iterator[None]:
    """Let something happen before the site sends the statement of this number, counted from its first KILL."""
    sent: list[str] = []

    def execute(run: Any, sql: str, *rest: Any) -> Any:
        if sent or sql.startswith("KILL"):
            sent.append(sql)
        if len(sent) == number:
            happens()
        return run(sql, *rest)

    try:
        with databases["lab"].execute_wrapper(execute):
            yield
    finally:
        databases["lab"].close()


def cut_off_before(number: int) -> AbstractContextManager[None]:
    """Let the server end the site's own connection before a statement."""
    own = ask_server().own_id

    def cut_off() -> None:
        SERVER.sql(f"KILL {own}")
        eventually(lambda: not is_connected(own), "the site's connection to end")

    return before_statement(number, cut_off)


def interrupted_before(number: int) -> AbstractContextManager[None]:
    """Let somebody press Ctrl-C before a statement."""
    return before_statement(number, lambda: signal.raise_signal(signal.SIGINT))


@pytest.mark.parametrize(
    ("number", "results", "rest"),
    [
        (1, [UNKNOWN], "2 connections were not tried."),
        (2, [SENT], "2 connections were not tried."),
        (3, [SENT, UNKNOWN], "1 connection was not tried."),
    ],
    ids=["at the first kill", "at the process list", "at the second kill"],
)
def test_a_kill_that_fails_ends_the_act_and_says_what_was_done(
    lab: Lab, number: int, results: list[KillResult], rest: str
) -> None:
    threads, ada = [lab.idle()[1] for _ in range(3)], person("ada", "admin")
    selection = selected(*threads)
    with cut_off_before(number):
        summary = kill(selection, Confirmation("3"), ada)
    assert [outcome.result for outcome in summary.outcomes] == results
    assert summary.stopped.startswith("The lab's server ")
    assert summary.problems[-1] == f"{summary.stopped} {rest}"
    assert is_connected(threads[2])


def test_a_page_says_what_was_done_before_a_kill_failed(lab: Lab, admin: Client) -> None:
    threads = [lab.idle()[1] for _ in range(3)]
    form = {"connection": [token(thread) for thread in threads], "target": ["connection"], "typed": ["3"]}
    with cut_off_before(3):
        address = admin.post(KILL, form).headers["Location"]
    found = look(admin, address)
    assert text_of(found.h1) == "Kill sent to 1 connection"
    unknown, stopped = notices(found)
    assert unknown.startswith(f"Whether {threads[1]} bob@")
    assert stopped.endswith("1 connection was not tried.")


# --- The record ---------------------------------------------------------------------------------------------------


def test_a_kill_is_in_the_record_with_what_became_of_it(lab: Lab, admin: Client) -> None:
    _, thread = lab.idle()
    seen = ConnectionSnapshot.read(token(thread))
    post(admin, {"connection": [seen.token], "target": ["connection"]})
    act, chunk = Act.objects.get(), ActChunk.objects.get()
    assert (act.username, act.verb, act.meant) == ("ada", "kill connection", f"Selected: {seen}.")
    assert (act.outcome, act.stopped, act.ended_at is None) == ("Kill sent to 1 connection.", "", False)
    assert (chunk.act, chunk.counts, chunk.ended_at is None) == (act, {"kill sent": 1}, False)
    assert [row[:3] for row in chunk.rows] == [[thread, "bob", seen.host]]


def test_what_was_refused_is_in_the_record(lab: Lab, admin: Client) -> None:
    post(admin, {"connection": [token(ask_server().own_id)], "target": ["statement"]})
    act, chunk = Act.objects.get(), ActChunk.objects.get()
    assert (act.verb, chunk.counts) == ("kill statement", {"refused": 1})
    assert act.outcome.startswith("No kill was sent. ")
    assert act.outcome.endswith(" was left alone, refused: Jobsite’s own.")


def test_an_act_that_failed_is_in_the_record_with_why_it_stopped(lab: Lab) -> None:
    ada, selection = person("ada", "admin"), selected(*(lab.idle()[1] for _ in range(3)))
    with cut_off_before(2):
        summary = kill(selection, Confirmation("3"), ada)
    act = Act.objects.get()
    assert (act.stopped, act.outcome) == (summary.stopped, summary.in_words)
    assert [(chunk.counts, chunk.ended_at is None) for chunk in act.chunks.all()] == [
        ({"kill sent": 1}, False),
        ({}, True),
    ]


def test_an_act_that_is_broken_off_is_in_the_record_with_what_was_done(lab: Lab) -> None:
    ada, selection = person("ada", "admin"), selected(*(lab.idle()[1] for _ in range(2)))
    with pytest.raises(KeyboardInterrupt), interrupted_before(3):
        kill(selection, Confirmation("2"), ada)
    act = Act.objects.get()
    assert act.outcome == "Kill sent to 1 connection."
    assert act.stopped == "It was broken off by Ctrl-C."


def test_without_a_record_nothing_is_killed(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    ada, selection = person("ada", "admin"), selected(lab.idle()[1])
    assert ada.has_perm("connections.kill_connection")
    with databases["default"].cursor() as cursor:
        cursor.execute("ALTER TABLE activity_act RENAME TO activity_act_away")
    summary = kill(selection, Confirmation(), ada)
    assert (summary.outcomes, "could not be written" in summary.stopped) == ((), True)
    assert [one.getMessage() for one in caplog.records if one.name == "jobsite.activity"] == [
        f"ada, kill connection: {selection.in_words} {summary.stopped}"
    ]
    assert is_connected(selection.snapshots[0].id)


def test_without_a_record_the_page_says_so_above_the_list(lab: Lab, admin: Client) -> None:
    form = {"connection": [token(lab.idle()[1])], "target": ["connection"], "filter": ["user=bob"]}
    with databases["default"].cursor() as cursor:
        cursor.execute("ALTER TABLE activity_act RENAME TO activity_act_away")
    response = admin.post(KILL, form)
    assert response.headers["Location"] == f"{LIST}?user=bob"
    (said,) = get_messages(response.wsgi_request)
    assert "could not be written" in str(said)


def test_confirming_leaves_no_record(lab: Lab, admin: Client) -> None:
    confirm(admin, {"connection": [token(lab.idle()[1])], "target": ["connection"]})
    assert not Act.objects.exists()
