"""What is offered in the box of the restriction: words, and values of the jobs that somebody may see."""

import pytest
from bs4 import BeautifulSoup
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.http import urlencode

from tests.jobs.planting import Planted
from tests.lab import Lab
from tests.pages import look, text_of
from tests.statements import verbs

COMPLETIONS = "/jobs/completions/"
BOB = 'USER = "bo'


def offered(client: Client, text: str, **more: str | int) -> BeautifulSoup:
    return look(client, f"{COMPLETIONS}?{urlencode({'restriction': text, **more})}")


def texts(found: BeautifulSoup) -> list[str]:
    return [str(one["data-text"]) for one in found.select("[role=option]")]


def numbers(found: BeautifulSoup) -> list[tuple[str, str]]:
    return [(str(one["data-text"]), text_of(one.span)) for one in found.select("[role=option]")]


def test_values_are_offered_with_their_numbers(planted: Planted, viewer: Client) -> None:
    for number, host in enumerate(("gpu1", "gpu2", "gpu2", 'o"d\\d<b>')):
        planted.row(key_hash=str(number) * 32, host=host)
    found = numbers(offered(viewer, "host = ", schema=planted.schema))
    assert found == [('"gpu2"', "2"), ('"gpu1"', "1"), ('"o\\"d\\\\d<b>"', "1")]
    assert texts(offered(viewer, 'host = "gpu1', schema=planted.schema)) == ['"gpu1"']


def test_values_are_of_the_jobs_of_the_other_filters(planted: Planted, viewer: Client) -> None:
    planted.row(key_hash="1" * 32, user="alice@a", status="error")
    planted.row(key_hash="2" * 32, user="bob@b", status="reserved")
    assert texts(offered(viewer, "user = ", schema=planted.schema, status="reserved")) == ['"bob@b"']
    assert texts(offered(viewer, "status = ", schema=planted.schema, user="alice")) == ['"error"']
    assert sorted(texts(offered(viewer, "status = ", schema=planted.schema, status="error"))) == [
        '"error"',
        '"reserved"',
    ]


def test_it_says_where_only_a_part_of_the_list_was_looked_at(
    planted: Planted, viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted.failed(3)
    monkeypatch.setattr("jobs.listing.values.LEAST_ROWS", 1)
    said = []
    for most in (4, 3):
        monkeypatch.setattr("jobs.listing.values.MOST_ROWS", most)
        found = offered(viewer, "table_name = ", schema=planted.schema, newer=f"{5000 + most}d")
        said.append(text_of(found.select_one(".heading")))
    assert said == ["Values of table_name in this list", "Values of table_name in a part of this list"]


def test_numbers_are_offered_as_such(planted: Planted, viewer: Client) -> None:
    planted.row(pid=12)
    assert texts(offered(viewer, "pid IN (", schema=planted.schema)) == ["12"]


@pytest.mark.parametrize("column", ["error_message", "error_stack", "key", "key_hash"])
def test_no_values_of_what_may_hold_a_secret_are_offered(
    planted: Planted, viewer: Client, admin: Client, column: str
) -> None:
    planted.row(error_message="password=sw0rdfish")
    assert [texts(offered(client, f"{column} = ", schema=planted.schema)) for client in (viewer, admin)] == [[], []]


def test_values_do_not_tell_what_a_search_may_not(planted: Planted, viewer: Client, operator: Client) -> None:
    planted.row(error_message="password=sw0rdfish", host="gpu1")
    found = [texts(offered(who, "host = ", schema=planted.schema, message="sw0rd")) for who in (viewer, operator)]
    assert found == [[], ['"gpu1"']]


def test_the_place_in_the_text_counts(lab: Lab, viewer: Client) -> None:
    found = offered(viewer, "sta AND pid = 3", at=3)
    assert texts(found)[0] == "status"
    assert (found.div["data-start"], found.div["data-end"]) == ("0", "3")  # type: ignore[index]


@pytest.mark.parametrize("more", [{"at": "-1"}, {"at": "9" * 99}, {"at": "x"}, {"newer": "soon"}, {"kye": "1"}, {}])
@pytest.mark.parametrize("text", ["", "'" * 71_000, "\x00", "host = '🧠", "pid = 3;", "\\", "user = \u202e"])
def test_anything_may_be_asked_for(planted: Planted, viewer: Client, text: str, more: dict[str, str]) -> None:
    planted.row()
    offered(viewer, text, schema=planted.schema, **more)


def test_the_filter_is_said_where_it_can_be_read(planted: Planted, viewer: Client) -> None:
    found = offered(viewer, "pid>3", schema=planted.schema)
    assert text_of(found.select_one(".reads")) == f"Reads: All jobs in schema {planted.schema} where pid > 3."
    assert offered(viewer, "pid>").select(".reads") == []


def test_looking_for_words_asks_the_server_nothing(lab: Lab, viewer: Client) -> None:
    look(viewer, "/jobs/")
    with CaptureQueriesContext(connections["lab"]) as asked:
        offered(viewer, "sta")
    assert len(asked) == 0


def test_looking_for_values_writes_nothing(planted: Planted, viewer: Client) -> None:
    with CaptureQueriesContext(connections["lab"]) as asked:
        offered(viewer, "host = ", schema=planted.schema)
    assert verbs(asked) <= {"SELECT", "SHOW"}


def test_a_stranger_is_offered_nothing(lab: Lab, stranger: Client) -> None:
    look(stranger, COMPLETIONS, status=403)


def test_connections_have_their_own(lab: Lab, viewer: Client) -> None:
    lab.idle("bob")
    found = look(viewer, f"/connections/completions/?{urlencode({'restriction': BOB})}")
    assert texts(found) == ['"bob"']
    for column in ("INFO", "ID", "TIME"):
        assert texts(look(viewer, f"/connections/completions/?{urlencode({'restriction': f'{column} = '})}")) == []
