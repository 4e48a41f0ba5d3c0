"""What a person may read of a running statement."""

import pytest

from connections.statements import without_secrets


@pytest.mark.parametrize(
    ("statement", "shown"),
    [
        ("CREATE USER 'a'@'%' IDENTIFIED BY 'top secret'", "CREATE USER 'a'@'%' IDENTIFIED BY '…'"),
        ("ALTER USER a IDENTIFIED BY PASSWORD '*ABC'", "ALTER USER a IDENTIFIED BY PASSWORD '…'"),
        ("alter user a identified by \"it''s\"", "alter user a identified by '…'"),
        ("SET PASSWORD FOR a = PASSWORD('top secret')", "SET PASSWORD FOR a = PASSWORD('…'"),
        ("SET PASSWORD = 'top secret'", "SET PASSWORD = '…'"),
        ("CREATE USER a IDENTIFIED WITH sha2 BY 'x'", "CREATE USER a IDENTIFIED WITH sha2 BY '…'"),
        ("CHANGE MASTER TO MASTER_PASSWORD='x', MASTER_USER='u'", "CHANGE MASTER TO MASTER_PASSWORD='…'"),
        ("SELECT AES_DECRYPT(x, 'key')", "SELECT AES_DECRYPT(x, '…'"),
        ("CREATE USER a IDENTIFIED BY 'cut in the mid", "CREATE USER a IDENTIFIED BY '…'"),
    ],
)
def test_a_secret_and_what_follows_it_are_hidden(statement: str, shown: str) -> None:
    assert without_secrets(statement) == shown


@pytest.mark.parametrize("statement", ["SELECT 1", "INSERT INTO t VALUES ('a', \"b\")", "", "IDENTIFIED BY"])
def test_all_else_is_shown_as_it_is(statement: str) -> None:
    assert without_secrets(statement) == statement
