"""What SHOW GRANTS says, read: on which schemas, tables and procedures a privilege holds."""

import pytest

from jobsite.lab.privileges import EVERYTHING, Grants

TO = "TO `jobsite`@`%`"


@pytest.mark.parametrize(
    ("line", "is_allowed"),
    [
        (f"GRANT SELECT, DELETE ON `lab_a`.`~jobs` {TO}", True),
        (f"GRANT SELECT (`key`, `host`), DELETE ON `lab_a`.`~jobs` {TO}", True),
        (f"GRANT SELECT (`DELETE`, `x, DELETE`) ON `lab_a`.`~jobs` {TO}", False),
        (f"GRANT DELETE ON `lab_a`.`other` {TO}", False),
        (f"GRANT DELETE ON `lab_a`.* {TO}", True),
        (f"GRANT DELETE ON `lab\\_a`.* {TO}", True),
        (f"GRANT DELETE ON `lab\\_%`.* {TO}", True),
        (f"GRANT DELETE ON `lab__`.* {TO}", True),
        (f"GRANT DELETE ON `lab\\_b`.* {TO}", False),
        (f"GRANT DELETE ON `labXa`.* {TO}", False),
        (f"GRANT ALL PRIVILEGES ON `lab_a`.* {TO} WITH GRANT OPTION", True),
        (f"GRANT DELETE HISTORY ON `lab_a`.* {TO}", False),
        (f"GRANT SELECT, DELETE ON *.* {TO} IDENTIFIED BY PASSWORD '*1'", True),
        (f"GRANT EXECUTE, DELETE ON PROCEDURE `lab_a`.`~jobs` {TO}", False),
        (f"GRANT `DELETE` {TO}", False),
    ],
)
def test_a_grant_holds_for_a_table(line: str, is_allowed: bool) -> None:
    assert Grants.read([line]).allow("DELETE", "lab_a", "~jobs") == is_allowed


def test_several_grants_hold_together() -> None:
    grants = Grants.read([f"GRANT SELECT ON `lab_a`.* {TO}", "GRANT DELETE ON `lab_a`.* TO `role`"])
    assert grants.allow("DELETE", "lab_a", "~jobs")
    assert grants.allow("SELECT", "lab_a", "~jobs")


def test_what_is_revoked_of_one_schema_holds_for_the_others() -> None:
    grants = Grants.read([f"GRANT SELECT, DELETE ON *.* {TO}", "REVOKE DELETE ON `lab_a`.* FROM `jobsite`@`%`"])
    assert not grants.allow("DELETE", "lab_a", "~jobs")
    assert grants.allow("SELECT", "lab_a", "~jobs")
    assert grants.allow("DELETE", "lab_b", "~jobs")


def test_a_name_may_hold_a_backtick() -> None:
    assert Grants.read([f"GRANT DELETE ON `lab``a. TO `.`~jobs` {TO}"]).allow("DELETE", "lab`a. TO ", "~jobs")


@pytest.mark.parametrize(
    ("line", "is_allowed"),
    [
        (f"GRANT EXECUTE ON PROCEDURE `mysql`.`rds_kill` {TO}", True),
        (f"GRANT EXECUTE ON `mysql`.* {TO}", True),
        (f"GRANT EXECUTE ON *.* {TO}", True),
        (f"GRANT ALTER ROUTINE ON PROCEDURE `mysql`.`rds_kill` {TO}", False),
        (f"GRANT EXECUTE ON PROCEDURE `mysql`.`rds_kill_query` {TO}", False),
    ],
)
def test_a_grant_holds_for_a_procedure(line: str, is_allowed: bool) -> None:
    assert Grants.read([line]).allow_calling("mysql", "rds_kill") == is_allowed


def test_without_grant_tables_everything_holds() -> None:
    assert EVERYTHING.allow("DELETE", "lab_a", "~jobs")
    assert EVERYTHING.allow_calling("mysql", "rds_kill")
