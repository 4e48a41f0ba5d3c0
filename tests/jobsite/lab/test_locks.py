"""Who holds a jobs table: said for certain where the server keeps a list of locks, else a guess that is called one."""

import time

import pytest
from django.test import Client

from jobsite.lab.locks import LockHolder, who_holds
from tests.jobs.locking import altered, bob_locks, bob_waits, locked_by_bob, moved
from tests.lab import TRANSACTIONS_KEPT_S, Lab
from tests.pages import look, notices
from tests.server import LOCK_TABLES, SERVER

TABLE = "~jobs"


@pytest.fixture
def schema(lab: Lab) -> str:
    """A schema with a jobs table."""
    return lab.failed(m1="value")


def holders(schema: str) -> tuple[LockHolder, ...]:
    """Return who holds the jobs table of a schema."""
    time.sleep(TRANSACTIONS_KEPT_S)
    return who_holds(TABLE, [schema])[schema]


def test_who_locked_the_table_is_told_where_the_server_tells_it(lab: Lab, schema: str) -> None:
    with locked_by_bob(lab, schema) as thread:
        found = holders(schema)
    assert found == (
        (LockHolder(thread, "bob", "127.0.0.1", waits=False, is_certain=True),) if SERVER.tells_locks else ()
    )


def test_who_waits_to_change_the_table_and_who_keeps_it_waiting_are_told(lab: Lab, schema: str) -> None:
    with altered(lab, schema) as reader:
        found = holders(schema)
    certain = SERVER.tells_locks
    assert [(one.user, one.waits, one.is_certain) for one in found] == [
        ("bob", True, certain),
        ("alice", False, certain),
    ]
    assert found[1].connection_id == reader


def test_who_waits_with_another_table_is_named_first_or_not_at_all(lab: Lab, schema: str) -> None:
    with moved(lab, schema) as thread:
        found = holders(schema)
    assert [one.connection_id for one in found[:1]] == [thread]


def test_who_only_reads_and_waits_is_a_victim(lab: Lab, schema: str) -> None:
    table = f"`{schema}`.`~jobs`"
    with bob_locks(lab, table, "WRITE") as (_, free), bob_waits(f"SELECT 1 FROM {table}", until=free) as victim:
        assert victim not in [one.connection_id for one in holders(schema)]


def test_without_the_grants_it_is_a_guess(lab: Lab, schema: str) -> None:
    with SERVER.without("SELECT", on=f"performance_schema.{LOCK_TABLES[0]}"), altered(lab, schema):
        assert [one.role for one in holders(schema)] == ["perhaps wanted by", "perhaps held by"]


def test_nobody_is_named_for_another_schema(lab: Lab, schema: str) -> None:
    other = lab.failed(m1="value")
    with locked_by_bob(lab, schema):
        assert who_holds(TABLE, [other]) == {other: ()}


def test_the_list_names_the_holder_and_leads_to_their_connections(lab: Lab, schema: str, viewer: Client) -> None:
    with altered(lab, schema) as reader:
        found = look(viewer, "/jobs/")
    (said,) = notices(found)
    perhaps = "" if SERVER.tells_locks else "perhaps "
    assert said.endswith(f"{perhaps}held by connection {reader} (alice@127.0.0.1) .")
    assert [str(link["href"]) for link in found.select(".notice a")] == [
        "/connections/?user=bob&host=127.0.0.1",
        "/connections/?user=alice&host=127.0.0.1",
    ]
