"""The list of jobs: page, fragment, filters, bad input, who may look, and how much it asks."""

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jobs.models import Job
from jobs.templatetags.job_cells import address, names, path
from tests.jobs.planting import Planted
from tests.lab import Lab
from tests.pages import FRAGMENT, cells, headers_of, labels_of_rows, look, notices, text_of
from tests.server import SERVER
from tests.statements import more_for_connections, verbs

JOBS = "/jobs/"


def tabs(found: object) -> dict[str, int]:
    """Return the numbers on the status tabs."""
    return {text_of(tab).rsplit(" ", 1)[0]: int(text_of(tab.b)) for tab in found.select(".tabs a")}  # type: ignore[attr-defined]


def test_a_failed_job_shows_its_table_key_status_message_and_worker(failed_jobs: str, viewer: Client) -> None:
    found = look(viewer, f"{JOBS}?schema={failed_jobs}&message=empty")
    assert cells(found, "Table") == [f"Score {failed_jobs}"]
    assert cells(found, "Key") == ["subject= m1 session= 1"]
    assert cells(found, "Status") == ["error"]
    assert cells(found, "Message") == ["ValueError: the trace is empty"]


@pytest.mark.parametrize("person", ["viewer", "operator"])
def test_each_cell_is_labelled_and_classed_as_its_column(
    failed_jobs: str, person: str, request: pytest.FixtureRequest
) -> None:
    found = look(request.getfixturevalue(person), f"{JOBS}?schema={failed_jobs}")
    assert labels_of_rows(found) == [headers_of(found)] * 2


@pytest.mark.parametrize("name", ["__score", "", "..", "a/b~c\\d", "é ?&#%;=+", "//x"])
def test_a_row_leads_to_the_page_of_its_job(name: str) -> None:
    job = Job(table_name=name, key_hash="0" * 32)
    job.schema = f"lab{name}"
    assert reverse("jobs:job_list") + path(names(job)) == address(job)


def test_the_tabs_count_what_each_status_would_list(failed_jobs: str, viewer: Client) -> None:
    found = look(viewer, f"{JOBS}?schema={failed_jobs}")
    assert tabs(found) == {"Not done": 2, "Errors": 2, "Reserved": 0, "Ignored": 0}


def test_the_filter_says_itself_in_a_sentence(failed_jobs: str, viewer: Client) -> None:
    found = look(viewer, f"{JOBS}?schema={failed_jobs}&table=__score&status=error&user=ali&newer=24h&message=Über")
    assert text_of(found.select_one(".says")) == (
        f"Failed jobs in schema {failed_jobs}, of table Score, with a message containing “Über”,"
        " of users containing “ali”, from the last 1 d. Reset filters"
    )
    assert cells(found, "Message") == ["OwnError: no spikes: Überlänge 🧠"]


def test_htmx_gets_the_fragment_and_caches_keep_it_apart(failed_jobs: str, viewer: Client) -> None:
    response = viewer.get(JOBS, headers=FRAGMENT)
    assert "HX-Request" in response.headers["Vary"]
    found = look(viewer, JOBS, headers=FRAGMENT)
    assert found.html is None
    assert [tag["id"] for tag in found.find_all(recursive=False)] == ["job_list"]


def test_a_history_restore_gets_the_whole_page(lab: Lab, viewer: Client) -> None:
    found = look(viewer, JOBS, headers={**FRAGMENT, "HX-History-Restore-Request": "true"})
    assert found.html is not None


@pytest.mark.parametrize(
    "query",
    [
        "newer=soon",
        "older=-1",
        "older=99999999999w",
        "since=yesterday",
        "status=broken",
        "kye=1",
        "restriction=a",
        "sort=no",
        "user=a&user=b",
    ],
)
def test_a_filter_that_cannot_be_read_lists_nothing_and_says_what_to_do(
    failed_jobs: str, operator: Client, query: str
) -> None:
    found = look(operator, f"{JOBS}?{query}")
    assert cells(found, "Table") == []
    assert len(notices(found)) == 1
    assert "None" not in notices(found)[0]
    assert text_of(found.select_one(".says")) == "Reset filters"
    assert found.select('button[name="all"]') == []
    assert text_of(found.select_one("#job_list")).count("No job") == 0


@pytest.mark.parametrize("query", ["page=0", "page=99", "page=x", "sort=--age", "message=%00%25_'\"`\\"])
def test_odd_pages_sorts_and_searches_are_taken_calmly(failed_jobs: str, viewer: Client, query: str) -> None:
    look(viewer, f"{JOBS}?{query}")


@pytest.mark.parametrize("sort", ["status", "table", "schema", "message", "user", "host", "connection", "age"])
def test_each_column_sorts_both_ways(failed_jobs: str, viewer: Client, sort: str) -> None:
    up, down = (cells(look(viewer, f"{JOBS}?schema={failed_jobs}&sort={way}{sort}"), "Message") for way in ("", "-"))
    assert sorted(up) == sorted(down)


def test_sorting_by_message_orders_the_rows(failed_jobs: str, operator: Client) -> None:
    found = look(operator, f"{JOBS}?schema={failed_jobs}&sort=-message")
    assert cells(found, "Message") == ["ValueError: the trace is empty", "OwnError: no spikes: Überlänge 🧠"]


def test_a_search_finds_what_a_latin1_column_could_not_hold(lab: Lab, viewer: Client) -> None:
    schema = lab.failed(charset="latin1", m1="value")
    assert cells(look(viewer, f"{JOBS}?schema={schema}&message=🧠"), "Table") == []
    assert cells(look(viewer, f"{JOBS}?schema={schema}&message=EMPTY"), "Table") == [f"Score {schema}"]


def test_schemas_of_different_collations_stand_in_one_list(lab: Lab, viewer: Client) -> None:
    for charset in ("latin1", "utf8mb4 COLLATE utf8mb4_bin", "utf8mb4 COLLATE utf8mb4_unicode_ci"):
        lab.failed(charset=charset, m7="value")
    found = look(viewer, f"{JOBS}?sort=message&message=empty")
    assert cells(found, "Key").count("subject= m7 session= 1") == 3


def test_an_age_is_counted_on_the_server_in_utc_whatever_its_zone(failed_jobs: str, viewer: Client) -> None:
    assert len(cells(look(viewer, f"{JOBS}?schema={failed_jobs}&newer=3h"), "Age")) == 2
    assert cells(look(viewer, f"{JOBS}?schema={failed_jobs}&older=3h"), "Age") == []


def test_jobs_of_a_moment_are_those_later_than_the_first_and_until_the_last(planted: Planted, viewer: Client) -> None:
    for second in range(4):
        planted.row(key_hash=f"{second:032}", timestamp=f"2026-01-02 03:04:0{second}")
    address = f"{JOBS}?schema={planted.schema}&since=2026-01-02T03:04:00Z&until=2026-01-02T03:04:02Z"
    assert len(cells(look(viewer, address), "Age")) == 2


@pytest.mark.parametrize("schemas", [2, 50])
def test_the_list_asks_the_same_few_questions_for_two_and_for_fifty_schemas(
    lab: Lab, viewer: Client, schemas: int
) -> None:
    first = lab.failed(m1="value")
    for _ in range(schemas - 1):
        other = lab.schema()
        SERVER.sql(f"CREATE TABLE `{other}`.`~jobs` LIKE `{first}`.`~jobs`")
    look(viewer, JOBS)  # connects
    with CaptureQueriesContext(connections["lab"]) as asked:
        look(viewer, JOBS)
    # The jobs tables, the server with its connections, our grants, which rows, the rows, their numbers, the tables.
    assert len(asked) == 7 + more_for_connections()


def test_no_list_query_reads_a_stack(failed_jobs: str, viewer: Client) -> None:
    with CaptureQueriesContext(connections["lab"]) as asked:
        look(viewer, f"{JOBS}?status=error&message=x&sort=message")
    assert [query["sql"] for query in asked if "error_stack" in query["sql"]] == []


def test_looking_writes_nothing(failed_jobs: str, viewer: Client) -> None:
    with CaptureQueriesContext(connections["lab"]) as asked:
        look(viewer, JOBS)
    assert verbs(asked) <= {"SELECT", "SHOW"}


def test_a_stranger_is_told_whom_to_ask(lab: Lab, stranger: Client) -> None:
    found = look(stranger, JOBS, status=403)
    assert "ask an admin" in text_of(found.main)


def test_nobody_in_particular_has_to_log_in(lab: Lab, anonymous: Client) -> None:
    assert anonymous.get(JOBS).headers["Location"] == "/login/?next=/jobs/"


def test_posting_to_the_list_is_no_way_in(lab: Lab, viewer: Client) -> None:
    assert viewer.post(JOBS).status_code == 405


def test_a_viewer_is_shown_no_checkboxes_and_no_buttons(failed_jobs: str, viewer: Client) -> None:
    found = look(viewer, JOBS)
    assert found.select('input[name="job"], .acts button') == []


def test_an_account_that_may_not_look_is_told_which_grant_is_missing(failed_jobs: str, viewer: Client) -> None:
    with SERVER.without_grants():
        found = look(viewer, JOBS)
    assert "GRANT SELECT ON `schema`.* TO 'jobsite_test'@'%'" in text_of(found.select_one(".empty"))


def test_a_filter_that_matches_nothing_offers_to_reset_it(failed_jobs: str, viewer: Client) -> None:
    found = look(viewer, f"{JOBS}?user=nobody-of-this-name")
    assert text_of(found.select_one(".empty")) == "No job matches. Reset filters"


def test_a_filter_that_matches_nothing_in_several_schemas_lists_nothing(lab: Lab, viewer: Client) -> None:
    lab.failed(m1="value")
    lab.failed(m1="value")
    assert cells(look(viewer, f"{JOBS}?user=nobody-of-this-name"), "Table") == []
