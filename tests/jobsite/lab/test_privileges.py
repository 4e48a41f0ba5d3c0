"""What the site's account may do, however it came to it: by a role, a role of a role, for everybody, under any name."""

from collections.abc import Iterator
from contextlib import contextmanager

import MySQLdb
import pytest

from jobsite.lab.identifiers import identifier
from jobsite.lab.server import ask_server
from tests.connections.test_doctor import doctor
from tests.lab import Lab
from tests.server import PASSWORD, SERVER

NAMES = ("anna@lab", "o'hara", "back\\slash", "tick`s", "@", 'say "hi"')
ROLE, ROLE_IN_IT, ACCOUNT = "dashboards", "see_and_end", "jobsite_by_role"
BOTH = (True, True)
NEITHER = (False, False)


@contextmanager
def account(name: str) -> Iterator[str]:
    """Make an account that may do nothing, and return it quoted."""
    quoted = f"{identifier(name)}@`%`"
    SERVER.sql(f"DROP USER IF EXISTS {quoted}")
    SERVER.sql(f"CREATE USER {quoted} IDENTIFIED BY '{PASSWORD}'")
    try:
        yield quoted
    finally:
        SERVER.sql(f"DROP USER {quoted}")


@contextmanager
def role(name: str) -> Iterator[str]:
    """Make a role."""
    SERVER.sql(f"DROP ROLE IF EXISTS {name}")
    SERVER.sql(f"CREATE ROLE {name}")
    try:
        yield name
    finally:
        SERVER.sql(f"DROP ROLE {name}")


def may(name: str) -> tuple[bool, bool]:
    """Return whether the site sees and may kill everybody's connections as this account."""
    with SERVER.site_as(name):
        server = ask_server()
    return server.sees_all, server.may_kill


def grant(to: str) -> None:
    """Grant what the site needs to see and end connections."""
    SERVER.sql(f"GRANT PROCESS, {SERVER.kill_privilege} ON *.* TO {to}")


def be_by_default(name: str, quoted: str) -> None:
    """Enable a role whenever the account connects."""
    SERVER.sql(f"GRANT {name} TO {quoted}")
    SERVER.sql(f"SET DEFAULT ROLE {name} {'FOR' if SERVER.is_mariadb else 'TO'} {quoted}")


@pytest.mark.parametrize("name", NAMES)
def test_an_account_of_any_name_is_seen_to_have_its_privileges(db: None, name: str) -> None:
    with account(name) as quoted:
        assert may(name) == NEITHER
        grant(quoted)
        assert may(name) == BOTH


@pytest.mark.parametrize("name", NAMES)
def test_the_grants_to_copy_are_for_an_account_of_any_name(db: None, name: str) -> None:
    with account(name):
        with SERVER.site_as(name):
            server = ask_server()
        SERVER.sql(server.process_grant)
        SERVER.sql(server.kill_grant)
        assert may(name) == BOTH


def test_what_a_role_lends_is_seen(db: None) -> None:
    with account(ACCOUNT) as quoted, role(ROLE) as lent:
        grant(lent)
        be_by_default(lent, quoted)
        assert may(ACCOUNT) == BOTH


def test_what_a_role_has_of_another_is_seen(db: None) -> None:
    with account(ACCOUNT) as quoted, role(ROLE) as lent, role(ROLE_IN_IT) as inner:
        grant(inner)
        SERVER.sql(f"GRANT {inner} TO {lent}")
        be_by_default(lent, quoted)
        assert may(ACCOUNT) == BOTH


def test_a_role_that_is_not_enabled_lends_nothing(db: None) -> None:
    with account(ACCOUNT) as quoted, role(ROLE) as lent:
        grant(lent)
        SERVER.sql(f"GRANT {lent} TO {quoted}")
        assert may(ACCOUNT) == NEITHER


def test_what_everybody_may_is_seen(db: None) -> None:
    with account(ACCOUNT), role(ROLE) as lent:
        if SERVER.is_mariadb:
            grant("PUBLIC")
        else:  # which knows mandatory roles instead
            grant(lent)
            SERVER.sql(f"SET GLOBAL mandatory_roles = '{lent}', activate_all_roles_on_login = 1")
        try:
            assert may(ACCOUNT) == BOTH
        finally:
            if SERVER.is_mariadb:
                SERVER.sql(f"REVOKE PROCESS, {SERVER.kill_privilege} ON *.* FROM PUBLIC")
            else:
                SERVER.sql("SET GLOBAL mandatory_roles = '', activate_all_roles_on_login = 0")


def test_an_account_that_may_do_everything_may_do_this_too(db: None) -> None:
    with account(ACCOUNT) as quoted:
        SERVER.sql(f"GRANT ALL ON *.* TO {quoted}")
        assert may(ACCOUNT) == BOTH


def test_super_is_enough_just_where_the_server_takes_it(lab: Lab) -> None:
    _, other = lab.idle()
    with account(ACCOUNT) as quoted:
        SERVER.sql(f"GRANT SUPER ON *.* TO {quoted}")
        with SERVER.connected(ACCOUNT) as driver, driver.cursor() as cursor:
            try:
                cursor.execute("KILL QUERY %s", [other])
                ended = True
            except MySQLdb.Error:
                ended = False
        assert may(ACCOUNT) == (False, ended)


def test_all_privileges_on_one_schema_are_not_taken_for_all(lab: Lab) -> None:
    schema = lab.schema()
    with account(ACCOUNT) as quoted:
        SERVER.sql(f"GRANT ALL ON `{schema}`.* TO {quoted}")
        assert may(ACCOUNT) == NEITHER


def test_the_doctor_finds_nothing_missing_where_a_role_lends_everything(failed_jobs: str) -> None:
    with account(ACCOUNT) as quoted, role(ROLE) as lent:
        grant(lent)
        SERVER.sql(f"GRANT SELECT, DELETE ON `{failed_jobs}`.* TO {lent}")
        be_by_default(lent, quoted)
        found = doctor(DJ_USER=ACCOUNT)
    assert (found.returncode, found.stderr) == (0, "")
    assert f"ok       It may release, un-ignore and clear the jobs of {failed_jobs}." in found.stdout.splitlines()
