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


SECRETS = [
    "ALTER USER a IDENTIFIED BY 'new s3cret' REPLACE 'old s3cret'",
    "ALTER USER a IDENTIFIED WITH caching_sha2_password AS 0x2441s3cret",
    "create user a identified via ed25519 using password('s3cret') or unix_socket",
    "CHANGE REPLICATION SOURCE TO SOURCE_PASSWORD = 's3cret'",
    "CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (USER 'u', PASSWORD 's3cret')",
    "SELECT AES_ENCRYPT('plain s3cret', 'key s3cret')",
    "IDENTIFIED BY 's3''cret\\' s3cret\\\\'",
    "/* it's */ SET PASSWORD\n=\n's3cret'",
    "INSERT INTO t VALUES ('a password is', 's3cret')",
]


@pytest.mark.parametrize("statement", SECRETS)
def test_a_statement_cut_anywhere_shows_no_part_of_a_secret(statement: str) -> None:
    shown = [without_secrets(statement[:end]) for end in range(len(statement) + 1)]
    assert [found for found in shown if "s3c" in found] == []


@pytest.mark.parametrize("part", ["PASSWORD ", " ", "IDENTIFIED WITH ", "AES_ENCRYPT(", "\\", "\n"])
def test_a_statement_made_to_be_slow_ends(part: str) -> None:
    statement = "PASSWORD" + part * 100_000
    assert without_secrets(statement) == statement
