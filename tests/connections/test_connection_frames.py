"""The list of connections comes in parts too, and what one viewer has read is another's page; acts read anew."""

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jobsite.pages.frames import SCRIPTS_COOKIE
from tests.pages import FRAGMENT, cells, look, text_of

LIST = "/connections/"


@pytest.fixture
def scripts(admin: Client, accounts: None) -> Client:
    """An admin whose browser runs scripts."""
    admin.cookies[SCRIPTS_COOKIE] = "1"
    return admin


def test_the_frame_asks_the_labs_server_nothing(scripts: Client) -> None:
    with CaptureQueriesContext(connections["lab"]) as asked:
        found = look(scripts, f"{LIST}?user=jobsite")
    assert len(asked) == 0
    assert text_of(found.select_one(".says")).startswith("All connections of users containing “jobsite”")
    assert str(found.select_one("#connection_list")["hx-get"]) == f"{LIST}?user=jobsite"  # type: ignore[index]


def test_who_runs_no_scripts_gets_one_page_with_all(scripts: Client) -> None:
    del scripts.cookies[SCRIPTS_COOKIE]
    assert cells(look(scripts, LIST), "Id")


@pytest.mark.usefixtures("sharing")
def test_what_one_has_read_comes_to_the_next_with_the_frame(scripts: Client) -> None:
    look(scripts, LIST, headers=FRAGMENT)
    with CaptureQueriesContext(connections["lab"]) as asked:
        assert cells(look(scripts, LIST), "Id")
    # Which transactions are open.
    assert len(asked) <= 1


@pytest.mark.usefixtures("sharing")
def test_a_viewer_is_not_given_the_statements_that_an_admin_reads(scripts: Client, viewer: Client) -> None:
    query = f"{LIST}?statement=information_schema&sort=statement"
    look(scripts, query, headers=FRAGMENT)
    shown = cells(look(viewer, query, headers=FRAGMENT), "Statement")
    assert not any("'" in statement for statement in shown)
