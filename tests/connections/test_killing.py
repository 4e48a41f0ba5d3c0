"""Killing connections: what is refused, whatever is posted; what becomes of a worker's job; who may."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db import connections as databases
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from MySQLdb.connections import Connection as Driver

from connections.killing import Confirmation, kill
from connections.models import Connection
from connections.outcomes import KillOutcome, KillResult
from connections.processes import process_list
from connections.protected import refusal_reason
from connections.snapshots import ConnectionSnapshot, SelectedConnections, Target
from jobsite.activity.record import begin_act
from jobsite.lab.server import INFORMATION_SCHEMA, Server, ask_server
from jobsite.pages.paging import PER_PAGE
from tests.cast import person
from tests.lab import TRANSACTIONS_KEPT_S, Lab, eventually, is_connected
from tests.pages import FRAGMENT, fields, look, notices, page, text_of
from tests.server import SERVER, SITE
from tests.statements import verbs

LIST, CONFIRM, KILL, RESULT = (
    "/connections/",
    "/connections/kill/confirm/",
    "/connections/kill/",
    "/connections/killed/",
)
STARTED = datetime(2026, 1, 4, tzinfo=timezone.utc)

Form = dict[str, list[str]]


def token(thread: int) -> str:
    """Return what a page would send for a connection, also for one that it does not let anybody select."""
    server = ask_server()
    return ConnectionSnapshot.of(process_list(server).get(id=thread), server).token


def selected(*threads: int, target: Target = Target.CONNECTION) -> SelectedConnections:
    """Return a selection of these connections, as they are now."""
    return SelectedConnections(tuple(ConnectionSnapshot.read(token(thread)) for thread in threads), target)


def confirm(client: Client, form: Form) -> BeautifulSoup:
    """Return the confirm page."""
    response = client.post(CONFIRM, form)
    assert response.status_code == 200
    return page(response)


def consequences(found: BeautifulSoup) -> list[str]:
    """Return what the confirm page says will become of each."""
    return [text_of(line) for line in found.select(".consequence li")]


def recorded(*threads: int) -> int:
    """Write down that these connections were killed, which were not; return the number of the act."""
    record = begin_act("ada", "kill connection", "Selected: …")
    for seen in selected(*threads).snapshots:
        with record.chunk("", [seen.row]) as chunk:
            chunk.counts = {KillResult.SENT.value: 1}
    return record.number


def post(client: Client, form: Form) -> BeautifulSoup:
    """Send a kill and return the page that follows it."""
    response = client.post(KILL, form)
    assert response.status_code == 302
    return look(client, response.headers["Location"])


def refusals(client: Client, form: Form) -> list[str]:
    """Send a kill by hand and return why it was refused, without the number and the name."""
    return [said.partition(" was left alone, ")[2] for said in notices(post(client, form))]


@contextmanager
def busy(user: str = "bob", *, statement: str = "SELECT SLEEP(60)") -> Iterator[tuple[int, "ThreadPoolExecutor"]]:
    """Let a connection run a long statement; yield its id and the place where it runs."""
    with SERVER.connected(user) as driver, ThreadPoolExecutor(1) as place:
        thread = driver.thread_id()
        running = place.submit(lambda: driver.query(statement))
        eventually(lambda: statement_of(thread), "the statement to run")
        try:
            yield thread, place
        finally:
            if statement_of(thread):
                SERVER.sql(f"KILL CONNECTION {thread}")
            running.exception()


@contextmanager
def running(driver: Driver, statement: str) -> Iterator[None]:
    """Let a connection that was idle run a statement, until it is killed or the block ends."""
    thread = driver.thread_id()

    def run() -> None:
        driver.query(statement)
        driver.store_result()

    with ThreadPoolExecutor(1) as place:
        one = place.submit(run)
        eventually(lambda: statement_of(thread), "the statement to run")
        try:
            yield
        finally:
            if statement_of(thread):
                SERVER.sql(f"KILL QUERY {thread}")
            one.exception()


def statement_of(thread: int) -> str:
    """Return the statement a connection runs, or ''."""
    rows = SERVER.sql("SELECT info FROM information_schema.processlist WHERE id = %s", [thread])
    return str(rows[0][0] or "") if rows else ""


# --- What is killed ---------------------------------------------------------------------------------------------


def test_a_killed_connection_is_gone_from_the_server(lab: Lab, admin: Client) -> None:
    _, thread = lab.idle()
    confirmed = confirm(admin, {"connection": [token(thread)], "target": ["connection"]})
    assert text_of(confirmed.h1) == "Kill 1 connection?"
    assert consequences(confirmed) == [
        "It holds no job and no open transaction: nothing is lost. Its client has to connect again."
    ]
    found = post(admin, fields(confirmed, KILL))
    assert text_of(found.h1) == "Kill sent to 1 connection"
    eventually(lambda: not is_connected(thread), "the connection to end")


def test_a_connection_is_killed_also_on_a_server_that_only_reads(lab: Lab, admin: Client) -> None:
    _, thread = lab.idle()
    with SERVER.set_for_everybody("read_only", 1):
        post(admin, fields(confirm(admin, {"connection": [token(thread)], "target": ["connection"]}), KILL))
    eventually(lambda: not is_connected(thread), "the connection to be gone")


def test_a_killed_worker_s_job_becomes_the_error_that_datajoint_writes(lab: Lab, admin: Client) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "wait", "m2": ""})
    worker = lab.start_waiting(schema, user="bob")
    ((thread,),) = SERVER.sql(f"SELECT connection_id FROM `{schema}`.`~jobs`")
    confirmed = confirm(admin, {"connection": [token(thread)], "target": ["connection"]})
    job, transaction = consequences(confirmed)
    assert job.startswith("It holds the job Score(subject=m1, session=1) , running for ")
    assert job.endswith("the job becomes an error (LostConnectionError), and its worker goes on with the next key.")
    assert transaction.endswith("is rolled back: until now it has only read, as far as the server tells.")
    post(admin, {**fields(confirmed, KILL), "typed": ["1"]})
    lab.gate.touch()
    worker.communicate(timeout=60)
    assert lab.jobs(schema) == {"m1": "LostConnectionError: Connection was lost during a transaction."}
    assert SERVER.sql(f"SELECT subject FROM `{schema}`.`__score`") == [("m2",)]


@pytest.mark.parametrize(
    ("statement", "lost"),
    [
        ("SELECT * FROM `{schema}`.recording", "until now it has only read, as far as the server tells"),
        ("INSERT INTO `{schema}`.recording VALUES ('x', 1, '')", "the 1 row that it has written until now is lost"),
        ("UPDATE `{schema}`.recording SET behaviour = 'wait'", "the 2 rows that it has written until now are lost"),
        ("DELETE FROM `{schema}`.recording", "the 2 rows that it has written until now are lost"),
    ],
    ids=["read", "inserted", "changed", "deleted"],
)
def test_a_transaction_is_said_to_lose_what_it_has_written(lab: Lab, admin: Client, statement: str, lost: str) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "", "m2": ""})
    driver, thread = lab.idle()
    driver.query("START TRANSACTION")
    driver.query(statement.format(schema=schema))
    driver.store_result()
    form = {"connection": [token(thread)], "target": ["connection"]}

    def said() -> bool:
        return consequences(confirm(admin, form))[0].partition(" is rolled back: ")[2] == f"{lost}."

    eventually(said, f"the page to say that {lost}", pause_s=TRANSACTIONS_KEPT_S)


def test_only_the_statement_is_killed_and_the_connection_stays(lab: Lab, admin: Client) -> None:
    with busy() as (thread, place):
        confirmed = confirm(admin, {"connection": [token(thread)], "target": ["statement"]})
        assert consequences(confirmed) == ["Its statement ends with an error; the connection stays."]
        found = post(admin, fields(confirmed, KILL))
        place.submit(lambda: None).result(timeout=30)  # stands behind the statement
        assert text_of(found.h1) == "Kill sent to 1 statement"
        assert is_connected(thread)


def test_a_connection_without_a_statement_has_none_to_kill(lab: Lab, admin: Client) -> None:
    _, thread = lab.idle()
    confirmed = confirm(admin, {"connection": [token(thread)], "target": ["statement"]})
    assert consequences(confirmed) == ["It runs no statement now: nothing will happen."]


def test_many_are_killed_at_once(lab: Lab, admin: Client) -> None:
    threads = [lab.idle()[1] for _ in range(3)]
    found = post(admin, {"connection": [token(thread) for thread in threads], "target": ["connection"]})
    assert text_of(found.h1) == "Kill sent to 3 connections"
    eventually(lambda: not any(map(is_connected, threads)), "the connections to end")


def test_of_a_whole_page_that_was_killed_it_is_said_what_became_of_each(lab: Lab, admin: Client) -> None:
    selection = selected(*(lab.idle()[1] for _ in range(PER_PAGE)))
    form = {"connection": [seen.token for seen in selection.snapshots], "target": ["connection"]}
    address = admin.post(KILL, form).headers["Location"]
    assert len(address) < 100
    eventually(lambda: not any(is_connected(seen.id) for seen in selection.snapshots), "the connections to end")
    found = look(admin, address)
    assert text_of(found.h1) == f"Kill sent to {PER_PAGE} connections"
    assert [text_of(line) for line in found.select("#kill_result li")] == [
        f"{seen.id} · {seen.user} from {seen.host}: gone" for seen in selection.snapshots
    ]


def test_a_kill_of_which_nothing_was_written_down_after_is_said_to_be_unknown(lab: Lab, viewer: Client) -> None:
    thread = lab.idle()[1]
    (seen,) = selected(thread).snapshots
    record = begin_act("ada", "kill connection", "Selected: …")
    with pytest.raises(ZeroDivisionError), record.chunk("", [seen.row]):
        raise ZeroDivisionError
    found = look(viewer, f"{RESULT}?act={record.number}")
    assert text_of(found.h1) == "Whether 1 connection was killed is not known"
    assert text_of(found.select_one("#kill_result li")) == f"Whether {seen} was killed is not known."


def test_a_kill_is_followed_until_the_connection_is_gone(lab: Lab, admin: Client) -> None:
    _, thread = lab.idle()
    form = {"connection": [token(thread)], "target": ["connection"], "filter": ["user=bob"]}
    address = admin.post(KILL, form).headers["Location"]
    gone = eventually(lambda: followed(admin, address), "the page to say that it is gone")
    assert text_of(gone.b) == "gone"
    assert gone.select("[hx-get]") == []
    assert str(gone.select("p a")[-1]["href"]) == f"{LIST}?user=bob"


def followed(client: Client, address: str) -> BeautifulSoup | None:
    """Return the fragment that follows a kill once it follows no longer."""
    found = look(client, address, headers=FRAGMENT)
    assert [tag["id"] for tag in found.find_all(recursive=False)] == ["kill_result"]
    return None if found.select("[hx-get]") else found


def test_while_a_connection_lives_on_the_page_looks_again(lab: Lab, admin: Client) -> None:
    found = look(admin, f"{RESULT}?act={recorded(lab.idle()[1])}")
    assert "still there (Sleep" in text_of(found.select_one("#kill_result li"))
    waiting = found.select_one("#kill_result[hx-get]")
    assert waiting is not None
    assert waiting["hx-get"] == found.select("#kill_result p a")[0]["href"]


def test_confirming_kills_nothing(lab: Lab, admin: Client) -> None:
    _, thread = lab.idle()
    form = {"connection": [token(thread)], "target": ["connection"]}
    with CaptureQueriesContext(databases["lab"]) as asked:
        confirm(admin, form)
    assert verbs(asked) <= {"SELECT", "SHOW"}
    assert is_connected(thread)


def test_confirming_asks_the_same_few_questions_however_many_are_selected(lab: Lab, admin: Client) -> None:
    lab.failed(m1="value")
    numbers = []
    for count in (1, 5):
        form = {"connection": [token(lab.idle()[1]) for _ in range(count)], "target": ["connection"]}
        with CaptureQueriesContext(databases["lab"]) as asked:
            confirm(admin, form)
        numbers.append(len(asked))
    # The server, our grants, the connections, transactions, the jobs tables, reserved jobs.
    assert numbers == [6, 6]


def test_each_kill_follows_a_look_at_the_process_list(lab: Lab) -> None:
    selection, ada = selected(*(lab.idle()[1] for _ in range(2))), person("ada", "admin")
    with CaptureQueriesContext(databases["lab"]) as asked:
        kill(selection, Confirmation("2"), ada)
    kinds = ["KILL" if query["sql"].startswith("KILL") else "processlist" in query["sql"] for query in asked]
    assert kinds[-4:] == [True, "KILL", True, "KILL"]


def test_selecting_nothing_says_so_and_keeps_the_filter(lab: Lab, admin: Client) -> None:
    response = admin.post(CONFIRM, {"filter": "user=bob", "target": "connection"})
    assert response.headers["Location"] == f"{LIST}?user=bob"
    assert notices(look(admin, LIST)) == ["No connection was selected: select the connections to kill."]


# --- What is never killed ---------------------------------------------------------------------------------------


def server_like(**changes: object) -> Server:
    """Return a server as the site sees it."""
    seen = Server(STARTED, STARTED, "10.11-MariaDB", "site", "10.0.0.9", 7, frozenset({"PROCESS"}), INFORMATION_SCHEMA)
    return replace(seen, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("user", "host", "command", "why"),
    [
        ("alice", "10.0.0.5:49152", "Sleep", ""),
        ("alice", "10.0.0.5:49152", "Query", ""),
        ("site", "10.0.0.5:49152", "Sleep", ""),  # the same account on another machine
        ("site", "10.0.0.9:49152", "Sleep", "Jobsite’s own"),
        ("system user", "", "Slave_IO", "the server’s own"),
        ("system user", "", "Sleep", "the server’s own"),
        ("System User", "", "Connect", "the server’s own"),
        ("event_scheduler", "localhost", "Daemon", "the server’s own"),
        ("unauthenticated user", "10.0.0.5:49152", "Connect", "the server’s own"),
        ("repl", "10.0.0.8:3306", "Binlog Dump", "replication"),
        ("repl", "10.0.0.8:3306", "Binlog Dump GTID", "replication"),
        ("repl", "10.0.0.8:3306", "Register Slave", "replication"),
        ("repl", "10.0.0.8:3306", "Slave_worker", "replication"),
        ("root", "localhost", "Daemon", "replication"),
    ],
)
def test_what_may_be_killed(user: str, host: str, command: str, why: str) -> None:
    assert refusal_reason(Connection(id=3, user=user, host=host, command=command), server_like()) == why


def test_the_connection_that_asks_is_never_killed() -> None:
    assert refusal_reason(Connection(id=7, user="x", host="y", command="Query"), server_like()) == "Jobsite’s own"


@pytest.mark.parametrize("target", ["connection", "statement"])
def test_the_site_s_own_connections_are_refused_when_posted_by_hand(lab: Lab, admin: Client, target: str) -> None:
    with SERVER.connected(SITE) as other:
        threads = [ask_server().own_id, other.thread_id()]
        form = {"connection": [token(thread) for thread in threads], "target": [target]}
        assert refusals(admin, form) == ["refused: Jobsite’s own."] * 2
        other.query("SELECT 1")  # it lives


def test_a_system_thread_is_refused_when_posted_by_hand(lab: Lab, admin: Client) -> None:
    ((before,),) = SERVER.sql("SELECT @@global.event_scheduler")
    if before == "DISABLED":
        pytest.skip("This server has no event scheduler.")
    SERVER.sql("SET GLOBAL event_scheduler = ON")
    try:
        thread = eventually(event_scheduler, "the event scheduler to start")
        assert refusals(admin, {"connection": [token(thread)]}) == ["refused: the server’s own."]
        assert event_scheduler() == thread
    finally:
        SERVER.sql(f"SET GLOBAL event_scheduler = {before}")


def event_scheduler() -> int:
    """Return the id of the server's own event scheduler, or 0."""
    rows = SERVER.sql("SELECT id FROM information_schema.processlist WHERE user = 'event_scheduler'")
    return int(rows[0][0]) if rows else 0


def test_the_confirm_page_says_why_one_cannot_be_killed_and_offers_no_button(lab: Lab, admin: Client) -> None:
    found = confirm(admin, {"connection": [token(ask_server().own_id)], "target": ["connection"]})
    assert text_of(found.h1) == "Nothing to kill"
    assert notices(found)[0].endswith("cannot be killed: Jobsite’s own.")
    assert found.select("form.confirm button") == []


# --- A number that has become somebody else's --------------------------------------------------------------------


@pytest.mark.parametrize("other", ["user", "host", "start"])
def test_a_number_that_is_somebody_else_s_by_now_is_refused(lab: Lab, admin: Client, other: str) -> None:
    driver, thread = lab.idle()
    seen = ConnectionSnapshot.read(token(thread))
    stranger = {
        "user": replace(seen, user="alice"),
        "host": replace(seen, host="127.0.0.1:1"),
        "start": replace(seen, started=seen.started - timedelta(hours=1)),
    }[other]
    assert refusals(admin, {"connection": [stranger.token]}) == ["somebody else’s by now."]
    driver.query("SELECT 1")  # it lives


def test_a_number_beyond_32_bits_hits_nobody(lab: Lab, admin: Client) -> None:
    driver, thread = lab.idle()
    seen = ConnectionSnapshot.read(token(thread))
    numbers = (thread + 2**32, thread + 2**64, 10**300)
    form = {"connection": [replace(seen, id=number).token for number in numbers]}
    assert refusals(admin, form) == ["gone already."] * 3
    assert text_of(confirm(admin, form).select_one(".notice")).startswith("3 of those you selected are gone")
    driver.query("SELECT 1")  # it lives


def test_one_that_is_gone_already_is_said_to_be(lab: Lab, admin: Client) -> None:
    _, thread = lab.idle()
    form = {"connection": [token(thread)]}
    SERVER.sql(f"KILL {thread}")
    eventually(lambda: not is_connected(thread), "the connection to end")
    found = post(admin, form)
    assert text_of(found.h1) == "No kill was sent"
    assert [said.partition(" was left alone, ")[2] for said in notices(found)] == ["gone already."]


# --- A statement that is another by now, and what no longer matches ---------------------------------------------------

ONE, OTHER = "SELECT SLEEP(60)", "SELECT SLEEP(61)"
NO_MATCH = "it no longer matches what was asked for."
OTHER_STATEMENT = "it does not run the statement that was seen."


def older(form: Form) -> Form:
    """Return a form as it was made before the statement was a part of it."""
    return {**form, "connection": [one.rpartition("|")[0] for one in form["connection"]]}


def test_a_statement_that_began_after_the_page_was_confirmed_goes_on(lab: Lab, admin: Client) -> None:
    driver, thread = lab.idle()
    with running(driver, ONE):
        form = fields(confirm(admin, {"connection": [token(thread)], "target": ["statement"]}), KILL)
    with running(driver, OTHER):
        assert refusals(admin, form) == [OTHER_STATEMENT]
        assert statement_of(thread) == OTHER


def test_a_statement_that_began_on_a_connection_that_was_idle_goes_on(lab: Lab, admin: Client) -> None:
    driver, thread = lab.idle()
    form = fields(confirm(admin, {"connection": [token(thread)], "target": ["statement"]}), KILL)
    with running(driver, ONE):
        assert refusals(admin, form) == [OTHER_STATEMENT]
        assert statement_of(thread) == ONE


def test_the_confirm_page_leaves_out_what_runs_another_statement_than_the_list_showed(lab: Lab, admin: Client) -> None:
    driver, thread = lab.idle()
    with running(driver, ONE):
        form = {"connection": [token(thread)], "target": ["statement"]}
    with running(driver, OTHER):
        found = confirm(admin, form)
        (said,) = notices(found)
    assert text_of(found.h1) == "Nothing to kill"
    assert said.endswith(" no longer matches, or does not run the statement that was seen: left alone.")


def test_a_connection_is_killed_whatever_it_runs_by_then(lab: Lab, admin: Client) -> None:
    driver, thread = lab.idle()
    form = {"connection": [token(thread)], "target": ["connection"]}
    with running(driver, ONE):
        post(admin, form)
        eventually(lambda: not is_connected(thread), "the connection to end")


def test_an_older_list_leads_to_a_confirm_page_that_shows_the_statement(lab: Lab, admin: Client) -> None:
    driver, thread = lab.idle()
    with running(driver, ONE):
        confirmed = confirm(admin, older({"connection": [token(thread)], "target": ["statement"]}))
        assert text_of(confirmed.code) == ONE
        assert text_of(post(admin, fields(confirmed, KILL)).h1) == "Kill sent to 1 statement"


def test_an_older_form_kills_a_connection_but_no_statement_that_it_does_not_name(lab: Lab, admin: Client) -> None:
    driver, thread = lab.idle()
    with running(driver, ONE):
        assert refusals(admin, older({"connection": [token(thread)], "target": ["statement"]})) == [
            "refused: the page was made before an update and does not say which statement you saw: select it again."
        ]
        assert statement_of(thread) == ONE
    found = post(admin, older({"connection": [token(thread)], "target": ["connection"]}))
    assert text_of(found.h1) == "Kill sent to 1 connection"


def test_nobody_can_try_guesses_of_a_masked_statement_by_what_a_form_says_of_it(lab: Lab) -> None:
    with busy(statement="SELECT SLEEP(60), 'mysql://root:sw0rdfish@db/x'") as (thread, _):
        one = token(thread)
        with override_settings(SECRET_KEY="another"):
            assert token(thread) != one


@pytest.mark.parametrize("query", [{"restriction": 'COMMAND = "Sleep"'}, {"command": "sleep"}])
def test_a_connection_that_no_longer_matches_the_list_when_it_comes_to_it_lives(
    lab: Lab, admin: Client, query: dict[str, str]
) -> None:
    driver, thread = lab.idle()
    form = {"connection": [token(thread)], "target": ["connection"], "filter": [urlencode(query)]}
    confirmed = fields(confirm(admin, form), KILL)
    with running(driver, ONE):
        (said,) = notices(confirm(admin, form))
        assert said.endswith(" no longer matches what was asked for: left alone.")
        assert refusals(admin, confirmed) == [NO_MATCH]
        assert statement_of(thread) == ONE
    assert text_of(post(admin, fields(confirm(admin, form), KILL)).h1) == "Kill sent to 1 connection"


@pytest.mark.parametrize("guess", ["sw0rdfish", "sunfish"])
def test_a_kill_tells_no_more_of_a_masked_statement_than_the_list(lab: Lab, admin: Client, guess: str) -> None:
    with busy(statement="SELECT SLEEP(60), 'mysql://root:sw0rdfish@db/x'") as (thread, _):
        query = urlencode({"restriction": f'INFO LIKE "%{guess}%"'})
        form = {"connection": [token(thread)], "target": ["connection"], "filter": [query]}
        assert refusals(admin, form) == [NO_MATCH]


@pytest.mark.parametrize("address", [CONFIRM, KILL])
@pytest.mark.parametrize(
    "query", [{"restriction": "TIME >"}, {"restriction": "ID + 18446744073709551615 > 0"}, {"colour": "red"}]
)
def test_where_it_cannot_be_asked_what_matches_nothing_is_killed(
    lab: Lab, admin: Client, address: str, query: dict[str, str]
) -> None:
    _, thread = lab.idle()
    response = admin.post(address, {"connection": token(thread), "filter": urlencode(query)})
    assert (response.status_code, is_connected(thread)) == (400, True)


# --- Who may -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [CONFIRM, KILL])
@pytest.mark.parametrize("name", ["viewer", "operator", "stranger"])
def test_who_may_not_kill_is_refused(lab: Lab, request: pytest.FixtureRequest, name: str, address: str) -> None:
    driver, thread = lab.idle()
    response = request.getfixturevalue(name).post(address, {"connection": token(thread)})
    assert response.status_code == 403
    assert "ask an admin" in text_of(page(response).main)
    driver.query("SELECT 1")  # it lives


@pytest.mark.parametrize("address", [CONFIRM, KILL])
def test_nobody_in_particular_has_to_log_in(lab: Lab, anonymous: Client, address: str) -> None:
    _, thread = lab.idle()
    response = anonymous.post(address, {"connection": token(thread)})
    assert response.headers["Location"] == f"/login/?next={address}"
    assert is_connected(thread)


@pytest.mark.parametrize("address", [CONFIRM, KILL])
def test_a_get_never_kills(lab: Lab, admin: Client, address: str) -> None:
    _, thread = lab.idle()
    assert admin.get(address, {"connection": token(thread)}).status_code == 405


def test_a_form_from_elsewhere_is_refused(lab: Lab) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(person("ada", "admin"))
    _, thread = lab.idle()
    assert careful.post(KILL, {"connection": token(thread)}).status_code == 403
    assert is_connected(thread)


@pytest.mark.parametrize("name", ["viewer", "operator", ""])
def test_the_function_that_kills_refuses_by_itself(lab: Lab, name: str) -> None:
    driver, thread = lab.idle()
    who = person("vic", name) if name else AnonymousUser()
    with pytest.raises(PermissionDenied):
        kill(selected(thread), Confirmation(), who)
    driver.query("SELECT 1")  # it lives


@pytest.mark.parametrize("name", ["viewer", "stranger"])
def test_the_page_that_follows_a_kill_is_for_those_who_may_look(
    lab: Lab, request: pytest.FixtureRequest, name: str
) -> None:
    status = {"viewer": 200, "stranger": 403}[name]
    look(request.getfixturevalue(name), f"{RESULT}?act={recorded(lab.idle()[1])}", status=status)


# --- What the server does not allow ------------------------------------------------------------------------------


def test_a_missing_privilege_is_named_by_its_grant(lab: Lab, admin: Client) -> None:
    driver, thread = lab.idle()
    with SERVER.without(SERVER.kill_privilege):
        (said,) = refusals(admin, {"connection": [token(thread)]})
    grant = f"GRANT {SERVER.kill_privilege} ON *.* TO 'jobsite_test'@'%';"
    assert said == f"refused: the server asks for a privilege: {grant}"
    driver.query("SELECT 1")  # it lives


def test_mysql_protects_accounts_with_system_user(lab: Lab) -> None:
    if SERVER.is_mariadb:
        pytest.skip("MariaDB has no SYSTEM_USER.")
    with SERVER.connected() as driver:
        seen = ConnectionSnapshot.read(token(driver.thread_id()))
        summary = kill(SelectedConnections((seen,)), Confirmation(), User(is_superuser=True))
        driver.query("SELECT 1")  # it lives
    reason = "the server protects this account, which has SYSTEM_USER"
    assert summary.outcomes == (KillOutcome(seen, KillResult.REFUSED, reason),)


# --- Forms made by hand ------------------------------------------------------------------------------------------

FORMS_NO_PAGE_MADE: list[dict[str, str]] = [
    {"connection": "7"},
    {"connection": "seven|bob|localhost|2026-01-04T00:00:00+00:00"},
    {"connection": "-7|bob|localhost|2026-01-04T00:00:00+00:00"},
    {"connection": "7; DROP TABLE x|bob|localhost|2026-01-04T00:00:00+00:00"},
    {"connection": f"{'9' * 5000}|bob|localhost|2026-01-04T00:00:00+00:00"},
    {"connection": "7|bob|localhost|2026-01-04T00:00:00"},  # without a zone
    {"connection": "7|bob|localhost|0001-01-01T00:00:00+14:00"},
    {"connection": "7|bob|localhost|soon"},
    {"connection": "7|bob|localhost|2026-01-04T00:00:00+00:00", "target": "server"},
]


@pytest.mark.parametrize("address", [CONFIRM, KILL])
def test_a_form_that_no_page_made_is_answered_with_a_sentence(lab: Lab, admin: Client, address: str) -> None:
    responses = [admin.post(address, form) for form in FORMS_NO_PAGE_MADE]
    assert [response.status_code for response in responses] == [400] * len(FORMS_NO_PAGE_MADE)
    assert {text_of(page(response).select_one(".card p")) for response in responses} == {
        "This form is not one that a connections page made: go back and select again.",
        "Choose what to kill: the connection or only its statement.",
    }


@pytest.mark.parametrize("act", ["", "garbage", "-1", "0", "1.5", "9" * 30, "9" * 5000])
def test_an_act_that_is_not_in_the_record_is_answered_with_a_sentence(lab: Lab, viewer: Client, act: str) -> None:
    found = look(viewer, f"{RESULT}?act={act}", status=404)
    assert text_of(found.select_one(".card p")) == "There is nothing at this address."


def test_an_act_that_was_no_kill_is_answered_with_a_sentence(lab: Lab, viewer: Client) -> None:
    cleared = begin_act("olga", "clear", "Jobs that failed.").number
    found = look(viewer, f"{RESULT}?act={cleared}", status=404)
    assert text_of(found.select_one(".card p")) == "There is nothing at this address."
