"""Where KILL is not allowed and the procedures of Amazon RDS are there (mysql.rds_kill), they are called.

They are made here as Amazon makes them: they run with the rights of who defined them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from connections.outcomes import KillResult
from connections.snapshots import ConnectionSnapshot, Target
from jobsite.activity.models import Act
from jobsite.lab.server import ask_server
from tests.connections.test_doctor import doctor
from tests.connections.test_killing import CONFIRM, KILL, LIST, confirm, token
from tests.lab import Lab, eventually, is_connected
from tests.pages import fields, look, notices, page, text_of, tokens
from tests.server import SERVER, SITE

ACCOUNT = f"'{SITE}'@'%'"
# As on RDS, but for the names of Amazon's own accounts, which the first line stands for.
PROCEDURE = """
    CREATE PROCEDURE mysql.{name}(IN thread BIGINT) SQL SECURITY DEFINER READS SQL DATA
    BEGIN
        IF (SELECT user FROM information_schema.processlist WHERE id = thread) = 'alice' THEN
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'ERROR (RDS): CANNOT KILL RDSADMIN SESSION';
        END IF;
        {kill} thread;
    END
"""
KILLS = {"rds_kill": "KILL", "rds_kill_query": "KILL QUERY"}


@contextmanager
def on_rds(*procedures: str, grant: str = "GRANT EXECUTE ON PROCEDURE mysql.{name} TO {account}") -> Iterator[None]:
    """Let the site's account KILL nothing, and call these procedures."""
    for name in KILLS:
        SERVER.sql(f"DROP PROCEDURE IF EXISTS mysql.{name}")
        SERVER.sql(PROCEDURE.format(name=name, kill=KILLS[name]))
    for name in procedures:
        SERVER.sql(grant.format(name=name, account=ACCOUNT))
    try:
        with SERVER.without(SERVER.kill_privilege):
            yield
    finally:
        for name in procedures:
            SERVER.sql("REVOKE" + grant.format(name=name, account=ACCOUNT)[5:].replace(" TO ", " FROM "))
        for name in KILLS:
            SERVER.sql(f"DROP PROCEDURE mysql.{name}")


def buttons(found: BeautifulSoup) -> list[str]:
    return [text_of(button) for button in found.select('form.rows .acts button[type="submit"], .confirm button')]


def send(admin: Client, thread: int, target: str = "connection") -> BeautifulSoup:
    """Confirm a kill, send it, and return the page that follows."""
    confirmed = confirm(admin, {"connection": [token(thread)], "target": [target]})
    return look(admin, admin.post(KILL, fields(confirmed, KILL)).headers["Location"])


GRANTS = {
    "on the procedure": "GRANT EXECUTE ON PROCEDURE mysql.{name} TO {account}",
    "on its schema": "GRANT EXECUTE ON mysql.* TO {account}",
    "on the server": "GRANT EXECUTE ON *.* TO {account}",
}


@pytest.mark.parametrize("way", GRANTS)
def test_a_connection_is_killed_by_the_procedure(lab: Lab, admin: Client, way: str) -> None:
    _, thread = lab.idle()
    with on_rds("rds_kill", grant=GRANTS[way]):
        found = look(admin, f"{LIST}?user=bob")
        assert "Kill selected connections…" in buttons(found)
        assert len(tokens(found, "connection")) >= 1
        assert text_of(send(admin, thread).h1) == "Kill sent to 1 connection"
    eventually(lambda: not is_connected(thread), "the connection to end")


def test_the_record_names_the_statement_that_was_sent(lab: Lab, admin: Client) -> None:
    _, thread = lab.idle()
    seen = ConnectionSnapshot.read(token(thread))
    with on_rds("rds_kill"):
        send(admin, thread)
    assert Act.objects.get().meant == f"Selected: {seen}. By CALL mysql.rds_kill."


@pytest.mark.parametrize(
    ("procedures", "drawn"),
    [
        (("rds_kill",), ["Kill selected connections…"]),
        (("rds_kill_query",), ["Kill only their statements…"]),
        (("rds_kill", "rds_kill_query"), ["Kill selected connections…", "Kill only their statements…"]),
    ],
)
def test_only_what_may_be_called_is_drawn(
    lab: Lab, admin: Client, procedures: tuple[str, ...], drawn: list[str]
) -> None:
    lab.idle()
    with on_rds(*procedures):
        found = look(admin, f"{LIST}?user=bob")
    assert (buttons(found), notices(found)) == (drawn, [])


def test_only_the_statement_is_killed_by_the_other_procedure(lab: Lab, admin: Client) -> None:
    driver, thread = lab.idle()
    with on_rds("rds_kill_query"):
        assert text_of(send(admin, thread, "statement").h1) == "Kill sent to 1 statement"
    driver.query("SELECT 1")  # it lives


def test_kill_itself_is_sent_where_it_is_allowed(db: None) -> None:
    with on_rds("rds_kill"):
        SERVER.sql(f"GRANT {SERVER.kill_privilege} ON *.* TO {ACCOUNT}")
        assert Target.CONNECTION.sql(ask_server()) == "KILL CONNECTION %s"


def test_procedures_that_may_not_be_called_draw_nothing(lab: Lab, admin: Client) -> None:
    _, thread = lab.idle()
    seen = token(thread)
    with on_rds():
        found = look(admin, f"{LIST}?user=bob")
        confirmed = page(admin.post(CONFIRM, {"connection": [seen], "target": ["connection"]}))
    ask = "Jobsite’s account may not kill the connections of other accounts. Ask an administrator of the server to run:"
    told = f"{ask} GRANT {SERVER.kill_privilege} ON *.* TO {ACCOUNT};"
    assert (buttons(found), tokens(found, "connection"), notices(found)) == ([], [], [told])
    assert (buttons(confirmed), notices(confirmed)) == ([], [told])


def test_who_may_not_kill_is_told_of_no_grant(lab: Lab, viewer: Client) -> None:
    with SERVER.without(SERVER.kill_privilege):
        assert notices(look(viewer, f"{LIST}?user=bob")) == []


def test_what_the_procedure_refuses_is_said_in_its_words(lab: Lab, admin: Client) -> None:
    _, thread = lab.idle("alice")
    with on_rds("rds_kill"):
        response = admin.post(KILL, {"connection": [token(thread)], "target": ["connection"], "typed": ["1"]})
        said = notices(look(admin, response.headers["Location"]))
    assert len(said) == 1
    assert KillResult.REFUSED.value in said[0]
    assert "CANNOT KILL RDSADMIN SESSION" in said[0]
    assert is_connected(thread)


def test_the_doctor_says_how_it_kills(failed_jobs: str) -> None:
    with on_rds("rds_kill", "rds_kill_query"):
        found = doctor()
    line = "ok       It may kill other accounts' connections, by CALL mysql.rds_kill."
    assert (found.returncode, line in found.stdout.splitlines()) == (0, True)
