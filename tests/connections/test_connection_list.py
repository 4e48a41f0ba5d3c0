"""The list of connections: page, fragment, filters, sorting, bad input, what each holds, who may look."""

import pytest
from bs4 import BeautifulSoup
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.connections.test_killing import busy
from tests.lab import TRANSACTIONS_KEPT_S, Lab, eventually
from tests.pages import FRAGMENT, cells, headers_of, labels_of_rows, look, notices, page, text_of
from tests.server import SERVER, SITE
from tests.statements import verbs

LIST = "/connections/"


def ids(client: Client, query: str) -> list[int]:
    """Return the ids of the connections a filter lists."""
    return [int(number) for number in cells(look(client, f"{LIST}?{query}"), "Id")]


def row_of(found: BeautifulSoup, thread: int) -> dict[str, str]:
    """Return the cells of one connection by their column."""
    for row in found.select("tbody tr"):
        told = {str(cell["data-label"]): text_of(cell) for cell in row.select("td")}
        if told["Id"] == str(thread):
            return told
    raise AssertionError(f"Connection {thread} is not listed.")


@pytest.mark.parametrize("person", ["viewer", "operator"])
def test_each_cell_is_labelled_and_classed_as_its_column(lab: Lab, person: str, request: pytest.FixtureRequest) -> None:
    lab.idle()
    found = look(request.getfixturevalue(person), f"{LIST}?user=bob")
    assert labels_of_rows(found) == [headers_of(found)]


def test_a_connection_tells_who_where_and_what(lab: Lab, viewer: Client) -> None:
    driver, thread = lab.idle()
    driver.query(f"USE `{lab.schema()}`")
    told = row_of(look(viewer, f"{LIST}?user=bob"), thread)
    assert [told["User"], told["Schema"], told["Command"], told["Statement"]] == ["bob", lab.names[0], "Sleep", ""]
    assert told["Host"].startswith("127.0.0.1:")


def test_htmx_gets_the_fragment(lab: Lab, viewer: Client) -> None:
    found = look(viewer, LIST, headers=FRAGMENT)
    assert found.html is None
    assert [tag["id"] for tag in found.find_all(recursive=False)] == ["connection_list"]


@pytest.mark.parametrize(
    ("matching", "other"),
    [
        ("user=BO", "user=nobody"),
        ("host=127.0.0", "host=10.1."),
        ("schema=LAB_", "schema=elsewhere"),
        ("command=sleep", "command=Binlog"),
        ("longer=0", "longer=7d"),
        ("id={thread}", "id=1{thread}"),
        ("id=1, {thread} 3", "id=1,2"),
    ],
)
def test_each_filter_narrows_the_list(lab: Lab, viewer: Client, matching: str, other: str) -> None:
    driver, thread = lab.idle()
    driver.query(f"USE `{lab.schema()}`")
    matching, other = matching.format(thread=thread), other.format(thread=thread)
    if "longer" in matching:
        eventually(lambda: thread in ids(viewer, "user=bob&longer=0"), "a second in its state")
    assert thread in ids(viewer, matching)
    assert thread not in ids(viewer, other)


def test_a_statement_s_time_is_filtered_by(lab: Lab, viewer: Client) -> None:
    with busy() as (thread, _):
        eventually(lambda: thread in ids(viewer, "command=query&longer=0"), "a second in its state")
        assert thread not in ids(viewer, "command=query&longer=1h")


def test_a_statement_and_a_state_are_filtered_by(lab: Lab, admin: Client) -> None:
    with busy(statement="SELECT SLEEP(60), 'Needle'") as (thread, _):
        state = row_of(look(admin, LIST), thread)["State"]
        assert state
        for query in ("statement=needle", f"statement=sleep(60)&state={state}"):
            assert ids(admin, query) == [thread]
        assert ids(admin, "statement=needles") == []
        assert thread not in ids(admin, "state=no such state")


WORDS = ("SLEEP(", "plain", "sw0rd", "mysql:")


def test_a_search_for_a_statement_does_not_tell_what_is_hidden(lab: Lab, viewer: Client, admin: Client) -> None:
    with busy(statement="SELECT SLEEP(60), 'mysql://root:sw0rdfish@db/x', 'plain'") as (thread, _):
        found = {word: (ids(viewer, f"statement={word}"), ids(admin, f"statement={word}")) for word in WORDS}
    assert found == {"SLEEP(": ([thread], [thread]), "plain": ([], [thread]), "sw0rd": ([], []), "mysql:": ([], [])}


@pytest.mark.parametrize("text", ["x", "1.5", "-1", "9" * 30, "١"])
def test_what_is_no_id_is_said(lab: Lab, viewer: Client, text: str) -> None:
    found = look(viewer, f"{LIST}?id={text}")
    assert notices(found) == [f"“{text}” is no id of a connection: write 123, or 123, 124. Correct it to see the list."]


def test_a_number_of_thousands_of_digits_is_refused_too(lab: Lab, viewer: Client) -> None:
    found = look(viewer, f"{LIST}?id={'0' * 4400}1{'2' * 30}")
    assert len(notices(found)) == 1
    assert cells(found, "Id") == []


@pytest.mark.parametrize("query", ["key=1", "restriction=TIME", "sort=no", "user=a&user=b"])
def test_an_unknown_word_lists_nothing_and_offers_to_reset(lab: Lab, admin: Client, query: str) -> None:
    found = look(admin, f"{LIST}?{query}")
    assert (cells(found, "Id"), len(notices(found))) == ([], 1)
    assert text_of(found.select_one(".says a")) == "Reset filters"
    assert found.select('button[name="target"]') == []


def test_all_that_match_are_listed_page_by_page(lab: Lab, viewer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobsite.pages.paging.PER_PAGE", 2)
    threads = [lab.idle()[1] for _ in range(5)]
    pages = [look(viewer, f"{LIST}?user=bob&sort=id&after={number}") for number in (0, 2, 4)]
    assert [list(map(int, cells(found, "Id"))) for found in pages] == [threads[:2], threads[2:4], threads[4:]]
    assert {text_of(found.select_one(".says")) for found in pages} == {
        "All connections of users containing “bob”. 5 found. Reset filters"
    }


def test_the_filter_says_itself_in_a_sentence(lab: Lab, viewer: Client) -> None:
    found = look(viewer, f"{LIST}?user=nobody&host=gpu&schema=lab&command=Sleep&longer=10m")
    assert text_of(found.select_one(".says")) == (
        "All connections of users containing “nobody”, from hosts containing “gpu”, in schemas containing “lab”, "
        "with commands containing “Sleep”, in their state for more than 10 min. 0 found. Reset filters"
    )


@pytest.mark.parametrize("sort", ["id", "user", "host", "schema", "command", "time", "state", "statement"])
def test_each_column_sorts_both_ways(lab: Lab, viewer: Client, sort: str) -> None:
    threads = {lab.idle()[1] for _ in range(3)}
    for way in ("", "-"):
        assert threads <= set(ids(viewer, f"sort={way}{sort}"))


def test_connections_without_a_schema_stand_last_whichever_way_they_are_sorted(lab: Lab, viewer: Client) -> None:
    (_, none), (first, one), (second, two) = (lab.idle() for _ in range(3))
    schema, other = sorted([lab.schema(), lab.schema()])
    first.query(f"USE `{schema}`")
    second.query(f"USE `{other}`")
    assert [ids(viewer, f"user=bob&sort={way}schema") for way in ("", "-")] == [[one, two, none], [two, one, none]]


def test_connections_that_are_the_same_in_a_column_are_sorted_by_id(lab: Lab, viewer: Client) -> None:
    threads = sorted(lab.idle()[1] for _ in range(3))
    assert [ids(viewer, f"user=bob&sort={way}command") for way in ("", "-")] == [threads, threads]


def test_sorting_by_host_descending_orders_as_datajoint_s_own_tool_does(lab: Lab, viewer: Client) -> None:
    for _ in range(3):
        lab.idle()
    hosts = cells(look(viewer, f"{LIST}?user=bob&sort=-host"), "Host")
    assert hosts == sorted(hosts, reverse=True)


@pytest.mark.parametrize("query", ["sort=nothing", "sort=--id", "page=0", "page=x", "page=99", "user=%00%25_'\"`\\"])
def test_odd_pages_sorts_and_searches_are_taken_calmly(lab: Lab, viewer: Client, query: str) -> None:
    look(viewer, f"{LIST}?{query}")


@pytest.mark.parametrize("longer", ["soon", "-1", "99999999999w", "1.5h"])
def test_a_time_that_cannot_be_read_lists_nothing_and_says_what_to_do(lab: Lab, viewer: Client, longer: str) -> None:
    found = look(viewer, f"{LIST}?longer={longer}")
    assert cells(found, "Id") == []
    (said,) = notices(found)
    assert said.endswith("is not a length of time: write 90s, 15m, 24h, 7d or 2w. Correct it to see the list.")


def test_a_filter_that_matches_nothing_offers_to_reset_it(lab: Lab, viewer: Client) -> None:
    found = look(viewer, f"{LIST}?user=nobody-of-this-name")
    assert text_of(found.select_one(".empty")) == "No connection matches. Reset filters"


def test_a_connection_that_holds_a_job_says_which_and_marks_its_open_transaction(lab: Lab, viewer: Client) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    lab.start_waiting(schema, user="bob")
    ((thread,),) = SERVER.sql(f"SELECT connection_id FROM `{schema}`.`~jobs`")
    found = look(viewer, f"{LIST}?user=bob")
    told = row_of(found, thread)
    assert told["Holds"].startswith("Score subject=m1, session=1 transaction ")
    assert int(told["Holds"].split()[-2]) < 60  # seconds, whatever the server's zone
    link = found.select_one('td[data-label="Holds"] a')
    assert link is not None
    assert text_of(look(viewer, str(link["href"])).select_one(".status")) == "reserved"


def test_an_open_transaction_is_marked_without_a_job_with_what_it_has_written(lab: Lab, viewer: Client) -> None:
    driver, thread = lab.idle()
    schema = lab.failed(m1="value")
    driver.query("START TRANSACTION READ WRITE")
    driver.query(f"INSERT INTO `{schema}`.recording VALUES ('x', 1, '')")

    def holds() -> str:
        return row_of(look(viewer, f"{LIST}?user=bob"), thread)["Holds"]

    written = "the row it has written to be told"
    eventually(lambda: holds().endswith(", 1 row written"), written, pause_s=TRANSACTIONS_KEPT_S)
    assert holds().startswith("transaction ")


def test_the_site_s_own_connection_is_marked_and_has_no_checkbox(lab: Lab, admin: Client) -> None:
    found = look(admin, f"{LIST}?user={SITE}")
    assert cells(found, "Id")
    assert found.select('input[name="connection"]') == []
    assert found.select_one('[title="Cannot be killed: Jobsite’s own"]') is not None


def test_a_viewer_is_shown_no_checkboxes_and_no_buttons(lab: Lab, viewer: Client) -> None:
    lab.idle()
    assert look(viewer, LIST).select('input[name="connection"], .acts button') == []


def test_an_admin_selects_and_nothing_is_selected_before(lab: Lab, admin: Client) -> None:
    lab.idle()
    boxes = look(admin, f"{LIST}?user=bob").select('input[name="connection"]')
    assert boxes != []
    assert [box for box in boxes if box.has_attr("checked")] == []


def test_markup_in_a_running_statement_shows_as_text(lab: Lab, admin: Client) -> None:
    with busy(statement="SELECT SLEEP(60), '<script>alert(1)</script>'") as (thread, _):
        found = look(admin, f"{LIST}?user=bob")
        assert "<script>alert(1)</script>" in row_of(found, thread)["Statement"]
        assert [script for script in found.select("script") if not script.get("src")] == []


def test_the_list_asks_the_same_few_questions_however_many_are_connected(lab: Lab, viewer: Client) -> None:
    look(viewer, LIST)  # connects
    numbers = []
    for _ in range(2):
        with CaptureQueriesContext(connections["lab"]) as asked:
            look(viewer, LIST)
        numbers.append(len(asked))
        lab.failed(m1="value")
        for _ in range(5):
            lab.idle()
    # The server, our grants, the connections, transactions, the jobs tables, reserved jobs.
    assert numbers in ([5, 6], [6, 6])


def test_the_keys_of_the_jobs_that_are_shown_take_one_question_more(lab: Lab, viewer: Client) -> None:
    lab.failed(m1="value")
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    look(viewer, LIST)  # connects
    numbers = []
    for begin in (lab.idle, lambda: lab.start_waiting(schema)):
        begin()
        with CaptureQueriesContext(connections["lab"]) as asked:
            look(viewer, LIST)
        numbers.append(len(asked))
    assert numbers == [6, 7]


def test_looking_changes_nothing(lab: Lab, viewer: Client) -> None:
    with CaptureQueriesContext(connections["lab"]) as asked:
        look(viewer, LIST)
    assert verbs(asked) <= {"SELECT", "SHOW"}


def test_without_the_privilege_only_its_own_are_shown_and_the_grant_is_named(lab: Lab, viewer: Client) -> None:
    _, thread = lab.idle()
    with SERVER.without("PROCESS"):
        found = look(viewer, LIST)
    assert thread not in [int(number) for number in cells(found, "Id")]
    assert f"GRANT PROCESS ON *.* TO '{SITE}'@'%';" in notices(found)[0]


def test_a_stranger_is_told_whom_to_ask(lab: Lab, stranger: Client) -> None:
    assert "ask an admin" in text_of(look(stranger, LIST, status=403).main)


def test_nobody_in_particular_has_to_log_in(lab: Lab, anonymous: Client) -> None:
    assert anonymous.get(LIST).headers["Location"] == f"/login/?next={LIST}"


def test_posting_to_the_list_is_no_way_in(lab: Lab, viewer: Client) -> None:
    response = viewer.post(LIST)
    assert response.status_code == 405
    assert cells(page(response), "Id") == []


def test_next_previous_last_and_first_lead_through_the_list(
    lab: Lab, viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobsite.pages.paging.PER_PAGE", 2)
    mine = sorted(lab.idle()[1] for _ in range(5))
    query = f"id={','.join(map(str, mine))}&sort=id"
    met: list[list[int]] = []
    for link in ("", "next_page", "next_page", "previous_page", "first_page", "last_page"):
        if link:
            (found,) = look(viewer, f"{LIST}?{query}").select(f"#{link}")
            query = str(found["href"]).removeprefix("?")
        met.append(ids(viewer, query))
    assert met == [mine[:2], mine[2:4], mine[4:], mine[2:4], mine[:2], mine[4:]]
