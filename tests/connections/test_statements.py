"""What a person reads of a running statement, on the pages of connections."""

from collections.abc import Iterator

import pytest
from django.test import Client

from jobsite.activity.models import Act
from tests.connections.test_connection_list import row_of
from tests.connections.test_killing import busy
from tests.lab import Lab, eventually
from tests.pages import look, page, text_of, tokens

LIST = "/connections/"
SECRET = "SELECT SLEEP(100), 'mysql://root:sw0rdfish@db/x'"


@pytest.fixture
def thread(lab: Lab) -> Iterator[int]:
    """A connection that runs a statement with a password."""
    with busy(statement=SECRET) as (found, _):
        yield found


def shown_to(client: Client, thread: int) -> str:
    """Return the statement of a connection as a person reads it."""
    eventually(lambda: row_of(look(client, LIST), thread)["Statement"], "the statement")
    return row_of(look(client, LIST), thread)["Statement"]


def test_who_may_kill_reads_a_statement_without_its_secrets(thread: int, admin: Client) -> None:
    assert shown_to(admin, thread) == "SELECT SLEEP(100), ***"


def test_who_may_only_look_reads_no_literal(thread: int, viewer: Client, operator: Client) -> None:
    assert [shown_to(viewer, thread), shown_to(operator, thread)] == ["SELECT SLEEP(?), ?"] * 2


def test_an_admin_reads_the_whole_statement_and_the_record_says_so(thread: int, admin: Client) -> None:
    (token,) = (one for one in tokens(look(admin, LIST), "connection") if one.startswith(f"{thread}|"))
    confirm = page(admin.post(f"{LIST}kill/confirm/", {"connection": token}))
    button = confirm.select_one('button[name="shown"]')
    assert button is not None  # of a form of its own, so that Enter in the box for the number does not press it
    assert (text_of(button), button["form"]) == ("Show the whole statement (recorded)", "statement")
    shown = page(admin.post(f"{LIST}statement/", {"shown": token}))
    assert text_of(shown.select_one("pre")) == SECRET
    act = Act.objects.get()
    assert (act.username, act.verb) == ("ada", "show statement")
    assert act.meant.startswith(f"Of {thread} ")


def test_nobody_else_reads_the_whole_statement(thread: int, viewer: Client, operator: Client, admin: Client) -> None:
    (token,) = (one for one in tokens(look(admin, LIST), "connection") if one.startswith(f"{thread}|"))
    answers = [client.post(f"{LIST}statement/", {"shown": token}).status_code for client in (viewer, operator)]
    assert (answers, Act.objects.count()) == ([403, 403], 0)


def test_the_statement_of_a_connection_that_is_gone_is_not_shown(thread: int, admin: Client) -> None:
    (token,) = (one for one in tokens(look(admin, LIST), "connection") if one.startswith(f"{thread}|"))
    response = admin.post(f"{LIST}statement/", {"shown": token.replace(str(thread), "999999999", 1)}, follow=True)
    assert "gone" in text_of(page(response).select_one(".notice"))
