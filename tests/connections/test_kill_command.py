"""`manage.py kill`: what it lists, its prompt, --yes, and what it never kills; by whom a kill is recorded."""

import os
import pwd
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from MySQLdb.connections import Connection as Driver

from connections.consequences import KillReview, review_kill
from connections.killing import kill
from connections.outcomes import KillSummary
from connections.snapshots import SelectedConnections
from connections.terminal.arguments import FORCE_ALONE, NO_RESTRICTION
from jobsite.activity.models import Act
from jobsite.lab.server import Server, ask_server
from tests.connections.terminals import Answer, kill_as_a_shell, kill_here
from tests.connections.test_killing import ONE, OTHER, busy, running, statement_of
from tests.lab import TRANSACTIONS_KEPT_S, Lab, eventually, is_connected
from tests.server import SERVER, SITE

NOTHING_IS_LOST = "It holds no job and no open transaction: nothing is lost. Its client has to connect again."
NOTHING_SENT = "No kill was sent."


def of(*threads: int) -> str:
    """Return the restriction to these connections."""
    return f"ID IN ({', '.join(map(str, threads))})"


def name_of(thread: int) -> str:
    """Return how sentences call a connection."""
    ((user, host),) = SERVER.sql("SELECT user, host FROM information_schema.processlist WHERE id = %s", [thread])
    return f"{thread} {user}@{host}"


@pytest.fixture
def holder(lab: Lab) -> tuple[int, str]:
    """The connection of a worker inside make, and its schema."""
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    lab.start_waiting(schema, user="bob")
    ((thread,),) = SERVER.sql(f"SELECT connection_id FROM `{schema}`.`~jobs`")
    return int(thread), schema


def writer(lab: Lab) -> int:
    """Leave a connection that has written a row in a transaction, and the server's list of transactions says so."""
    schema = lab.failed(m1="value")
    driver, thread = lab.idle()
    write(driver, thread, schema)
    return thread


def write(driver: Driver, thread: int, schema: str) -> None:
    """Write a row in a transaction, and wait until the server's list of transactions says so."""
    driver.query("START TRANSACTION")
    driver.query(f"INSERT INTO `{schema}`.recording VALUES ('x', 1, '')")
    told = "SELECT trx_rows_modified FROM information_schema.innodb_trx WHERE trx_mysql_thread_id = %s"
    eventually(lambda: SERVER.sql(told, [thread]) == [(1,)], "the row to be told", pause_s=TRANSACTIONS_KEPT_S)


# --- The list ---------------------------------------------------------------------------------------------------------


def test_in_a_file_each_connection_is_a_line_with_the_columns_of_dj_kill_and_what_it_holds(
    holder: tuple[int, str],
) -> None:
    thread, _ = holder
    row = kill_here(of(thread)).rows[thread]
    assert list(row) == ["ID", "USER", "HOST", "STATE", "TIME", "INFO", "HOLDS", "PROTECTED"]
    assert (row["USER"], row["HOST"].startswith("127.0.0.1:"), row["TIME"].isdecimal()) == ("bob", True, True)
    assert (row["STATE"], row["INFO"], row["PROTECTED"]) == ("", "", "")
    assert row["HOLDS"].startswith("holds Score(subject=m1, session=1); transaction ")


def test_the_site_s_own_and_the_server_s_are_listed_with_why_they_cannot_be_killed(lab: Lab) -> None:
    with SERVER.connected(SITE) as own:
        protected = kill_here(f'USER = "{SITE}"').rows[own.thread_id()]["PROTECTED"]
    assert protected == "Jobsite’s own"


def test_the_connection_that_asks_is_not_listed_as_in_datajoint(lab: Lab) -> None:
    assert kill_here(f'USER = "{SITE}"').rows == {}


def test_a_restriction_that_matches_nothing_is_no_error(lab: Lab) -> None:
    assert (kill_here("ID = 0").status, kill_here("ID = 0").rows) == (0, {})


def test_secrets_in_a_statement_are_masked_as_on_the_page(lab: Lab) -> None:
    with busy(statement="SELECT SLEEP(60), 'mysql://root:sw0rdfish@db/x', 'plain'") as (thread, _):
        info = kill_here(of(thread)).rows[thread]["INFO"]
    assert info == "SELECT SLEEP(60), ***, 'plain'"


def test_hostile_texts_stay_in_their_line_and_move_no_cursor(lab: Lab) -> None:
    with busy(statement="SELECT SLEEP(60), '\x1b[2J\n\t\r\x9b1A\u202eß'") as (thread, _):
        found = kill_here(of(thread))
    assert len(found.out.splitlines()) == 3  # the headings, the row and the prompt
    assert found.rows[thread]["INFO"] == "SELECT SLEEP(60), '\\x1b[2J\\n\\t\\r\\x9b1A\\u202eß'"


# --- The prompt -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["", "q", "q\n", "Q\n", "\n\nq\n"])
def test_q_and_the_end_of_the_input_end_the_command(lab: Lab, typed: str) -> None:
    _, thread = lab.idle()
    found = kill_here(of(thread), typed=typed)
    assert (found.status, found.said) == (0, [])


def test_what_costs_nothing_is_killed_by_its_id_alone(lab: Lab) -> None:
    _, thread = lab.idle()
    name = name_of(thread)
    found = kill_here(of(thread), typed=f"{thread}\nq\n")
    assert (found.status, found.said) == (0, [f"{name}:", NOTHING_IS_LOST, f"{name}: kill sent."])
    eventually(lambda: not is_connected(thread), "the connection to end")


def test_several_are_killed_by_their_ids(lab: Lab) -> None:
    threads = [lab.idle()[1] for _ in range(3)]
    found = kill_here(of(*threads), typed=f"{threads[0]}, {threads[1]} {threads[1]}\n")
    assert (found.status, sum(line.endswith(": kill sent.") for line in found.said)) == (0, 2)
    eventually(lambda: [*map(is_connected, threads)] == [False, False, True], "two connections to end")


def test_a_worker_s_connection_is_killed_only_when_the_number_is_typed(holder: tuple[int, str], lab: Lab) -> None:
    thread, _ = holder
    for answer in ("", "2\n", "y\n"):
        found = kill_here(of(thread), typed=f"{thread}\n{answer}")
        assert (found.status, found.said[-1]) == (1, f"1 job is running: type 1 to confirm: {NOTHING_SENT}")
    assert is_connected(thread)
    assert kill_here(of(thread), typed=f"{thread}\n1\nq\n").status == 0
    eventually(lambda: not is_connected(thread), "the connection to end")


@pytest.mark.parametrize("typed", ["x", "0", "-1", "4294967296", "9" * 5000, "; DROP", "\x00", "１"])
def test_what_is_no_id_of_the_list_kills_nothing(lab: Lab, typed: str) -> None:
    _, thread = lab.idle()
    found = kill_here(of(thread), typed=f"{typed}\nq\n")
    (said,) = found.said
    assert (found.status, said.endswith(" is not listed here: type an ID of the list, or several.")) == (1, True)
    assert is_connected(thread)


def test_an_id_that_the_restriction_leaves_out_kills_nothing(lab: Lab) -> None:
    (_, one), (_, other) = lab.idle(), lab.idle()
    assert kill_here(of(one), typed=f"{other}\n").status == 1
    assert is_connected(other)


def test_the_site_s_own_is_refused(lab: Lab) -> None:
    with SERVER.connected(SITE) as own:
        thread, name = own.thread_id(), name_of(own.thread_id())
        found = kill_here(of(thread), typed=f"{thread}\n")
        own.query("SELECT 1")  # it lives
    assert (found.status, found.said) == (1, [f"{name} cannot be killed: Jobsite’s own.", NOTHING_SENT])


def test_only_the_statement_is_killed_and_the_connection_stays(lab: Lab) -> None:
    with busy() as (thread, place):
        found = kill_here(of(thread), "--query", typed=f"{thread}\n")
        place.submit(lambda: None).result(timeout=30)  # stands behind the statement
        assert found.status == 0
        assert "Its statement ends with an error; the connection stays." in found.said
        assert is_connected(thread)


def test_where_the_account_may_not_kill_the_grant_is_named_and_nothing_is_asked(lab: Lab) -> None:
    _, thread = lab.idle()
    with SERVER.without(SERVER.kill_privilege):
        grant, found = ask_server().kill_grant, kill_here(of(thread), typed=f"{thread}\n")
    assert (found.status, found.said[-2].endswith(grant), found.said[-1]) == (1, True, NOTHING_SENT)
    assert is_connected(thread)


def test_without_process_it_is_said_that_others_are_not_seen(lab: Lab) -> None:
    _, thread = lab.idle()
    with SERVER.without("PROCESS"):
        grant, found = ask_server().process_grant, kill_here()
    assert thread not in found.rows
    assert found.said[0].endswith(f"Ask an administrator of the server to run: {grant}")


# --- --yes ------------------------------------------------------------------------------------------------------------


def test_yes_kills_all_that_match_and_asks_nothing(lab: Lab) -> None:
    threads = [lab.idle()[1] for _ in range(3)]
    names = [name_of(thread) for thread in threads]
    found = kill_here(of(*threads[:2]), "--yes")
    assert found == Answer(0, "".join(f"{name}: kill sent.\n" for name in names[:2]) + "Kill sent to 2 connections.\n")
    eventually(lambda: [*map(is_connected, threads)] == [False, False, True], "two connections to end")


def test_yes_leaves_a_running_job_and_written_rows_alone_and_says_so(holder: tuple[int, str], lab: Lab) -> None:
    (_, idle), (worker, _), writing = lab.idle(), holder, writer(lab)
    names = {thread: name_of(thread) for thread in (idle, worker, writing)}
    found = kill_here(of(*names), "--yes")
    assert (found.status, [line for line in found.said if " alone" in line]) == (
        1,
        [
            f"{names[worker]} was left alone: it holds a job.",
            f"{names[writing]} was left alone: it has written rows in a transaction.",
        ],
    )
    assert found.said[-1] == "Kill sent to 1 connection."
    eventually(lambda: not is_connected(idle), "the idle connection to end")
    assert (is_connected(worker), is_connected(writing)) == (True, True)


def test_force_kills_these_too(holder: tuple[int, str], lab: Lab) -> None:
    (worker, _), writing = holder, writer(lab)
    assert kill_here(of(worker, writing), "--yes", "--force").status == 0
    eventually(lambda: not is_connected(worker) and not is_connected(writing), "both connections to end")


def test_yes_leaves_alone_what_may_hold_a_job_that_nobody_sees(lab: Lab) -> None:
    schema = lab.failed(m1="value")
    _, thread = lab.idle()
    with SERVER.without_grants():
        SERVER.sql(f"GRANT SELECT (table_name, key_hash, status) ON `{schema}`.`~jobs` TO '{SITE}'@'%'")
        found = kill_here(of(thread), "--yes")
    assert (found.status, is_connected(thread)) == (1, True)
    assert found.said[-2:] == [f"{name_of(thread)} was left alone: it may hold what cannot be seen.", NOTHING_SENT]


def test_yes_kills_the_statements_of_those_that_run_one(lab: Lab) -> None:
    (_, idle) = lab.idle()
    with busy() as (thread, place):
        found = kill_here(of(idle, thread), "--yes", "--query")
        place.submit(lambda: None).result(timeout=30)  # stands behind the statement
        assert (found.status, found.said[-1]) == (0, "Kill sent to 1 statement.")
        assert (is_connected(idle), is_connected(thread)) == (True, True)


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Let something happen between the first look of --yes and its kills."""
    looks = iter([happens])

    def look_and_wait(selection: SelectedConnections, server: Server) -> KillReview:
        seen = review_kill(selection, server)
        next(looks, lambda: None)()
        return seen

    monkeypatch.setattr("connections.terminal.unattended.review_kill", look_and_wait)


def test_a_connection_that_matches_no_longer_when_it_comes_to_it_lives(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver, thread = lab.idle()
    with ThreadPoolExecutor(1) as place:

        def wake() -> None:
            place.submit(driver.query, "SELECT SLEEP(60)")
            eventually(lambda: statement_of(thread), "the statement to run")

        meanwhile(monkeypatch, wake)
        found = kill_here(f'{of(thread)} AND COMMAND = "Sleep"', "--yes")
        lives = is_connected(thread)
        SERVER.sql(f"KILL QUERY {thread}")
    assert (found.status, found.said, lives) == (0, [NOTHING_SENT], True)


def just_before_the_kill(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Let something happen after the last look of --yes, when its kills begin."""

    def wait_and_kill(*arguments: Any) -> KillSummary:
        happens()
        return kill(*arguments)

    monkeypatch.setattr("connections.terminal.unattended.kill", wait_and_kill)


def test_a_connection_that_matches_no_longer_at_the_moment_of_its_kill_lives(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver, thread = lab.idle()
    with ExitStack() as stack:
        just_before_the_kill(monkeypatch, lambda: stack.enter_context(running(driver, ONE)))
        found = kill_here(f'{of(thread)} AND COMMAND = "Sleep"', "--yes")
        assert statement_of(thread) == ONE
    said = f"{name_of(thread)} was left alone, it no longer matches what was asked for."
    assert (found.status, found.said) == (0, [said, NOTHING_SENT])


@pytest.mark.parametrize("when", [meanwhile, just_before_the_kill])
def test_yes_leaves_a_statement_alone_that_began_after_the_list_was_read(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, when: Callable[[pytest.MonkeyPatch, Callable[[], object]], None]
) -> None:
    driver, thread = lab.idle()
    with ExitStack() as before, ExitStack() as after:
        before.enter_context(running(driver, ONE))

        def go_on() -> None:
            before.close()
            after.enter_context(running(driver, OTHER))

        when(monkeypatch, go_on)
        found = kill_here(of(thread), "--yes", "--query")
        assert statement_of(thread) == OTHER
    said = f"{name_of(thread)} was left alone, it does not run the statement that was seen."
    assert (found.status, found.said) == (0, [said, NOTHING_SENT])


def test_a_connection_that_has_written_since_it_was_looked_at_is_left_alone(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema = lab.failed(m1="value")
    driver, thread = lab.idle()
    meanwhile(monkeypatch, lambda: write(driver, thread, schema))
    found = kill_here(of(thread), "--yes")
    said = [f"{name_of(thread)} was left alone: it has written rows in a transaction."]
    assert (found.status, found.said[:1], found.said[-1]) == (1, said, NOTHING_SENT)
    assert is_connected(thread)


def test_yes_never_kills_what_is_protected_and_that_is_no_failure(lab: Lab) -> None:
    with SERVER.connected(SITE) as own:
        name = name_of(own.thread_id())
        found = kill_here(of(own.thread_id()), "--yes", "--force")
        own.query("SELECT 1")  # it lives
    assert (found.status, found.said) == (0, [f"{name} cannot be killed: Jobsite’s own.", NOTHING_SENT])


def test_a_replica_s_threads_survive_whatever_is_asked(replicating: list[int]) -> None:
    found = kill_here(of(*replicating), "--yes", "--force")
    assert (found.status, found.said[-1]) == (0, NOTHING_SENT)
    rows = kill_here(of(*replicating), typed=f"{replicating[0]}\n").rows
    assert {thread: row["PROTECTED"] for thread, row in rows.items()} == dict.fromkeys(replicating, "the server’s own")
    assert sorted(replica_threads()) == sorted(replicating)


@pytest.fixture
def replicating(lab: Lab) -> Iterator[list[int]]:
    """Make the private server the replica of one that never answers; return the ids of the threads that replicate."""
    if SERVER.server is None or not SERVER.is_mariadb:
        pytest.skip("It is made on a private MariaDB only.")
    SERVER.sql("CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = 1, MASTER_USER = 'nobody'")
    SERVER.sql("START SLAVE")
    try:
        yield eventually(lambda: found if len(found := replica_threads()) == 2 else None, "both threads to start")
    finally:
        SERVER.sql("STOP SLAVE")
        SERVER.sql("RESET SLAVE ALL")


def replica_threads() -> list[int]:
    """Return the ids of the threads by which the server replicates another."""
    return [row[0] for row in SERVER.sql("SELECT id FROM information_schema.processlist WHERE user = 'system user'")]


# --- The record -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["typed", "--yes"])
def test_a_kill_is_recorded_as_the_operating_system_s_user_s_with_the_account(lab: Lab, way: str) -> None:
    _, thread = lab.idle()
    name = name_of(thread)
    assert kill_here(of(thread), *([way] if way == "--yes" else []), typed=f"{thread}\n").status == 0
    act = Act.objects.get()
    who = f"{pwd.getpwuid(os.getuid()).pw_name} by manage.py as '{SITE}'@'%'"
    assert (act.username, act.verb, act.meant, act.outcome) == (
        who,
        "kill connection",
        f"Selected: {name}.",
        "Kill sent to 1 connection.",
    )
    assert act.form is None


def test_without_the_record_nothing_is_killed(lab: Lab, tmp_path: Path) -> None:
    _, thread = lab.idle()
    found = kill_as_a_shell(of(thread), "--yes", JOBSITE_HOME=str(tmp_path))
    assert (found.status, is_connected(thread)) == (1, True)
    assert found.said[-1] == NOTHING_SENT


# --- Wrong input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--yes"],
            NO_RESTRICTION,
        ),
        (
            ["", "--yes"],
            NO_RESTRICTION,
        ),
        (["ID > 0", "--force"], FORCE_ALONE),
        (["--order-by", "hots desc"], "Connections cannot be ordered by “hots”: did you mean HOST?"),
        (["--order-by", "host down"], "“down” is no direction: write HOST or HOST desc."),
        (
            ["--order-by", "sleep(9)"],
            "Connections cannot be ordered by “sleep(9)”: write one of ID, USER, HOST, DB, COMMAND, TIME, STATE, INFO.",
        ),
    ],
)
def test_wrong_input_is_one_sentence_and_status_2(lab: Lab, arguments: list[str], said: str) -> None:
    assert kill_here(*arguments) == Answer(2, "", said)


@pytest.mark.parametrize("restriction", ["TIEM > 600", "TIME >", "SLEEP(9)", "ID + 18446744073709551615 > 0"])
def test_a_wrong_restriction_is_one_sentence_and_status_2(lab: Lab, restriction: str) -> None:
    found = kill_here(restriction, "--yes")
    assert (found.status, found.out, len(found.err.splitlines())) == (2, "", 1)


def test_a_server_that_does_not_answer_is_one_sentence_and_status_1() -> None:
    found = kill_as_a_shell("ID > 0", "--yes", DJ_PORT="1")
    assert (found.status, found.out, len(found.err.splitlines())) == (1, "", 1)
