"""The page of errors: groups, their numbers, tabs, filters, the three empty pages, and how much it asks."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.listing.failures import cells as counted
from jobs.listing.failures import grouping, shared
from jobsite.accounts.database_users import link
from jobsite.accounts.models import Account
from jobsite.lab.shared_answers import forget
from jobsite.pages.frames import SCRIPTS_COOKIE
from tests.jobs.planting import Planted
from tests.lab import Lab, eventually
from tests.pages import FRAGMENT, cells, look, notices, text_of
from tests.server import SERVER
from tests.statements import verbs

ERRORS = "/errors/"


def titles(found: BeautifulSoup) -> list[str]:
    """Return what the links to the groups say."""
    return [text_of(link) for link in found.select("a.group")]


def tabs(found: BeautifulSoup) -> dict[str, str]:
    """Return the numbers on the tabs: jobs, then groups."""
    return {str(tab["id"]).removeprefix("tab_"): text_of(tab).split(" ", 1)[1] for tab in found.select(".tabs a")}


def summary(found: BeautifulSoup) -> str:
    """Return the sentence that begins the page, also where it comes for its place."""
    return text_of(found.select_one("#error_summary, [hx-swap-oob]"))


def plant(planted: Planted, message: str, *hours: float, **values: object) -> None:
    """Plant failed jobs of one message, each so many hours old."""
    for number, age in enumerate(hours):
        key_hash = f"{abs(hash(message)) % 10**8:08}{number:024}"
        planted.row(key_hash=key_hash, error_message=message, **values)
        SERVER.sql(
            f"UPDATE {planted.where} SET timestamp = NOW() - INTERVAL %s SECOND WHERE key_hash = %s",
            [round(age * 3600), key_hash],
        )


# --- Groups -----------------------------------------------------------------------------------------------------------


def test_jobs_that_failed_in_one_way_are_one_row(lab: Lab, viewer: Client) -> None:
    schema = lab.failed(m1="value", m2="value", m3="chained")
    found = look(viewer, f"{ERRORS}?schema={schema}")
    assert titles(found) == ["ValueError", "OwnError"]
    assert cells(found, "Jobs") == ["2", "1"]


def test_a_row_says_the_message_the_own_frame_and_where(failed_jobs: str, viewer: Client) -> None:
    found = look(viewer, f"{ERRORS}?schema={failed_jobs}&restriction=error_message+LIKE+'%25empty%25'")
    (what,) = cells(found, "Problem")
    assert what.startswith("ValueError the trace is empty analyse · pipeline.py")
    assert cells(found, "Where")[0].startswith("Score alice")


def test_what_varies_in_a_message_stands_as_a_grey_word(planted: Planted, viewer: Client) -> None:
    plant(planted, "IndexError: index 7 is out of bounds", 1)
    found = look(viewer, f"{ERRORS}?schema={planted.schema}")
    assert [text_of(word) for word in found.select(".groups var")] == ["n"]


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ("A1 (9 V), A2 (8 V), A3 (7 V), A4 (6 V)", "bad: id ( n V), …"),
        ("A1 (9 V), A2 (8 V)", "bad: id ( n V), id ( n V)"),
        ("A1 (9 V), A2 (8 V), A3 (7 V), A4 (6 V) failed", "bad: id ( n V), … id ( n V) failed"),
    ],
)
def test_the_same_words_again_and_again_stand_once(planted: Planted, viewer: Client, values: str, shown: str) -> None:
    plant(planted, f"ValueError: bad: {values}", 1)
    assert text_of(look(viewer, f"{ERRORS}?schema={planted.schema}").select_one(".line1")) == f"ValueError {shown}"


def test_the_page_begins_with_the_number_of_groups_and_the_worst_one(lab: Lab, viewer: Client) -> None:
    schema = lab.failed(m1="value", m2="value", m3="chained")
    said = summary(look(viewer, f"{ERRORS}?schema={schema}"))
    assert said.startswith("3 jobs failed: 2 problems.")
    assert said.endswith("Worst: ValueError in Score, 2 jobs.")


@pytest.mark.parametrize(
    ("words", "numbers"),
    [("", ["6", "1", "3", "5"]), ("&newer=2d", ["4", "1", "3", "4"]), ("&user=ali", ["6", "1", "3", "5"])],
)
def test_a_number_leads_to_exactly_the_jobs_that_it_counts(
    planted: Planted, viewer: Client, words: str, numbers: list[str]
) -> None:
    plant(planted, "ValueError: bad", 0.5, 5, 23, 25, 100, 200)
    plant(planted, "KeyError: 'x'", 0.1)
    found = look(viewer, f"{ERRORS}?schema={planted.schema}{words}")
    row = next(row for row in found.select(".groups tbody tr") if text_of(row.a) == "ValueError")
    links = [cell.a for cell in row.select("td.cell")]
    assert [text_of(link) for link in links] == numbers
    listed = [look(viewer, str(link["href"])) for link in links if link]
    assert [notices(one) for one in listed] == [[]] * 4
    assert [str(len(cells(one, "Age"))) for one in listed] == numbers


def test_what_is_new_since_the_last_visit_stands_first(planted: Planted, viewer: Client) -> None:
    plant(planted, "ValueError: old", 10, 11, 12)
    plant(planted, "KeyError: 'new'", 1)
    now = timezone.now()
    Account.objects.create(user=User.objects.get(username="vera"), seen_at=now, last_visit_at=now - timedelta(hours=5))
    found = look(viewer, f"{ERRORS}?schema={planted.schema}")
    assert titles(found) == ["KeyError", "ValueError"]
    assert [text_of(row.select_one(".new") or row.a) for row in found.select(".groups tbody tr")] == [
        "new",
        "ValueError",
    ]
    assert "1 problem is new since your last visit, with 1 job. Worst: KeyError in Score, 1 job." in summary(found)


def test_in_the_first_visit_nothing_is_called_new(planted: Planted, viewer: Client) -> None:
    plant(planted, "KeyError: 'new'", 1)
    found = look(viewer, f"{ERRORS}?schema={planted.schema}")
    assert (found.select(".new"), "new" in summary(found)) == ([], False)


def test_a_window_without_a_job_is_no_link(planted: Planted, viewer: Client) -> None:
    plant(planted, "ValueError: bad", 100)
    found = look(viewer, f"{ERRORS}?schema={planted.schema}")
    assert cells(found, "1 h") == ["· 0"]
    assert found.select('td[data-label="1 h"] a') == []


def test_the_days_are_bars_that_say_themselves(planted: Planted, viewer: Client) -> None:
    plant(planted, "ValueError: bad", 1, 2, 25)
    (bars,) = look(viewer, f"{ERRORS}?schema={planted.schema}").select("svg.bars")
    assert bars["aria-label"] == "By day, the last 7: 0, 0, 0, 0, 0, 1, 2"
    assert [bar["x"] for bar in bars.select("rect")] == ["60", "72"]
    assert bars.select("[style]") == []


def test_a_job_without_message_and_stack_has_a_row_too(planted: Planted, viewer: Client) -> None:
    plant(planted, "", 1)
    assert titles(look(viewer, f"{ERRORS}?schema={planted.schema}")) == ["Error"]


@pytest.mark.parametrize(
    "message", ["\x1b[2Jwiped", "<script>alert(1)</script>", "a\nb\n" * 400, "🧠" * 500, "%s %d %(x)s", "\u202eabc"]
)
def test_a_hostile_message_is_shown_as_text(planted: Planted, viewer: Client, message: str) -> None:
    plant(planted, f"ValueError: {message}"[:2000], 1)
    found = look(viewer, f"{ERRORS}?schema={planted.schema}")
    assert titles(found) == ["ValueError"]
    assert found.select(".groups script") == []


def test_a_password_in_a_message_is_masked(planted: Planted, viewer: Client) -> None:
    plant(planted, "ConnectionError: mysql://alice:s3cret-pw@db/lab refused", 1)
    assert "s3cret-pw" not in str(look(viewer, f"{ERRORS}?schema={planted.schema}"))


def test_reservations_of_workers_that_are_gone_are_told_beside_what_was_interrupted(
    planted: Planted, viewer: Client
) -> None:
    planted.row(key_hash="b" * 32, status="reserved", user="bob@localhost", connection_id=1, pid=1, host="elsewhere")
    address = f"{ERRORS}?schema={planted.schema}"
    (said,) = look(viewer, f"{address}&kind=interrupted").select(".left-behind")
    assert text_of(said).startswith("1 reservation was left behind by workers that are gone : Score.")
    assert said.a is not None
    assert len(cells(look(viewer, str(said.a["href"])), "Age")) == 1
    assert look(viewer, address).select(".left-behind") == []


# --- Tabs and filters -------------------------------------------------------------------------------------------------


def test_tabs_part_failures_from_what_was_interrupted_or_will_pass(planted: Planted, viewer: Client) -> None:
    plant(planted, "ValueError: bad", 1, 2)
    plant(planted, "SystemExit: SIGTERM received", 1)
    plant(planted, "LostConnectionError: Server connection lost", 1)
    address = f"{ERRORS}?schema={planted.schema}"
    assert tabs(look(viewer, address)) == {
        "failed": "2 1 problem",
        "interrupted": "1 1 problem",
        "transient": "1 1 problem",
        "all": "4 3 problems",
    }
    assert titles(look(viewer, address)) == ["ValueError"]
    assert titles(look(viewer, f"{address}&kind=interrupted")) == ["SystemExit"]
    assert titles(look(viewer, f"{address}&kind=transient")) == ["LostConnectionError"]
    assert len(titles(look(viewer, f"{address}&kind=all"))) == 3


def test_the_filter_says_itself_and_stays_in_the_links(failed_jobs: str, viewer: Client) -> None:
    found = look(viewer, f"{ERRORS}?schema={failed_jobs}&user=ali&newer=24h")
    said = text_of(found.select_one(".says"))
    assert said.startswith(f"Failed jobs in schema {failed_jobs}, of users containing “ali”, from the last 1 d.")
    listed = look(viewer, str(found.select('td[data-label="Jobs"] a')[0]["href"]))
    said = text_of(listed.select_one(".says"))
    assert said.startswith(f"Failed jobs in schema {failed_jobs}, of users containing “ali”, later than 20")


@pytest.mark.parametrize(
    "query",
    [
        "kind=odd",
        "newer=soon",
        "restriction=a",
        "kye=1",
        "sort=jobs",
        "user=a&user=b",
        "user=%00",
        "group=1-6f0c2a9b41d3",
    ],
)
def test_a_filter_that_cannot_be_read_shows_no_group_and_says_what_to_do(
    failed_jobs: str, viewer: Client, query: str
) -> None:
    found = look(viewer, f"{ERRORS}?{query}")
    assert titles(found) == []
    assert len(notices(found)) == 1


@pytest.mark.parametrize("query", ["after=x", "before=99", "last=1", "page=3", "user=%25%27%22%60%5C"])
def test_odd_pages_and_searches_are_taken_calmly(failed_jobs: str, viewer: Client, query: str) -> None:
    look(viewer, f"{ERRORS}?{query}")


def test_more_groups_than_a_page_has_are_on_the_next(planted: Planted, viewer: Client) -> None:
    for number in range(52):
        plant(planted, f"{chr(65 + number // 26)}{chr(97 + number % 26)}Error: bad", 1)
    found = look(viewer, f"{ERRORS}?schema={planted.schema}")
    (link,) = found.select("#next_page")
    assert (len(titles(found)), len(titles(look(viewer, f"{ERRORS}{link['href']}")))) == (50, 2)


def test_mine_shows_what_is_of_the_database_users_that_the_reader_has_linked(planted: Planted, viewer: Client) -> None:
    plant(planted, "ValueError: bad", 1, user="alice@localhost")
    plant(planted, "KeyError: 'x'", 1, 2, user="bob@localhost")
    link(User.objects.get(username="vera"), ["bob"])
    found = look(viewer, f"{ERRORS}?schema={planted.schema}&mine=1")
    assert titles(found) == ["KeyError"]
    (link_to_jobs,) = found.select('td[data-label="Jobs"] a')
    assert len(cells(look(viewer, str(link_to_jobs["href"])), "Age")) == 2


def test_who_has_linked_no_database_user_is_led_to_where_that_is_done(failed_jobs: str, viewer: Client) -> None:
    assert viewer.get(f"{ERRORS}?mine=1").headers["Location"].startswith("/account/")


# --- Parts ------------------------------------------------------------------------------------------------------------


def test_htmx_gets_the_fragment_with_the_sentence_for_its_place(failed_jobs: str, viewer: Client) -> None:
    found = look(viewer, f"{ERRORS}?schema={failed_jobs}", headers=FRAGMENT)
    assert [tag["id"] for tag in found.find_all(recursive=False)] == ["error_list"]
    (sentence,) = found.select("[hx-swap-oob]")
    assert text_of(sentence).startswith("2 jobs failed: 2 problems.")


@pytest.fixture
def many(planted: Planted, sharing: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of more jobs than a page has time for, and than are read behind it."""
    monkeypatch.setattr(grouping, "FEW", 10)
    monkeypatch.setattr(counted, "WINDOW_ROWS", 100)
    monkeypatch.setattr(shared, "LOOK_S", 0.0)
    monkeypatch.setattr(shared, "BEHIND_S", 0.0)
    planted.failed(250)
    return f"{ERRORS}?schema={planted.schema}"


def looked_at(found: BeautifulSoup) -> str:
    """Return what the page says of how much it has looked at."""
    return text_of(found.select_one(".says")).partition(". ")[2].partition(" Look again")[0]


def test_a_part_says_of_how_many_jobs_it_is_and_leads_to_another_look(many: str, viewer: Client) -> None:
    found = look(viewer, many)
    assert looked_at(found).startswith("Looked at 100 of at least 250 errors so far: every number may be too small.")
    (link,) = found.select(".says noscript a")
    assert (text_of(link), link["href"]) == ("Look again", many)
    assert summary(found).startswith("At least 100 jobs failed: 1 problem.")


def test_who_asks_for_the_rest_gets_an_empty_answer_until_there_is_news(
    many: str, viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask_again(shown: Tag) -> tuple[int, str]:
        headers = FRAGMENT | {"if-none-match": str(shown["data-version"])}
        answer = viewer.get(str(shown["data-again"]), headers=headers)
        return answer.status_code, answer.content.decode()

    look(viewer, many)
    eventually(lambda: all(one.name != "behind pages" for one in threading.enumerate()), "the end of the reading")
    (part,) = look(viewer, many, headers=FRAGMENT).select("#error_list")
    assert ask_again(part) == (204, "")
    monkeypatch.setattr(shared, "BEHIND_S", 20.0)
    forget()
    eventually(lambda: "data-again" not in ask_again(part)[1], "the whole")
    status, whole = ask_again(part)
    assert (status, summary(BeautifulSoup(whole, "html.parser"))[:16]) == (200, "250 jobs failed:")


def test_the_frame_asks_the_labs_server_nothing_and_leads_to_the_groups(failed_jobs: str, viewer: Client) -> None:
    viewer.cookies[SCRIPTS_COOKIE] = "1"
    address = f"{ERRORS}?schema={failed_jobs}"
    with CaptureQueriesContext(connections["lab"]) as asked:
        found = look(viewer, address)
    assert (len(asked), titles(found), summary(found)) == (0, [], "")
    assert str(found.select("#error_list")[0]["hx-get"]) == address


def test_looking_writes_nothing(failed_jobs: str, viewer: Client) -> None:
    with CaptureQueriesContext(connections["lab"]) as asked:
        look(viewer, ERRORS)
    assert verbs(asked) <= {"SELECT", "SHOW"}


@pytest.mark.parametrize("schemas", [2, 50])
def test_fifty_schemas_are_asked_in_as_many_statements_as_two(lab: Lab, viewer: Client, schemas: int) -> None:
    first = lab.failed(m1="value")
    for _ in range(schemas - 1):
        other = lab.schema()
        SERVER.sql(f"CREATE TABLE `{other}`.`~jobs` LIKE `{first}`.`~jobs`")
    look(viewer, ERRORS)  # connects
    with CaptureQueriesContext(connections["lab"]) as asked:
        look(viewer, ERRORS)
    assert len(asked) <= 12


def test_the_page_says_how_much_it_has_looked_at_and_when(failed_jobs: str, viewer: Client) -> None:
    found = look(viewer, f"{ERRORS}?schema={failed_jobs}")
    assert "2 jobs and 2 tracebacks were looked at." in text_of(found.select_one(".says"))
    assert text_of(found.select_one(".read")).startswith("read at ")


# --- Who may look, and empty pages ------------------------------------------------------------------------------------


def test_a_stranger_is_told_whom_to_ask(stranger: Client) -> None:
    assert "ask an admin" in text_of(look(stranger, ERRORS, status=403).main)


def test_nobody_in_particular_has_to_log_in(anonymous: Client) -> None:
    assert anonymous.get(ERRORS).headers["Location"] == "/login/?next=/errors/"


def test_posting_is_no_way_in(viewer: Client) -> None:
    assert viewer.post(ERRORS).status_code == 405


def test_errors_stand_among_the_pages(failed_jobs: str, viewer: Client) -> None:
    found = look(viewer, ERRORS)
    assert [text_of(link) for link in found.select("nav a[aria-current=page]")] == ["Errors"]


def test_where_no_pipeline_has_been_populated_that_is_said(lab: Lab, viewer: Client) -> None:
    with SERVER.without_grants():
        found = look(viewer, ERRORS)
    assert "sees no jobs table" in text_of(found.select_one(".empty"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("user=nobody", "No failed job matches. Reset filters"),
        ("kind=transient", "No job failed so. The other tabs have 1 problem."),
    ],
)
def test_where_no_group_is_shown_it_is_said_why(planted: Planted, viewer: Client, words: str, said: str) -> None:
    plant(planted, "ValueError: bad", 1)
    found = look(viewer, f"{ERRORS}?schema={planted.schema}&{words}")
    assert text_of(found.select_one(".empty")) == said
