"""The pages of the list of jobs: how one goes on, where an address may begin, and what is said of one that cannot."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from tests.jobs.clearing import confirm, everything
from tests.jobs.planting import Planted
from tests.lab import Lab
from tests.pages import cells, look, notices, text_of
from tests.server import SERVER

JOBS = "/jobs/"
FEW = 2
NAMES = ["one", "two", "three", "four", "five"]
NUMBERED = "Pages of a list have no numbers any more: this is the first page."
NO_PLACE = "The address names no place in this list. This is the first page."


@pytest.fixture
def five(planted: Planted, monkeypatch: pytest.MonkeyPatch) -> str:
    """The schema of five failed jobs, a day between each, of which a page shows two."""
    monkeypatch.setattr("jobs.listing.page.PER_PAGE", FEW)
    for day, name in enumerate(NAMES):
        planted.row(
            table_name=f"__{name}",
            key_hash=f"{day:032x}",
            error_message=f"no {name}",
            timestamp=f"2026-11-2{day} 08:00:00",
        )
    return planted.schema


def messages(client: Client, query: str) -> list[str]:
    """Return the last words of the messages that are listed."""
    return [message.split()[-1] for message in cells(look(client, f"{JOBS}?{query}"), "Message")]


def tables(client: Client, query: str) -> list[str]:
    """Return the tables whose jobs are listed."""
    return [table.split()[0] for table in cells(look(client, f"{JOBS}?{query}"), "Table")]


def follow(client: Client, query: str, link: str) -> tuple[str, list[str]]:
    """Return the query of the link with this id, and what it lists."""
    (found,) = look(client, f"{JOBS}?{query}").select(f"#{link}")
    there = str(found["href"]).removeprefix("?")
    return there, messages(client, there)


def test_next_previous_last_and_first_lead_through_the_list(five: str, viewer: Client) -> None:
    first = f"schema={five}"
    assert messages(viewer, first) == ["five", "four"]
    second, shown = follow(viewer, first, "next_page")
    assert shown == ["three", "two"]
    assert follow(viewer, second, "next_page")[1] == ["one"]
    assert follow(viewer, second, "previous_page")[1] == ["five", "four"]
    last, shown = follow(viewer, second, "last_page")
    assert shown == ["two", "one"]
    assert follow(viewer, last, "previous_page")[1] == ["four", "three"]
    assert follow(viewer, last, "first_page") == (first, ["five", "four"])


def test_the_numbers_of_rows_stand_where_they_are_known(five: str, viewer: Client) -> None:
    def said(query: str) -> list[str]:
        return [text_of(found) for found in look(viewer, f"{JOBS}?{query}").select(".pager .range")]

    second, _ = follow(viewer, f"schema={five}", "next_page")
    assert [said(f"schema={five}"), said(second), said(f"schema={five}&last=1")] == [["1–2 of 5"], [""], ["4–5 of 5"]]


def test_numbers_are_written_with_commas(planted: Planted, operator: Client) -> None:
    planted.failed(1100)
    found = look(operator, f"{JOBS}?schema={planted.schema}&status=error")
    said = [text_of(found.select_one(one)) for one in ("#count_error", ".acts .number", ".pager .range")]
    assert said == ["1,100", "1,100", "1–50 of 1,100"]
    asked = confirm(operator, everything(operator, f"schema={planted.schema}&status=error"))
    assert "Type 1,100 to confirm" in text_of(asked.main)
    assert "50 of 1,100 are shown." in text_of(asked.main)
    assert text_of(asked.select_one("li")).startswith("1,100 failed")
    counts = look(operator, f"{JOBS}counts/?schema={planted.schema}&status=error")
    assert text_of(counts.select_one("[data-for=count_error]")) == "1,100"
    assert len(counts.select("[data-count='1100']")) == 1


def test_a_list_of_one_page_has_no_links_to_others(five: str, viewer: Client) -> None:
    assert look(viewer, f"{JOBS}?schema={five}&table=__one").select(".pager") == []


def test_another_order_or_tab_begins_at_its_beginning(five: str, viewer: Client) -> None:
    second, _ = follow(viewer, f"schema={five}", "next_page")
    found = look(viewer, f"{JOBS}?{second}")
    asked = [parse_qs(urlsplit(str(link["href"])).query) for link in found.select("thead a, .tabs a")]
    assert len(asked) > 5
    assert [query for query in asked if {"after", "before", "last", "from"} & query.keys()] == []


def test_a_page_of_which_all_jobs_are_gone_is_the_last_that_there_is(five: str, viewer: Client) -> None:
    second, _ = follow(viewer, f"schema={five}", "next_page")
    SERVER.sql(f"DELETE FROM `{five}`.`~jobs` WHERE table_name NOT IN ('__five', '__four')")
    assert messages(viewer, second) == ["five", "four"]


@pytest.mark.parametrize(
    ("query", "listed"),
    [
        ("from=2026-11-22", ["three", "two"]),
        ("from=2026-11-22 07:59", ["two", "one"]),
        ("from=2026-11-22 08:00", ["three", "two"]),
        ("from=0 s", ["five", "four"]),
        ("from=99 w", ["two", "one"]),
        ("sort=-age&from=2026-11-22", ["three", "four"]),
        ("sort=table&from=T", ["three", "two"]),
        ("sort=table&from=__tw", ["two"]),
        ("sort=-table&from=fo", ["four", "five"]),
        ("sort=-table&from=zebra", ["two", "three"]),
    ],
)
def test_one_goes_to_a_time_an_age_or_the_beginning_of_a_text(
    five: str, viewer: Client, query: str, listed: list[str]
) -> None:
    assert messages(viewer, f"schema={five}&{query}") == listed


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=soon", "“soon” is no time to go to: write 2026-11-26, 2026-11-26 08:00, or an age such as 3 d."),
        ("sort=connection&from=x", "“x” is no number to go to: write the id of a connection."),
        (f"sort=user&from={'x' * 101}", "To go to a text, write how it begins, in at most 100 letters."),
        ("sort=user&from=%00", "To go to a text, write how it begins, in at most 100 letters."),
    ],
)
def test_what_cannot_be_gone_to_is_said(five: str, viewer: Client, query: str, said: str) -> None:
    found = look(viewer, f"{JOBS}?schema={five}&{query}")
    assert (notices(found), bool(cells(found, "Table"))) == ([f"{said} This is the first page."], True)
    assert len(found.select("#jump_from")) == 1  # or nobody could


@pytest.mark.parametrize(
    "token",
    ["x", "a|b|c|d|is|2026-99-99", "a|b|c|d|is|%00", "a|b|c|d|was|x", "a|b|c|d|is|", "a|b|%00|d|is|2026-11-22"],
)
@pytest.mark.parametrize("word", ["after", "before"])
def test_a_place_that_cannot_be_read_is_said(five: str, viewer: Client, word: str, token: str) -> None:
    found = look(viewer, f"{JOBS}?schema={five}&{word}={token.replace('%', '%25')}")
    assert (notices(found), bool(cells(found, "Table"))) == ([NO_PLACE], True)


@pytest.mark.parametrize("token", ["a|b|🧠|🧠|is|🧠", "|||||", "lab|~jobs|é|é|is|é", "a|b|c|d|hidden|"])
@pytest.mark.parametrize("sort", ["table", "user", "message", "schema", "status"])
@pytest.mark.parametrize("charset", ["latin1", "utf8mb4"])
def test_a_place_that_nobody_wrote_is_taken_calmly(
    lab: Lab, operator: Client, charset: str, sort: str, token: str
) -> None:
    planted = Planted(lab.schema(charset=charset))
    planted.row(error_message="no spikes")
    mine = token.replace("lab|", f"{planted.schema}|").replace("a|b|", f"{planted.schema}|~jobs|")
    found = look(operator, f"{JOBS}?schema={planted.schema}&sort={sort}&after={mine}")
    assert cells(found, "Message") == ["no spikes"]


@pytest.mark.parametrize(("number", "said"), [("1", []), ("3", [NUMBERED]), ("x", [NUMBERED])])
def test_an_address_with_the_number_of_a_page_shows_the_first_and_says_so(
    five: str, viewer: Client, number: str, said: list[str]
) -> None:
    found = look(viewer, f"{JOBS}?schema={five}&page={number}")
    assert notices(found) == said
    assert len(cells(found, "Message")) == FEW


def test_a_message_with_a_secret_stands_in_no_address(five: str, operator: Client) -> None:
    SERVER.sql(f"UPDATE `{five}`.`~jobs` SET error_message = CONCAT('password=hunter2 of ', table_name)")
    first = f"schema={five}&sort=message"
    second, _ = follow(operator, first, "next_page")
    assert "hunter2" not in second
    assert [tables(operator, query) for query in (first, second)] == [["Five", "Four"], ["One", "Three"]]
    SERVER.sql(f"DELETE FROM `{five}`.`~jobs` WHERE table_name = '__four'")  # the place is not known any more
    assert tables(operator, second) == ["Five", "One"]
