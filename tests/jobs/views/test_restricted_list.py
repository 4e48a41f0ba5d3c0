"""The restriction box of the list of jobs: what it lists, what goes along with it, and what it must not tell."""

import json

import pytest
from django.test import Client
from django.utils.http import urlencode

from tests.jobs.clearing import wait_a_second
from tests.jobs.planting import Planted
from tests.lab import Lab
from tests.pages import FRAGMENT, cells, fields, look, notices, page, text_of
from tests.server import SERVER

JOBS = "/jobs/"
EXPORT = "/jobs/export/"
CONFIRM = "/jobs/clear/confirm/"
EMPTY, OWN = "ValueError: the trace is empty", "OwnError: no spikes: Überlänge 🧠"
TRACE = 'error_message LIKE "%trace%"'
KEEPS_LIST = {**FRAGMENT, "HX-Trigger": "job_filter", "HX-Target": "job_list"}
FRAME = {**FRAGMENT, "HX-Trigger": "job_list", "HX-Target": "job_list"}


def asked(schema: str, restriction: str, **more: str) -> str:
    """Return the query string of a list."""
    return urlencode({"schema": schema, "restriction": restriction, **more})


def messages(client: Client, query: str) -> list[str]:
    return cells(look(client, f"{JOBS}?{query}"), "Message")


@pytest.mark.parametrize(
    ("restriction", "found"),
    [
        ('status="error" AND error_message LIKE "%trace%"', [EMPTY]),
        ("timestamp > NOW() - INTERVAL 2 HOUR AND error_message NOT LIKE '%trace%'", [OWN]),
        ("timestamp < NOW() - INTERVAL 2 HOUR", []),
        ("subject='m1', session=1", [EMPTY]),
        ("subject='m1' AND session=1", [EMPTY]),
        ('{"subject": "m1"}', [EMPTY]),
        ('{"table_name": "__score", "error_message": "ValueError: the trace is empty"}', [EMPTY]),
        ("connection_id = 0", []),
    ],
)
def test_it_lists_what_datajoint_selects(
    failed_jobs: str, operator: Client, restriction: str, found: list[str]
) -> None:
    assert messages(operator, asked(failed_jobs, restriction)) == found


def test_the_sentence_says_how_it_was_understood(failed_jobs: str, operator: Client) -> None:
    query = asked(failed_jobs, "status='error' and (pid>0)", status="error")
    said = text_of(look(operator, f"{JOBS}?{query}").select_one(".says"))
    assert said == f'Failed jobs in schema {failed_jobs} where status = "error" AND pid > 0. Reset filters'


def test_tabs_sort_and_the_open_job_go_along_with_it(failed_jobs: str, operator: Client) -> None:
    query = asked(failed_jobs, 'user LIKE "alice%" AND pid > 0', sort="message")
    found = look(operator, f"{JOBS}?{query}&open={failed_jobs}/__score/{'0' * 32}")
    assert cells(found, "Message") == [OWN, EMPTY]
    counts = [text_of(found.select_one(f"#count_{status}")) for status in ("all", "error", "reserved", "ignore")]
    assert counts == ["2", "2", "0", "0"]
    for link in found.select(".tabs a, thead a"):
        assert "restriction=user+LIKE+%22alice%25%22+AND+pid+%3E+0" in str(link["href"])


def test_the_pages_of_a_list_go_along_with_it(many: str, operator: Client) -> None:
    query = asked(many, 'error_message LIKE "%trace%" AND NOT key_hash = "x"')
    first = look(operator, f"{JOBS}?{query}")
    (following,) = {str(link["href"]) for link in first.select("#next_page")}
    assert [len(cells(one, "Message")) for one in (first, look(operator, f"{JOBS}{following}"))] == [50, 1]


def test_all_that_match_is_what_it_selects(lab: Lab, operator: Client) -> None:
    schema = lab.failed(m1="value", m2="chained")
    wait_a_second()
    found = look(operator, f"{JOBS}?{asked(schema, TRACE)}")
    sent = {**fields(found, CONFIRM), "all": ["1"]}
    confirm = page(operator.post(CONFIRM, sent))
    assert cells(confirm, "Message") == [EMPTY]
    assert f"where {TRACE}" in text_of(confirm.main)
    operator.post("/jobs/clear/", fields(confirm, "/jobs/clear/"))
    assert [message for (message,) in SERVER.sql(f"SELECT error_message FROM `{schema}`.`~jobs`")] == [OWN]


def test_the_file_has_what_it_selects(failed_jobs: str, viewer: Client) -> None:
    response = viewer.get(f"{EXPORT}?{asked(failed_jobs, TRACE, format='ndjson')}")
    (line,) = response.getvalue().decode().splitlines()
    assert json.loads(line)["error_message"] == EMPTY


@pytest.mark.parametrize(
    ("restriction", "place", "said"),
    [
        (
            'status="error" AND hots LIKE "%gpu%"',
            'status="error" AND [hots] LIKE "%gpu%"',
            "“hots” is no column here: did you mean host?",
        ),
        ("user_hsot =", "[user_hsot] =", ""),
        ("pid =", "", ""),
        ("pid = 1; DROP TABLE x", "pid = 1[;] DROP TABLE x", ""),
        ("SLEEP(5)", "[SLEEP](5)", ""),
        ("'" * 71_000, "", ""),
        ("\x00", "", "A restriction cannot hold the character NUL."),
        ('{"subject"', "", ""),
        ("pid = '<script>alert(1)</script>' <b>", "", ""),
    ],
)
def test_a_mistake_is_one_sentence_at_its_place_and_nothing_is_listed(
    failed_jobs: str, operator: Client, restriction: str, place: str, said: str
) -> None:
    found = look(operator, f"{JOBS}?{asked(failed_jobs, restriction)}")
    (notice,) = notices(found)
    assert (notice.startswith(said), notice.endswith(" Correct it to see the list.")) == (True, True)
    assert cells(found, "Message") == []
    if place:
        for mark in found.select(".place mark"):
            mark.replace_with(f"[{mark.get_text()}]")
        assert "".join(one.get_text() for one in found.select(".place code")) == place


def test_a_mistake_in_the_box_leaves_the_list_and_its_address_as_they_are(failed_jobs: str, viewer: Client) -> None:
    response = viewer.get(f"{JOBS}?{asked(failed_jobs, 'hots = 1')}", headers=KEEPS_LIST)
    assert {name: response.headers.get(name) for name in ("HX-Retarget", "HX-Reswap", "HX-Push-Url")} == {
        "HX-Retarget": "#job_mistakes",
        "HX-Reswap": "innerHTML",
        "HX-Push-Url": "false",
    }
    assert notices(page(response)) == [
        "“hots” is no column here: did you mean host? The list is still the one of before."
    ]


def test_a_mistake_in_the_address_lists_nothing(failed_jobs: str, viewer: Client) -> None:
    response = viewer.get(f"{JOBS}?{asked(failed_jobs, 'hots = 1')}", headers=FRAME)
    assert [tag["id"] for tag in page(response).find_all(recursive=False)] == ["job_list"]
    assert cells(page(response), "Message") == []


def test_a_key_is_written_once(failed_jobs: str, viewer: Client) -> None:
    found = look(viewer, f"{JOBS}?{asked(failed_jobs, 'subject=m1', key='session=1')}")
    assert notices(found) == ["Write a key once: as a restriction, or in the box for keys. Correct it to see the list."]


@pytest.mark.parametrize(
    "restriction",
    [
        'error_message LIKE "%sw0rd%"',
        'NOT error_message LIKE "%nothing%"',
        'LENGTH(error_message) > 3 AND status = "error"',
        '{"error_message": "password=sw0rdfish"}',
    ],
)
def test_a_viewer_s_restriction_does_not_tell_what_is_masked(
    planted: Planted, viewer: Client, operator: Client, restriction: str
) -> None:
    planted.row(error_message="password=sw0rdfish")
    query = asked(planted.schema, restriction)
    assert [len(messages(client, query)) for client in (viewer, operator)] == [0, 1]
    assert [text_of(found) for found in look(viewer, f"{JOBS}?{query}").select(".passes-over")] == [
        "Jobs whose message may hold a password or a token are passed over: only operators can search them."
    ]
    assert text_of(look(viewer, f"{JOBS}?{query}").select_one("#count_all")) == "0"
    assert viewer.get(f"{EXPORT}?{query}&format=ndjson").getvalue() == b""


TOO_LARGE = "pid * 18446744073709551615 > 0"


@pytest.mark.parametrize(
    "query",
    [
        {"restriction": f'error_message LIKE "%sw0rd%" AND {TOO_LARGE}'},
        {"restriction": f'{TOO_LARGE} AND error_message LIKE "%sw0rd%"'},
        {"restriction": f'error_message NOT LIKE "%nothing%" AND {TOO_LARGE}'},
        {"restriction": TOO_LARGE, "message": "sw0rd"},
        {"restriction": TOO_LARGE, "message": "sw0rd", "status": "error", "sort": "message"},
    ],
)
def test_a_sum_that_fails_does_not_tell_a_viewer_what_is_masked(
    planted: Planted, viewer: Client, query: dict[str, str]
) -> None:
    planted.row(error_message="password=sw0rdfish", pid=5)
    asked_for = urlencode({"schema": planted.schema, **query})
    found = look(viewer, f"{JOBS}?{asked_for}")
    assert (notices(found), cells(found, "Message"), text_of(found.select_one("#count_all"))) == ([], [], "0")
    export = viewer.get(f"{EXPORT}?{asked_for}&format=ndjson")
    assert (export.headers.get("Jobsite-Notices"), export.getvalue()) == (None, b"")


def test_a_viewer_is_told_of_a_sum_that_fails_for_what_is_not_masked(planted: Planted, viewer: Client) -> None:
    planted.row(error_message="ValueError", pid=5)
    query = asked(planted.schema, f'error_message LIKE "%Value%" AND {TOO_LARGE}')
    (notice,) = notices(look(viewer, f"{JOBS}?{query}"))
    assert notice.startswith(f"The jobs of {planted.schema} are not shown")


def test_a_viewer_finds_a_message_without_a_secret(planted: Planted, viewer: Client) -> None:
    planted.row(error_message="ValueError", pid=5)
    query = asked(planted.schema, 'error_message LIKE "%Value%" AND pid > 0', message="error")
    assert messages(viewer, query) == ["ValueError"]


def test_a_viewer_restricts_by_all_else(planted: Planted, viewer: Client) -> None:
    planted.row(error_message="password=sw0rdfish", host="gpu1")
    assert len(messages(viewer, asked(planted.schema, 'host = "gpu1" AND user LIKE "alice%"'))) == 1


@pytest.mark.parametrize("restriction", ['error_message LIKE "%🧠%"', 'host = "🧠"'])
def test_what_the_server_cannot_compare_is_said_of_its_schema(lab: Lab, operator: Client, restriction: str) -> None:
    schema = lab.failed(charset="latin1", m1="value")
    for headers in ({}, FRAGMENT):
        (notice,) = notices(look(operator, f"{JOBS}?{asked(schema, restriction)}", headers=headers))
        assert notice.startswith(f"The jobs of {schema} are not shown: its jobs cannot be compared as the restriction")


def test_a_row_that_the_server_cannot_compare_is_a_page_instead_of_a_file(planted: Planted, viewer: Client) -> None:
    for number, connection in enumerate((0, 5)):
        planted.row(key_hash=f"{number:032}", connection_id=connection)
    query = asked(planted.schema, "connection_id * 18446744073709551615 > 0", format="csv")
    said = text_of(look(viewer, f"{EXPORT}?{query}", status=503).main)
    assert "can be compared as the restriction asks" in said


@pytest.mark.parametrize("restriction", ['error_message LIKE "%🧠%"', 'host = "🧠"'])
def test_a_file_says_which_schema_the_server_cannot_compare(lab: Lab, operator: Client, restriction: str) -> None:
    schema = lab.failed(charset="latin1", m1="value")
    found = json.loads(operator.get(f"{EXPORT}?{asked(schema, restriction, format='json')}").getvalue())
    (notice,) = found["notices"]
    assert notice.startswith(f"The jobs of {schema} are not here: its jobs cannot be compared as the restriction")
    assert found["jobs"] == []


@pytest.mark.parametrize(
    "restriction",
    [
        "connection_id + 18446744073709551615 > 0",
        'timestamp > CONCAT("no", " time")',
        "timestamp > NOW() + INTERVAL 9999999 YEAR",
        "pid / 0 > 1",
    ],
)
def test_what_is_out_of_range_is_no_error_of_the_page(planted: Planted, operator: Client, restriction: str) -> None:
    planted.row(connection_id=1)
    response = operator.get(f"{JOBS}?{asked(planted.schema, restriction)}", headers=FRAGMENT)
    assert (response.status_code in (200, 503), len(notices(page(response))) <= 1) == (True, True)
