"""The server is set otherwise than most, for everybody: no answer of the site changes."""

import MySQLdb
import pytest
from django.db import connections
from django.db.backends.mysql.base import DatabaseWrapper
from django.test import Client

from tests.jobs.clearing import JOBS, again, clear_all, selected
from tests.lab import Lab
from tests.pages import cells, look
from tests.server import SERVER, SITE

MODES = (
    "ANSI",
    "ANSI_QUOTES,PIPES_AS_CONCAT,IGNORE_SPACE",
    "NO_BACKSLASH_ESCAPES",
    "PAD_CHAR_TO_FULL_LENGTH",
    "HIGH_NOT_PRECEDENCE,REAL_AS_FLOAT",
    "TRADITIONAL",
    "",
)
MARIADB_MODES = ("ORACLE", "MSSQL", "EMPTY_STRING_IS_NULL", "DB2", "MAXDB", "POSTGRESQL")
VARIABLES = (
    ("sql_select_limit", 1),
    ("sql_select_limit", 0),
    ("max_join_size", 1),
    ("sql_safe_updates", 1),
    ("sql_auto_is_null", 1),
    ("completion_type", 1),
    ("completion_type", 2),
    ("autocommit", 0),
    ("max_sort_length", 64),
    ("sort_buffer_size", 32768),
    ("group_concat_max_len", 4),
    ("sql_quote_show_create", 0),
    ("time_zone", "+13:00"),
    ("transaction_isolation", "SERIALIZABLE"),
    ("low_priority_updates", 1),
    ("big_tables", 1),
    ("sql_buffer_result", 1),
    ("lc_time_names", "de_DE"),
    ("lc_messages", "de_DE"),
    ("div_precision_increment", 0),
    ("init_connect", "SET NAMES latin1, sql_mode = ANSI_QUOTES, sql_select_limit = 1, completion_type = 2"),
)
MARIADB_VARIABLES = (("old_mode", "ZERO_DATE_TIME_CAST"), ("in_predicate_conversion_threshold", 2))
MYSQL_VARIABLES = (("explain_format", "TREE"), ("terminology_use_previous", "BEFORE_8_0_26"))
MESSAGES = {
    "m1": "the_units are wrong 🧠",
    "m2": "the units are wrong",
    "m3": "100% of it",
    "m4": "1000 of it",
    "m5": "a back\\slash",
    "m6": f"{'x' * 80}b",
    "m7": f"{'x' * 80}a",
}


def the_site_answers_as_ever(lab: Lab, admin: Client, name: str, value: str | int) -> None:
    """Look, search and clear under a setting."""
    schema, module = lab.pipeline()
    for subject, message in MESSAGES.items():
        again(module, subject, message)
    with SERVER.set_for_everybody(name, value):
        assert messages(admin, f"schema={schema}&sort=message") == sorted(MESSAGES.values())
        assert messages(admin, f"schema={schema}&message=the_units") == [MESSAGES["m1"]]
        assert messages(admin, f"schema={schema}&message=100%25") == [MESSAGES["m3"]]
        assert messages(admin, f"schema={schema}&message=back%5C") == [MESSAGES["m5"]]
        assert len(cells(look(admin, f"/connections/?user={SITE.replace('_', '%5F')}"), "User")) >= 1
        assert clear_all(admin, selected(admin, f"schema={schema}")) == ["Cleared 7 jobs."]
    assert lab.jobs(schema) == {}


def messages(browser: Client, query: str) -> list[str]:
    """Return the messages of a list."""
    return cells(look(browser, f"{JOBS}?{query}"), "Message")


@pytest.mark.parametrize("mode", MODES)
def test_no_sql_mode_changes_an_answer(lab: Lab, admin: Client, mode: str) -> None:
    the_site_answers_as_ever(lab, admin, "sql_mode", mode)


@pytest.mark.parametrize("mode", MARIADB_MODES)
def test_no_sql_mode_of_mariadb_changes_an_answer(lab: Lab, admin: Client, mode: str) -> None:
    if SERVER.is_mariadb:
        the_site_answers_as_ever(lab, admin, "sql_mode", mode)


@pytest.mark.parametrize(("name", "value"), VARIABLES)
def test_no_variable_changes_an_answer(lab: Lab, admin: Client, name: str, value: str | int) -> None:
    try:
        SERVER.sql(f"SELECT @@GLOBAL.{name}")
    except MySQLdb.Error:
        name = {"transaction_isolation": "tx_isolation"}[name]  # as MariaDB before 11.1 calls it
    the_site_answers_as_ever(lab, admin, name, value)


@pytest.mark.parametrize(("name", "value"), MARIADB_VARIABLES)
def test_no_variable_of_mariadb_changes_an_answer(lab: Lab, admin: Client, name: str, value: str | int) -> None:
    if SERVER.is_mariadb:
        the_site_answers_as_ever(lab, admin, name, value)


@pytest.mark.parametrize(("name", "value"), MYSQL_VARIABLES)
def test_no_variable_of_mysql_changes_an_answer(lab: Lab, admin: Client, name: str, value: str | int) -> None:
    if not SERVER.is_mariadb:
        the_site_answers_as_ever(lab, admin, name, value)


def test_a_session_begins_with_two_statements(accounts: None, db: None) -> None:
    server = connections["lab"]
    assert isinstance(server, DatabaseWrapper)
    assert server.mysql_version  # asked for once a thread
    server.close()
    with server.cursor() as cursor:
        cursor.execute("SHOW SESSION STATUS LIKE 'Questions'")
        ((_, sent),) = cursor.fetchall()
    # The session's settings, its character set, and this.
    assert int(sent) == 3


def test_a_session_has_what_django_would_set_by_statements_of_its_own(accounts: None, db: None) -> None:
    isolation = "@@tx_isolation" if SERVER.is_mariadb else "@@transaction_isolation"
    with SERVER.set_for_everybody("autocommit", 0), connections["lab"].cursor() as cursor:
        cursor.execute(f"SELECT {isolation}, @@autocommit, @@sql_auto_is_null, @@character_set_client")
        assert cursor.fetchone() == ("READ-COMMITTED", 1, 0, "utf8mb4")
