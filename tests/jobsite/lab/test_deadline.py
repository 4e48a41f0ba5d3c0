"""The lab's server stalls: every page ends, says what it could not read, and claims nothing that it could not know.

The answers are stalled by a proxy on real sockets. Where they never come, the time for a part of a page is short here;
how long a page really takes, says benchmarks/stuck_viewers.py.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import close_old_connections, connections
from django.test import Client

from connections.jobs_of_connections import reserved_jobs
from jobs.listing import shared
from jobsite.activity.models import Act, ActChunk
from jobsite.lab import deadline, shared_answers
from jobsite.lab.shared_reads import looking, read_once
from jobsite.lab.slow_answers import GIVEN_UP, STILL_READ
from tests.connections.test_killing import CONFIRM as CONFIRM_KILL
from tests.connections.test_killing import KILL, RESULT, consequences, recorded, token
from tests.connections.test_killing import LIST as CONNECTIONS
from tests.jobs.clearing import CLEAR, CONFIRM, JOBS, confirm, post, selected
from tests.jobs.locking import locked_by_bob
from tests.jobs.views.test_frames import numbers
from tests.lab import Lab, eventually, is_connected
from tests.pages import FRAGMENT, Response, cells, fields, look, notices, page, text_of
from tests.server import SERVER, SITE
from tests.stalling import Stall, StallingProxy

SHORT_S = 0.3
WITHOUT_WORD = (Stall.AFTER_CONNECT, Stall.IN_GREETING, Stall.IN_ANSWER, Stall.TRICKLE, Stall.DELAY)
LATE = f"The lab's server {settings.LAB.name} did not answer within 2 s: try again in a while."
CHECK = "check DJ_HOST and DJ_PORT, and that the server runs"
CONNECTING_LATE = LATE.replace("try again in a while", CHECK)
NUMBERS_LATE = "The numbers of jobs could not be read within 2 s."
ROWS_LATE = "The jobs of this page could not be read within 2 s."
CONNECTED_LATE = "Who is connected could not be read within 2 s."
TRANSACTIONS_LATE = "Which transactions are open could not be read within 2 s."
COUNTS, ROWS, BOTH, STACK, DELETE = b"COUNT(*) AS", b"`pid`", b"`~jobs`", b"error_stack", b"DELETE FROM"
LONGER_KEYS = b"LOCATE"
COLUMNS, THREADS, TRANSACTIONS = b"information_schema.columns", b"COALESCE(user", b"innodb_trx"
COUNT_ALL, COUNTS_PAGE = b"GROUP BY status", "/jobs/counts/"
RESERVED, MORE_JOBS = b"CAST(timestamp AS CHAR)", "A connection may hold more jobs than are shown here."

Ask = Callable[[Client], Response]


@pytest.fixture
def proxy(accounts: None, db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[StallingProxy]:
    """The only way from the site to the server."""
    own = connections["lab"]
    own.close()
    with StallingProxy(SERVER.host, SERVER.port) as made:
        monkeypatch.setitem(own.settings_dict, "PORT", made.port)
        yield made
        own.close()


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little time for a part of a page, where no answer comes anyway."""
    monkeypatch.setattr(deadline, "PART_LIMIT_S", SHORT_S)


def stall(proxy: StallingProxy, word: bytes = b"", how: Stall = Stall.IN_ANSWER) -> None:
    """Stall from now on, in a new connection."""
    connections["lab"].close()
    proxy.stall, proxy.word = how, word


# --- No answer at all -------------------------------------------------------------------------------------------------

PAGES: dict[str, Ask] = {
    "jobs": lambda client: client.get(JOBS),
    "a job": lambda client: client.get(f"{JOBS}lab/__score/{0:032}/"),
    "confirm": lambda client: client.post(CONFIRM, {"job": "lab|__score|a|error||~jobs"}),
    "clear": lambda client: client.post(CLEAR, {"job": "lab|__score|a|error||~jobs"}),
    "connections": lambda client: client.get(CONNECTIONS),
    "confirm a kill": lambda client: client.post(CONFIRM_KILL, {"connection": "7|a|b|2026-01-04T00:00:00+00:00"}),
    "kill": lambda client: client.post(KILL, {"connection": "7|a|b|2026-01-04T00:00:00+00:00"}),
}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("how", WITHOUT_WORD, ids=lambda how: how.name)
def test_a_page_whose_parts_are_all_late_is_the_one_page_that_says_so(
    proxy: StallingProxy, admin: Client, brief: None, how: Stall, name: str
) -> None:
    stall(proxy, how=how)
    response = PAGES[name](admin)
    said = CONNECTING_LATE if response.request["REQUEST_METHOD"] == "GET" else f"{CONNECTING_LATE} Nothing was done."
    assert (response.status_code, notices(page(response))) == (503, [said])


@pytest.mark.parametrize("how", WITHOUT_WORD, ids=lambda how: how.name)
def test_the_pages_that_need_no_lab_s_server_never_ask_it(
    proxy: StallingProxy, admin: Client, anonymous: Client, how: Stall
) -> None:
    stall(proxy, how=how)
    sent = {"username": "ada", "password": "ada-password"}
    answers = [anonymous.get("/login/"), anonymous.post("/login/", sent), admin.get("/admin/login/")]
    assert [answer.status_code for answer in answers] == [200, 302, 200]
    assert proxy.ends == []


def test_an_act_is_not_begun_when_the_server_is_late_before_it(
    proxy: StallingProxy, admin: Client, brief: None
) -> None:
    stall(proxy)
    assert [PAGES[name](admin).status_code for name in ("clear", "kill")] == [503, 503]
    assert list(Act.objects.all()) == []


def test_a_page_that_is_over_asks_nothing_more(proxy: StallingProxy, viewer: Client) -> None:
    stall(proxy, COLUMNS)
    viewer.get(JOBS)
    made = len(proxy.ends)
    close_old_connections()  # as Django does when a request is over
    assert (connections["lab"].connection, len(proxy.ends)) == (None, made)


def test_an_act_has_no_deadline_in_all_but_each_of_its_statements_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "PAGE_LIMIT_S", 0.0)
    with deadline.page():
        assert deadline.seconds_left() == 0
        with deadline.act():
            assert deadline.seconds_left() == deadline.PART_LIMIT_S
        assert deadline.seconds_left() == 0


# --- A part of a page is late -----------------------------------------------------------------------------------------


def test_jobs_are_listed_without_their_numbers(proxy: StallingProxy, operator: Client, failed_jobs: str) -> None:
    stall(proxy, COUNTS)
    found = look(operator, f"{JOBS}?schema={failed_jobs}")
    assert notices(found) == [NUMBERS_LATE]
    assert len(cells(found, "Table")) == 2
    assert text_of(found.select_one(".tabs")) == "Not done Errors Reserved Ignored"
    # There are no other pages: so many match.
    assert [text_of(button) for button in found.select(".acts button")] == [
        "Clear selected…",
        "Clear all 2 that match…",
    ]


@pytest.fixture
def indexed(failed_jobs: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A jobs table whose index has its two errors, where one is counted at most if it takes too long to count all."""
    SERVER.sql(f"CREATE INDEX by_status ON `{failed_jobs}`.`~jobs` (status, timestamp)")
    monkeypatch.setattr(shared, "MOST_COUNTED", 1)
    yield failed_jobs
    SERVER.sql(f"DROP INDEX by_status ON `{failed_jobs}`.`~jobs`")


def test_where_it_takes_too_long_to_count_all_numbers_say_more_than(
    proxy: StallingProxy, operator: Client, indexed: str
) -> None:
    stall(proxy, COUNT_ALL)
    found = look(operator, f"{COUNTS_PAGE}?schema={indexed}&status=error")
    assert numbers(found) == {
        "count_all": "1+",
        "count_error": "1+",
        "count_reserved": "0",
        "count_ignore": "0",
        "counted": "Not all jobs are counted, because that takes too long.",
        "all_that_match": "Clear all that match…",
    }
    assert found.select("[data-count], [disabled]") == []
    assert {str(one["title"]) for one in found.select("[title]")} == {"More than 1: to count all takes too long."}


def test_numbers_that_were_counted_to_their_end_are_no_more_than(
    proxy: StallingProxy, operator: Client, indexed: str
) -> None:
    stall(proxy, COUNT_ALL)
    found = look(operator, f"{COUNTS_PAGE}?schema={indexed}&status=ignore")
    assert str(found.select_one("[data-for=counted]")["data-count"]) == "0"  # type: ignore[index]
    assert numbers(found)["all_that_match"] == "Un-ignore all 0 that match…"


@pytest.mark.usefixtures("sharing")
def test_what_took_too_long_to_count_is_not_tried_again_at_once(
    proxy: StallingProxy, viewer: Client, indexed: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stall(proxy, COUNT_ALL)
    address = f"{COUNTS_PAGE}?schema={indexed}"
    look(viewer, address)
    settings.SHARED_S = 1e-9
    assert (numbers(look(viewer, address))["count_all"], proxy.stalled) == ("1+", 1)
    monkeypatch.setattr(shared, "COUNTED_AGAIN_S", 0.0)
    assert (numbers(look(viewer, address))["count_all"], proxy.stalled) == ("1+", 2)


def test_without_the_index_no_number_is_more_than(proxy: StallingProxy, viewer: Client, failed_jobs: str) -> None:
    stall(proxy, COUNT_ALL)
    found = numbers(look(viewer, f"{COUNTS_PAGE}?schema={failed_jobs}"))
    assert (found["count_all"], found["counted"]) == ("", NUMBERS_LATE)


def test_the_numbers_stand_where_the_rows_are_late(proxy: StallingProxy, viewer: Client, failed_jobs: str) -> None:
    stall(proxy, ROWS)
    found = look(viewer, f"{JOBS}?schema={failed_jobs}")
    assert (notices(found), cells(found, "Table")) == ([ROWS_LATE], [])
    assert text_of(found.select_one(".tabs")) == "Not done 2 Errors 2 Reserved 0 Ignored 0"
    assert found.select(".empty") == []


def test_a_whole_key_is_found_where_longer_ones_are_late(
    proxy: StallingProxy, viewer: Client, failed_jobs: str
) -> None:
    stall(proxy, LONGER_KEYS)
    found = look(viewer, f"{JOBS}?schema={failed_jobs}&key=subject=m1, session=1")
    assert cells(found, "Key") == ["subject= m1 session= 1"]
    assert notices(found)[0].startswith("Keys with more attributes could not be read in time, so jobs with this key")
    assert text_of(found.select_one(".tabs b")) == "1+"


def test_old_rows_stay_where_new_ones_are_late(proxy: StallingProxy, viewer: Client, failed_jobs: str) -> None:
    stall(proxy, ROWS)
    response = viewer.get(f"{JOBS}?schema={failed_jobs}", headers=FRAGMENT)
    assert (response.status_code, response.headers["HX-Retarget"]) == (503, "#notice")
    assert notices(page(response)) == [f"{LATE} What is shown may be out of date."]


def test_a_list_without_rows_and_numbers_is_no_list(proxy: StallingProxy, viewer: Client, failed_jobs: str) -> None:
    stall(proxy, BOTH)
    assert notices(look(viewer, f"{JOBS}?schema={failed_jobs}", status=503)) == [LATE]


def test_without_the_jobs_tables_there_is_no_list(proxy: StallingProxy, viewer: Client) -> None:
    stall(proxy, COLUMNS)
    assert notices(look(viewer, JOBS, status=503)) == [LATE]


def with_an_abandoned_job(lab: Lab) -> str:
    """Return a schema in which the worker of the one job is gone."""
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    lab.abandon(schema)
    return schema


def test_nobody_is_called_abandoned_when_it_is_not_known_who_is_connected(
    proxy: StallingProxy, lab: Lab, viewer: Client
) -> None:
    schema = with_an_abandoned_job(lab)
    listed = look(viewer, f"{JOBS}?schema={schema}")
    (link,) = listed.select('td[data-label="Table"] a')
    stall(proxy, THREADS)
    found, job = look(viewer, f"{JOBS}?schema={schema}"), look(viewer, str(link["href"]))
    words = [{text_of(word) for word in one.select(".liveness")} for one in (listed, found, job)]
    assert words == [{"abandoned"}, {"cannot tell"}, {"cannot tell"}]
    assert [notices(found), notices(job)] == [[CONNECTED_LATE], [CONNECTED_LATE]]


def test_a_clearing_asks_for_the_number_when_it_is_not_known_who_is_connected(
    proxy: StallingProxy, lab: Lab, operator: Client
) -> None:
    schema = with_an_abandoned_job(lab)
    form = selected(operator, f"schema={schema}")
    stall(proxy, THREADS)
    found = confirm(operator, form)
    assert notices(found) == [CONNECTED_LATE]
    assert [box["name"] for box in found.select("input[required]")] == ["typed"]
    assert post(operator, found, typed="1").status_code == 503  # who is connected is read again, and late again
    assert len(lab.jobs(schema)) == 1


def test_a_job_that_is_late_is_not_called_gone(proxy: StallingProxy, viewer: Client, failed_jobs: str) -> None:
    (link, _) = look(viewer, f"{JOBS}?schema={failed_jobs}").select('td[data-label="Table"] a')
    stall(proxy, STACK)
    assert notices(look(viewer, str(link["href"]), status=503)) == [LATE]


def test_connections_are_listed_when_jobs_are_late(proxy: StallingProxy, lab: Lab, viewer: Client) -> None:
    _, thread = lab.idle()
    stall(proxy, COLUMNS)
    found = look(viewer, f"{CONNECTIONS}?user=bob")
    assert str(thread) in cells(found, "Id")
    assert notices(found) == [f"{MORE_JOBS} {LATE}"]


@pytest.mark.usefixtures("sharing")
def test_reserved_jobs_that_no_page_can_wait_for_are_said_to_be_read_on_and_then_to_be_given_up(
    proxy: StallingProxy, lab: Lab, viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, thread = lab.idle()
    lab.failed(m1="value")
    monkeypatch.setattr(deadline, "BEHIND_PAGES_S", SHORT_S)
    stall(proxy, RESERVED)
    found = look(viewer, f"{CONNECTIONS}?user=bob")
    assert str(thread) in cells(found, "Id")
    assert notices(found) == [f"{MORE_JOBS} The reserved jobs are {STILL_READ}."]
    given_up = [f"{MORE_JOBS} The reserved jobs are {GIVEN_UP}."]
    eventually(lambda: notices(look(viewer, f"{CONNECTIONS}?user=bob")) == given_up, "the end of it")


@pytest.mark.usefixtures("sharing")
def test_reserved_jobs_that_were_read_behind_the_pages_are_shown_with_their_age(
    lab: Lab, viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    lab.start_waiting(schema, user="bob")
    monkeypatch.setattr(shared_answers, "PART_LIMIT_S", 0.0)  # whatever it took is long
    with deadline.behind_pages(), read_once(), looking():
        reserved_jobs()
    found = look(viewer, f"{CONNECTIONS}?user=bob")
    assert [one.startswith("Score subject=m1") for one in cells(found, "Holds") if one] == [True]
    (said,) = notices(found)
    assert re.sub(r"\d+ s", "1 s", said) == f"{MORE_JOBS} The reserved jobs were read 1 s ago, because that takes long."


def test_connections_are_listed_when_transactions_are_late(proxy: StallingProxy, lab: Lab, viewer: Client) -> None:
    _, thread = lab.idle()
    stall(proxy, TRANSACTIONS)
    found = look(viewer, f"{CONNECTIONS}?user=bob")
    assert str(thread) in cells(found, "Id")
    assert notices(found) == [TRANSACTIONS_LATE]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        (TRANSACTIONS, "Whether it has an open transaction is not known: the server did not tell in time."),
        (
            COLUMNS,
            "It has no open transaction, and holds none of the jobs that could be read. "
            "Whether it holds another is not known.",
        ),
    ],
)
def test_a_kill_asks_for_the_number_when_what_is_lost_could_not_be_seen(
    proxy: StallingProxy, lab: Lab, admin: Client, word: bytes, said: str
) -> None:
    form = {"connection": [token(lab.idle()[1])], "target": ["connection"]}
    stall(proxy, word)
    found = page(admin.post(CONFIRM_KILL, form))
    assert consequences(found) == [said]
    assert [box["name"] for box in found.select("input[required]")] == ["typed"]


def test_who_was_sent_a_kill_is_said_when_it_is_not_known_what_became_of_them(
    proxy: StallingProxy, lab: Lab, admin: Client
) -> None:
    number = recorded(lab.idle()[1])
    stall(proxy, b"@@performance_schema")
    found = look(admin, f"{RESULT}?act={number}")
    assert [text_of(found.h1), *notices(found)] == [
        "Kill sent to 1 connection",
        "What became of them could not be read within 2 s.",
    ]
    assert found.select("#kill_result[hx-trigger]") != []


def test_a_locked_table_is_named_when_it_is_not_known_who_locks_it(
    proxy: StallingProxy, lab: Lab, viewer: Client
) -> None:
    schema, other = lab.failed(m1="value"), lab.failed(m1="value")
    with locked_by_bob(lab, schema):
        stall(proxy, b"metadata_locks")
        found = look(viewer, f"{JOBS}?message=empty")
    assert f"Score {other}" in cells(found, "Table")
    assert notices(found) == [
        f"The jobs of {schema} are not shown: its jobs table is locked, and who holds it could not be read in time.",
    ]


# --- Acts -------------------------------------------------------------------------------------------------------------


def test_what_became_of_a_delete_that_was_cut_is_not_known(proxy: StallingProxy, lab: Lab, operator: Client) -> None:
    schema = lab.failed(m1="value")
    found = confirm(operator, selected(operator, f"schema={schema}"))
    stall(proxy, DELETE)
    address = post(operator, found).headers["Location"]
    assert (ActChunk.objects.get().ended_at, proxy.stalled) == (None, 1)
    assert lab.jobs(schema) == {}  # it was done in fact, and it is not sent again
    proxy.stall = Stall.NOTHING
    said = f"Whether 1 was cleared is not known. {LATE} The rest was left alone."
    assert [Act.objects.get().outcome, *notices(look(operator, address))] == [said, said]


def test_an_act_ends_at_the_chunk_that_was_cut(proxy: StallingProxy, lab: Lab, operator: Client) -> None:
    schemas = [lab.failed(m1="value") for _ in range(2)]
    forms = [selected(operator, f"schema={schema}") for schema in schemas]
    found = confirm(operator, {**forms[0], "job": [token for form in forms for token in form["job"]]})
    stall(proxy, DELETE)
    post(operator, found)
    assert (ActChunk.objects.count(), proxy.stalled) == (1, 1)
    assert sorted(len(lab.jobs(schema)) for schema in schemas) == [0, 1]


def test_what_became_of_a_kill_that_was_cut_is_not_known(proxy: StallingProxy, lab: Lab, admin: Client) -> None:
    thread = lab.idle()[1]
    found = page(admin.post(CONFIRM_KILL, {"connection": [token(thread)], "target": ["connection"]}))
    stall(proxy, f"KILL CONNECTION {thread}".encode())
    response = admin.post(KILL, fields(found, KILL))
    assert proxy.stalled == 1
    proxy.stall = Stall.NOTHING
    told = look(admin, response.headers["Location"])
    said = notices(told)
    assert said[0].endswith("was killed is not known.")
    assert said[1] == LATE
    assert text_of(told.h1) == "Whether 1 connection was killed is not known"
    assert [text_of(line) for line in told.select("#kill_result li")] == [said[0]]
    assert Act.objects.get().outcome == " ".join(said)
    eventually(lambda: not is_connected(thread), "the connection to end, because the server got the kill")


# --- The server's own limits ------------------------------------------------------------------------------------------


def test_the_server_ends_a_statement_of_a_page_that_is_too_slow(
    accounts: None, db: None, viewer: Client, failed_jobs: str
) -> None:
    connections["lab"].close()
    with deadline.page(), connections["lab"].cursor() as cursor:
        name = "max_statement_time * 1000" if SERVER.is_mariadb else "max_execution_time"
        cursor.execute(f"SELECT @@{name}")
        (limit_ms,) = cursor.fetchone()
    connections["lab"].close()
    assert int(limit_ms) == 1900


def test_a_command_keeps_its_longer_limits(accounts: None, db: None) -> None:
    connections["lab"].close()
    with connections["lab"].cursor() as cursor:
        name = "max_statement_time * 1000" if SERVER.is_mariadb else "max_execution_time"
        cursor.execute(f"SELECT @@{name}")
        (limit_ms,) = cursor.fetchone()
    assert int(limit_ms) == 10_000


def test_an_account_that_has_no_connection_left_is_told_so(lab: Lab, viewer: Client) -> None:
    connections["lab"].close()
    SERVER.sql(f"ALTER USER '{SITE}'@'%' WITH MAX_USER_CONNECTIONS 1")
    try:
        with SERVER.connected(SITE):
            (said,) = notices(look(viewer, JOBS, status=503))
    finally:
        SERVER.sql(f"ALTER USER '{SITE}'@'%' WITH MAX_USER_CONNECTIONS 0")
    assert said.startswith(f"The account {SITE} has used up its ")
    assert said.endswith(": wait, or raise it.")
