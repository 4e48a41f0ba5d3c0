"""A restriction selects the connections that DataJoint's dj.kill lists for it."""

import MySQLdb
import pytest
from django.db import DatabaseError

from connections.process_order import AS_DATAJOINT
from connections.restricted import matching_ids
from jobsite.lab.errors import Kind, kind_of
from jobsite.lab.server import ask_server
from jobsite.restrictions.columns import CONNECTIONS
from jobsite.restrictions.reading import read_restriction
from tests.server import SERVER

# DataJoint 0.14.10, admin.py.
LISTED = "SELECT ID FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND ({})"


@pytest.mark.parametrize(
    "text",
    [
        "USER = 'ALICE'",
        "user = 'alice '",
        "USER = 'àlice'",
        "USER LIKE 'ALI%' OR `User` = \"bob\"",
        "USER IN ('alice', 'nobody')",
        "HOST LIKE '%127.0.0.1%'",
        "HOST LIKE '%compute%'",
        "TIME > 600",
        "TIME BETWEEN 0 AND 600 AND NOT COMMAND = 'Query'",
        "DB IS NULL",
        "DB = 'MYSQL'",
        "COMMAND = 'sleep'",
        "STATE = '' OR STATE IS NULL",
        "INFO IS NULL AND ID > 0",
        "CONCAT(USER, '@', LEFT(HOST, 9)) = 'bob@127.0.0.1'",
    ],
)
def test_it_selects_what_dj_kill_lists(accounts: None, db: None, text: str) -> None:
    restriction = read_restriction(text, CONNECTIONS)
    with SERVER.connected("alice") as alice, SERVER.connected("bob") as bob, SERVER.connected() as root:
        root.select_db("mysql")
        known = {driver.thread_id() for driver in (alice, bob, root)}
        ours = set(matching_ids(restriction, AS_DATAJOINT, ask_server()))
        theirs = {thread for (thread,) in SERVER.sql(LISTED.format(text))}
    assert ours & known == theirs & known


def test_a_letter_that_the_list_lacks_is_refused_as_by_dj_kill(accounts: None, db: None) -> None:
    text = "INFO LIKE '%🧠%'"
    with pytest.raises(DatabaseError) as ours:
        matching_ids(read_restriction(text, CONNECTIONS), AS_DATAJOINT, ask_server())
    with pytest.raises(MySQLdb.Error) as theirs:
        SERVER.sql(LISTED.format(text))
    assert kind_of(ours.value) is kind_of(theirs.value) is Kind.NOT_COMPARABLE


def test_of_the_server_s_own_threads_it_selects_those_that_dj_kill_lists(accounts: None, db: None) -> None:
    text = "USER IN ('system user', 'event_scheduler')"
    ours = matching_ids(read_restriction(text, CONNECTIONS), AS_DATAJOINT, ask_server())
    assert ours == [thread for (thread,) in SERVER.sql(f"{LISTED.format(text)} ORDER BY id")]
