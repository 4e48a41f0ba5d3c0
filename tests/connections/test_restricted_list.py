"""The restriction box of the list of connections: what it lists, what it refuses, and what it must not tell."""

import pytest
from django.test import Client

from tests.connections.test_connection_list import LIST, ids
from tests.connections.test_killing import CONFIRM, busy, selected
from tests.lab import Lab
from tests.pages import cells, look, notices, text_of
from tests.server import SERVER

EXPORT = "/connections/export/"
PASSED_OVER = (
    "Connections are passed over where a part of the statement is hidden from you: a restriction on INFO would tell it."
)


def asked(restriction: str, **more: str | int) -> str:
    """Return the query string that asks for a restriction."""
    from django.utils.http import urlencode

    return urlencode({"restriction": restriction, **more})


@pytest.mark.parametrize(
    ("matching", "other"),
    [
        ("ID = {thread}", "ID <> {thread}"),
        ('USER LIKE "b%"', 'user LIKE "a%"'),
        ('HOST LIKE "127.0.0.%"', 'HOST LIKE "%compute%"'),
        ('DB = "{schema}"', "DB IS NULL"),
        ('COMMAND = "sleep"', 'COMMAND IN ("Query", "Daemon")'),
        ("TIME < 600", "TIME > 600"),
        ('STATE = "" OR STATE IS NULL', 'STATE LIKE "Sending%"'),
        ("INFO IS NULL", 'INFO LIKE "%"'),
        ('NOT (USER = "alice") AND TIME BETWEEN 0 AND 100000', 'USER = "bob" AND NOT HOST LIKE "127%"'),
    ],
)
def test_a_restriction_on_each_column_narrows_the_list(lab: Lab, viewer: Client, matching: str, other: str) -> None:
    driver, thread = lab.idle()
    schema = lab.schema()
    driver.query(f"USE `{schema}`")
    found = [thread in ids(viewer, asked(text.format(thread=thread, schema=schema))) for text in (matching, other)]
    assert found == [True, False]


def test_it_works_with_the_other_filters_and_the_sort_and_is_said(lab: Lab, viewer: Client) -> None:
    threads = sorted(lab.idle("bob")[1] for _ in range(3))
    lab.idle("alice")
    query = asked("time < 100000 and id > 0", user="bob", sort="-id")
    assert ids(viewer, query) == threads[::-1]
    says = text_of(look(viewer, f"{LIST}?{query}").select_one(".says"))
    assert says.startswith("All connections where TIME < 100000 AND ID > 0, of users containing “bob”. 3 found.")


def test_it_goes_along_with_a_kill(lab: Lab, admin: Client) -> None:
    _, thread = lab.idle()
    query = asked(f"ID = {thread}")
    found = look(admin, f"{LIST}?{query}")
    assert [str(box["value"]) for box in found.select("[name=filter]")] == [query]
    assert admin.post(CONFIRM, {"filter": query, "target": "connection"}).headers["Location"] == f"{LIST}?{query}"
    assert [str(box["value"]) for box in found.select("[name=connection]")] == [selected(thread).snapshots[0].token]


@pytest.mark.parametrize(
    ("restriction", "said"),
    [
        ("TIEM > 600", "“TIEM” is no column"),
        ("TIME >", ""),
        (
            "ID + 18446744073709551615 > 0",
            "The lab’s server cannot compare connections as the restriction",
        ),
        ("ID = 1; DROP TABLE x", ""),
        ("SLEEP(5)", ""),
        ("1 = (SELECT 1)", ""),
        ("'" * 71_000, ""),
        ("\x00", ""),
    ],
)
def test_a_mistake_is_one_sentence_and_nothing_is_listed(lab: Lab, viewer: Client, restriction: str, said: str) -> None:
    found = look(viewer, f"{LIST}?{asked(restriction)}")
    (notice,) = notices(found)
    assert (notice.startswith(said), notice.endswith(" Correct it to see the list."), cells(found, "Id")) == (
        True,
        True,
        [],
    )


WORDS = ("SLEEP(", "plain", "sw0rd", "mysql:")


def test_a_restriction_on_the_statement_does_not_tell_what_is_hidden(lab: Lab, viewer: Client, admin: Client) -> None:
    with busy(statement="SELECT SLEEP(60), 'mysql://root:sw0rdfish@db/x', 'plain'") as (thread, _):
        asked_for = [asked(f'ID = {thread} AND INFO {word} "%sw0rd%"') for word in ("LIKE", "NOT LIKE")]
        assert [ids(client, query) for client in (viewer, admin) for query in asked_for] == [[], [], [], []]
        assert ids(admin, asked(f"ID = {thread}")) == [thread]
        passed_over = look(admin, f"{LIST}?{asked_for[0]}").select_one(".passes-over")
        assert text_of(passed_over) == PASSED_OVER


TOO_LARGE = "ID * 18446744073709551615 > 0"


def test_a_sum_that_fails_does_not_tell_what_is_hidden(lab: Lab, viewer: Client, admin: Client) -> None:
    with busy(statement="SELECT SLEEP(60), 'mysql://root:sw0rdfish@db/x', 'plain'"):
        query = asked(f'INFO IS NOT NULL AND INFO LIKE "%sw0rdfish%" AND {TOO_LARGE}')
        for client in (viewer, admin):
            assert (notices(look(client, f"{LIST}?{query}")), ids(client, query)) == ([], [])
            assert client.get(f"{EXPORT}?{query}&format=ndjson").getvalue() == b""


def test_a_sum_that_fails_for_a_statement_without_secrets_is_told(lab: Lab, admin: Client) -> None:
    with busy(statement="SELECT SLEEP(60), 'Needle'"):
        query = asked(f'INFO LIKE "%Needle%" AND {TOO_LARGE}')
        (notice,) = notices(look(admin, f"{LIST}?{query}"))
        assert notice.startswith("The lab’s server cannot compare connections as the restriction asks")
        refused = look(admin, f"{EXPORT}?{query}&format=csv", status=400)
        assert "cannot compare connections as the restriction asks" in text_of(refused.main)


def test_who_may_kill_restricts_by_a_statement_without_secrets_and_others_do_not(
    lab: Lab, viewer: Client, admin: Client
) -> None:
    with busy(statement="SELECT SLEEP(60), 'Needle'") as (thread, _):
        query = asked('INFO LIKE "%needle\'"')
        assert (ids(admin, query), ids(viewer, query)) == ([thread], [])


def test_a_statement_that_is_longer_than_a_page_reads_is_passed_over(lab: Lab, admin: Client) -> None:
    with busy(statement=f"SELECT SLEEP(60) /* {'x' * 3000} */ /* needle */") as (thread, _):
        assert ids(admin, asked(f'ID = {thread} AND INFO LIKE "%needle%"')) == []


def test_the_server_s_settings_change_no_answer(lab: Lab, viewer: Client) -> None:
    _, thread = lab.idle()
    with SERVER.set_for_everybody("sql_mode", "ANSI_QUOTES,NO_BACKSLASH_ESCAPES"):
        assert ids(viewer, asked(f'USER = "bob" AND ID = {thread}')) == [thread]
