"""What a connection holds, or may hold: planted rows hide nothing, and what cannot be seen is never called nothing."""

import pickle
import re
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import pymysql
import pytest
from bs4 import BeautifulSoup
from django.test import Client

from connections.consequences import review_kill
from connections.jobs_of_connections import reserved_jobs
from connections.killing import Confirmation, NotConfirmedError, kill
from connections.listing import annotate
from connections.models import Connection
from connections.processes import processes
from connections.snapshots import ConnectionSnapshot
from jobs.listing.reserved import (
    MOST_MATCHED,
    MOST_READ,
    jobs_of_connections,
    jobs_of_users,
    read_reserved,
)
from jobsite.lab import shared_reads
from jobsite.lab.parts import Parts
from jobsite.lab.server import ask_server
from tests.cast import person
from tests.connections.test_connection_list import LIST, row_of
from tests.connections.test_killing import KILL, confirm, consequences, selected, token
from tests.forked_worker import ForkedWorker
from tests.jobs.tables import reading_of
from tests.lab import TRANSACTIONS_KEPT_S, Lab, eventually, is_connected
from tests.pages import cells, fields, look, notices, page, text_of
from tests.server import PASSWORD, SERVER, SITE

MORE = MOST_READ + 1
"""More rows than are read."""
NOTHING_IS_LOST = "It holds no job and no open transaction: nothing is lost. Its client has to connect again."
NOT_ALL_READ = (
    "It has no open transaction, and holds none of the jobs that could be read. Whether it holds another is not known."
)
LIMIT_REACHED = (
    "A connection may hold more jobs than are named here. "
    f"More than {MOST_MATCHED} reserved jobs name these connections or their users, and not all were read."
)


def asked_to_kill(client: Client, *threads: int) -> BeautifulSoup:
    """Return the page that says what killing these connections would do."""
    return confirm(client, {"connection": [token(thread) for thread in threads], "target": ["connection"]})


def plant(schema: str, connection_id: int, user: str, *, at: str = "CURRENT_TIMESTAMP", rows: int = MORE) -> None:
    """Write more reserved rows than are read, as anybody with INSERT on the jobs table may."""
    with SERVER.connected() as driver, driver.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO `{schema}`.`~jobs` (table_name, key_hash, status, user, host, connection_id, timestamp) "
            f"VALUES ('__a', %s, 'reserved', %s, 'x', %s, {at})",
            [(f"{user[:3]}{number}", user, connection_id) for number in range(rows)],
        )


def connection_of(schema: str) -> tuple[int, str]:
    """Return the connection that the schema's one job names, and its user."""
    ((thread, user),) = SERVER.sql(f"SELECT connection_id, user FROM `{schema}`.`~jobs`")
    return thread, user


@pytest.mark.parametrize(
    ("user", "at"),
    [
        ("mallory@127.0.0.1", "CURRENT_TIMESTAMP"),
        ("{user}0", "CURRENT_TIMESTAMP"),
        ("BOB@127.0.0.1", "CURRENT_TIMESTAMP"),
        ("{user} ", "CURRENT_TIMESTAMP"),
        ("{user}", "'2001-01-01 00:00:00'"),
    ],
    ids=["another user", "another machine", "in capitals", "a blank behind", "before the start"],
)
def test_planted_rows_that_name_a_connection_hide_no_job_that_it_holds(
    lab: Lab, admin: Client, user: str, at: str
) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    lab.start_waiting(schema, user="bob")
    thread, own = connection_of(schema)
    plant(schema, thread, user.format(user=own), at=at)
    found = look(admin, f"{LIST}?user=bob")
    assert (notices(found), row_of(found, thread)["Holds"].startswith("Score ")) == ([], True)
    assert consequences(asked_to_kill(admin, thread))[0].startswith("It holds the job Score(subject=m1, session=1) ,")


def test_more_jobs_than_are_read_are_said_not_to_be_all(lab: Lab, admin: Client) -> None:
    schema = lab.failed(m1="value")
    _, thread = lab.idle("bob")
    _, other = lab.idle("bob")
    plant(schema, thread, "bob@127.0.0.1")
    found = asked_to_kill(admin, other)
    assert notices(found) == [LIMIT_REACHED]
    assert consequences(found) == [NOT_ALL_READ]


def test_jobs_in_a_table_that_may_be_read_in_part_only_are_said_not_to_be_known(lab: Lab, admin: Client) -> None:
    schema = lab.failed(m1="value")
    _, thread = lab.idle("bob")
    with SERVER.without_grants():
        SERVER.sql(f"GRANT SELECT (table_name, key_hash, status) ON `{schema}`.`~jobs` TO '{SITE}'@'%'")
        found = asked_to_kill(admin, thread)
    why = f"The jobs of {schema} cannot be read: SELECT is granted on some of its columns only."
    assert notices(found) == [f"A connection may hold more jobs than are named here. {why}"]
    assert consequences(found) == [NOT_ALL_READ]


def test_a_job_of_the_same_user_whose_worker_cannot_be_told_may_be_a_connection_s(lab: Lab, admin: Client) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    worker = lab.start_waiting(schema, user="bob")
    thread, _ = connection_of(schema)
    _, idle = lab.idle("bob")
    assert consequences(asked_to_kill(admin, idle)) == [NOTHING_IS_LOST]
    worker.kill()
    worker.wait()
    eventually(lambda: not is_connected(thread), "the killed worker's connection to end")
    assert consequences(asked_to_kill(admin, idle)) == [
        "It has no open transaction. Whether it holds a job is not known.",
        "The job Score(subject=m1, session=1) may belong to this connection: "
        "it has the same user, and its worker is shown as “uncertain”.",
    ]


def annotated(thread: int) -> Connection:
    """Return a connection as its list shows it."""
    server = ask_server()
    (row,) = (one.as_connection() for one in processes() if one.id == thread)
    annotate([row], server, Parts())
    return row


def test_what_is_kept_for_all_viewers_is_plain_values(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    lab.start_waiting(schema, user="bob")
    reserved, listed = reserved_jobs(), processes()
    assert connection_of(schema)[0] in {job.connection_id for job in reserved.jobs}
    assert (pickle.loads(pickle.dumps(reserved)), pickle.loads(pickle.dumps(listed))) == (reserved, listed)


def test_a_job_that_is_done_since_the_reserved_ones_were_read_is_not_shown(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    lab.start_waiting(schema, user="bob")
    thread, _ = connection_of(schema)
    with shared_reads.read_once():
        assert [str(job) for job in annotated(thread).jobs] == ["Score(subject=m1, session=1)"]
        SERVER.sql(f"UPDATE `{schema}`.`~jobs` SET status = 'error', timestamp = timestamp")
        assert annotated(thread).jobs == []


def test_who_kills_reads_the_reserved_jobs_anew(lab: Lab) -> None:
    schema, (_, thread) = lab.failed(m1="value"), lab.idle("bob")
    with shared_reads.read_once():
        assert annotated(thread).jobs == []
        reserve(schema, thread)
        (reviewed,) = review_kill(selected(thread), ask_server()).connections
    assert reviewed.at_stake == "holds a job"


def test_of_many_jobs_of_a_connection_the_others_are_counted(lab: Lab, viewer: Client) -> None:
    schema = lab.failed(m1="value")
    _, thread = lab.idle("bob")
    plant(schema, thread, "bob@127.0.0.1", rows=7)
    found = look(viewer, f"{LIST}?user=bob")
    told = row_of(found, thread)["Holds"]
    assert (told.count("A no key stored"), told.endswith("and 2 more")) == (5, True)
    more = next(link for link in found.select("td.holds a") if text_of(link) == "2 more")
    assert len(cells(look(viewer, str(more["href"])), "Key")) == 7


def test_a_job_of_another_user_is_never_said_to_be_a_connection_s(lab: Lab, admin: Client) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    lab.start_waiting(schema, user="alice")
    SERVER.sql(f"UPDATE `{schema}`.`~jobs` SET user = 'alice', connection_id = 4294967295, timestamp = timestamp")
    _, idle = lab.idle("bob")
    assert consequences(asked_to_kill(admin, idle)) == [NOTHING_IS_LOST]


def test_a_worker_that_names_no_client_holds_its_job(lab: Lab, admin: Client) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    lab.start_waiting(schema, user="bob")
    thread, _ = connection_of(schema)
    SERVER.sql(f"UPDATE `{schema}`.`~jobs` SET user = 'bob', timestamp = timestamp")
    assert row_of(look(admin, f"{LIST}?user=bob"), thread)["Holds"].startswith("Score subject=m1, session=1")
    assert consequences(asked_to_kill(admin, thread))[0].startswith("It holds the job Score(subject=m1, session=1) ,")


@pytest.mark.parametrize("length", [63, 64])
def test_a_job_of_a_machine_whose_long_name_the_server_cuts_is_found(lab: Lab, viewer: Client, length: int) -> None:
    schema = lab.failed(m1="value")
    machine = f"{'gpu' * 22}.lab.example"
    plant(schema, 7, f"bob@{machine}", rows=1)
    started, threads = ask_server().started, {7: ("bob", machine[:length])}
    reserved = read_reserved(reading_of([schema]), started)
    for found in (
        jobs_of_connections(threads, started, reading_of([schema])),
        jobs_of_users(threads, started, reading_of([schema])),
        reserved.of_connections(threads),
        reserved.of_users(threads),
    ):
        assert [job.account for job in found.jobs] == [("bob", machine)]


@contextmanager
def site_from_elsewhere() -> Iterator[int]:
    """Connect as the site's own account from another address; yield the connection's id."""
    driver = pymysql.connect(
        host=SERVER.host, port=SERVER.port, user=SITE, password=PASSWORD, bind_address="127.0.0.3", ssl_disabled=True
    )
    try:
        yield driver.thread_id()
    finally:
        driver.close()


def test_without_the_privilege_no_connection_is_said_to_lose_nothing(lab: Lab, admin: Client) -> None:
    with site_from_elsewhere() as thread, SERVER.without("PROCESS"):
        found = asked_to_kill(admin, thread)
    assert consequences(found) == [
        "Whether it has an open transaction is not known: Jobsite’s account may not see that (PROCESS is missing)."
    ]
    assert text_of(found.h1) == "Kill 1 connection?"


def test_a_command_gets_the_sentences_of_the_page(lab: Lab, admin: Client) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    lab.start_waiting(schema, user="bob")
    thread, _ = connection_of(schema)
    (reviewed,) = review_kill(selected(thread), ask_server()).connections
    on_the_page = [said.replace(") ,", "),") for said in consequences(asked_to_kill(admin, thread))]
    assert [without_ages(str(one)) for one in reviewed.consequences] == list(map(without_ages, on_the_page))


def without_ages(said: str) -> str:
    """Return a sentence with a mark where it has an age, which grows between two looks."""
    return re.sub(r"\d+ s\b", "… s", said)


# --- Typing the number ------------------------------------------------------------------------------------------------


def unsure(lab: Lab) -> int:
    """Leave a connection open of a user one of whose jobs cannot be told; return its id."""
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    lab.abandon(schema)
    return lab.idle("bob")[1]


def test_where_it_cannot_be_known_what_is_lost_the_number_has_to_be_typed(lab: Lab, admin: Client) -> None:
    found = asked_to_kill(admin, unsure(lab), lab.idle("alice")[1])
    asked = found.select_one('input[name="typed"]')
    assert asked is not None
    assert text_of(asked.parent) == "What is lost cannot be known: type 2 to confirm"
    response = admin.post(KILL, {**fields(found, KILL), "typed": "2"})
    assert text_of(look(admin, response.headers["Location"]).h1) == "Kill sent to 2 connections"


@pytest.mark.parametrize("typed", ["", "2", "all"])
@pytest.mark.parametrize("said", ["1", ""], ids=["asked for", "not asked for before"])
def test_a_wrong_number_kills_nothing(lab: Lab, admin: Client, typed: str, said: str) -> None:
    thread = unsure(lab)
    form = {"connection": [token(thread)], "target": ["connection"], "needs_number": [said], "typed": [typed]}
    response = admin.post(KILL, form)
    assert response.status_code == 409
    assert notices(page(response)) == ["No kill was sent: type 1 to confirm."]
    assert is_connected(thread)


def test_the_function_that_kills_asks_for_the_number_by_itself(lab: Lab) -> None:
    thread, ada = unsure(lab), person("ada", "admin")
    with pytest.raises(NotConfirmedError, match=r"^No kill was sent: type 1 to confirm\.$"):
        kill(selected(thread), Confirmation("2"), ada)
    assert is_connected(thread)
    assert kill(selected(thread), Confirmation(" 1 "), ada).in_words == "Kill sent to 1 connection."


def test_what_a_page_called_unknown_needs_the_number_also_when_it_is_known_by_now(lab: Lab) -> None:
    _, thread = lab.idle("bob")
    with pytest.raises(NotConfirmedError):
        kill(selected(thread), Confirmation(needs_number=True), person("ada", "admin"))
    assert is_connected(thread)


def demanded(found: BeautifulSoup) -> str:
    """Return what a page wants to be typed, '' for nothing."""
    asked = found.select_one('input[name="typed"]')
    return text_of(asked.parent) if asked else ""


def test_for_a_job_that_runs_the_number_has_to_be_typed(lab: Lab, admin: Client) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    lab.start_waiting(schema, user="bob")
    thread, _ = connection_of(schema)
    found = asked_to_kill(admin, thread, lab.idle("alice")[1])
    assert demanded(found) == "1 job is running: type 2 to confirm"
    response = admin.post(KILL, fields(found, KILL))
    assert (response.status_code, notices(page(response))) == (409, ["No kill was sent: type 2 to confirm."])
    assert is_connected(thread)
    response = admin.post(KILL, {**fields(found, KILL), "typed": "2"})
    assert text_of(look(admin, response.headers["Location"]).h1) == "Kill sent to 2 connections"


def test_for_more_than_fifty_connections_the_number_has_to_be_typed(lab: Lab, admin: Client) -> None:
    threads = [lab.idle("bob")[1] for _ in range(51)]
    assert demanded(asked_to_kill(admin, *threads[:50])) == ""
    assert demanded(asked_to_kill(admin, *threads)) == "Type 51 to confirm"


def test_no_number_is_asked_for_where_nothing_is_lost(lab: Lab, admin: Client) -> None:
    assert demanded(asked_to_kill(admin, lab.idle("bob")[1])) == ""


def test_no_number_is_asked_for_where_no_statement_runs_that_could_be_killed(lab: Lab, admin: Client) -> None:
    found = confirm(admin, {"connection": [token(unsure(lab))], "target": ["statement"]})
    assert found.select('input[name="typed"]') == []


def test_without_the_privilege_the_number_has_to_be_typed(lab: Lab, admin: Client) -> None:
    with site_from_elsewhere() as thread, SERVER.without("PROCESS"):
        assert asked_to_kill(admin, thread).select_one('input[name="typed"]') is not None


# --- What changed since it was said -----------------------------------------------------------------------------------


def idle_worker(lab: Lab) -> tuple[ModuleType, int]:
    """Start a worker that has nothing to compute; return its pipeline and its connection."""
    schema, module = lab.pipeline()
    worker = lab.start(schema, "--forever", "--sleep", "1s", user="bob")
    assert isinstance(worker, ForkedWorker)
    eventually(lambda: "Nothing to compute" in worker.so_far(), "the worker to be idle")
    ((thread,),) = SERVER.sql("SELECT id FROM information_schema.processlist WHERE user = 'bob'")
    return module, thread


def reserve(schema: str, *threads: int) -> None:
    """Write a reserved job for each of these connections, as a worker of theirs would."""
    SERVER.sql(
        f"INSERT INTO `{schema}`.`~jobs` (table_name, key_hash, status, user, host, connection_id) "
        "SELECT '__a', id, 'reserved', CONCAT(user, '@', SUBSTRING_INDEX(host, ':', 1)), 'x', id "
        "FROM information_schema.processlist WHERE id IN %s",
        [threads],
    )


def take_a_key(lab: Lab, module: ModuleType) -> None:
    """Let the worker find a key, and return when it is inside make."""
    module.Recording.insert1(("m1", 1, "wait"))
    eventually(lab.gate.with_suffix(".waiting").exists, "the worker to take the key")


def test_a_worker_that_took_a_key_since_is_not_killed_as_if_nothing_were_lost(lab: Lab, admin: Client) -> None:
    module, thread = idle_worker(lab)
    found = asked_to_kill(admin, thread)
    assert consequences(found) == [NOTHING_IS_LOST]
    take_a_key(lab, module)
    response = admin.post(KILL, fields(found, KILL))
    assert response.status_code == 409
    again = page(response)
    seen = ConnectionSnapshot.read(token(thread))
    assert notices(again) == [f"No kill was sent: meanwhile {seen} holds a job. Look again."]
    assert consequences(again)[0].startswith("It holds the job Score(subject=m1, session=1) ,")
    assert is_connected(thread)
    killed = admin.post(KILL, {**fields(again, KILL), "typed": "1"})
    assert text_of(look(admin, killed.headers["Location"]).h1) == "Kill sent to 1 connection"


def test_a_typed_number_confirms_no_loss_that_was_not_said(lab: Lab, admin: Client) -> None:
    _, certain = lab.idle("alice")
    found = asked_to_kill(admin, unsure(lab), certain)
    reserve(lab.failed(m2="value"), certain)
    response = admin.post(KILL, {**fields(found, KILL), "typed": "2"})
    assert response.status_code == 409
    again = page(response)
    assert notices(again)[0].endswith(" holds a job. Look again.")
    assert again.select_one('input[name="typed"]') is not None
    assert is_connected(certain)


def test_a_transaction_that_wrote_since_is_not_rolled_back_unsaid(lab: Lab, admin: Client) -> None:
    schema, _ = lab.pipeline(recordings={"m1": ""})
    driver, thread = lab.idle()
    driver.query("START TRANSACTION")
    found = asked_to_kill(admin, thread)
    driver.query(f"DELETE FROM `{schema}`.recording")
    form = fields(found, KILL)
    eventually(
        lambda: "1 row that it has written" in text_of(asked_to_kill(admin, thread).main),
        "the page to see it",
        pause_s=TRANSACTIONS_KEPT_S,
    )
    response = admin.post(KILL, form)
    assert response.status_code == 409
    assert notices(page(response))[0].endswith(" has written rows in a transaction. Look again.")
    assert is_connected(thread)


def test_what_is_as_it_was_said_is_killed_after_one_more_look(lab: Lab) -> None:
    ada, selection = person("ada", "admin"), selected(lab.idle("bob")[1])
    assert kill(selection, Confirmation(harmless=selection.snapshots), ada).in_words == "Kill sent to 1 connection."


def test_of_many_that_changed_five_are_named(lab: Lab) -> None:
    threads = [lab.idle("bob")[1] for _ in range(7)]
    selection = selected(*threads)
    reserve(lab.failed(m1="value"), *threads)
    with pytest.raises(NotConfirmedError) as refused:
        kill(selection, Confirmation(harmless=selection.snapshots), person("ada", "admin"))
    assert str(refused.value).endswith(" holds a job (and 2 more have changed). Look again.")
