"""What a person may read of a running statement: cut anywhere, under any sql_mode, and made to be slow."""

import re

import pytest

from jobsite.masking.statements import masked_statement, without_literals

SECRETS = [
    "ALTER USER a IDENTIFIED BY 'new s3cret' REPLACE 'old s3cret'",
    "ALTER USER a IDENTIFIED WITH caching_sha2_password AS 0x2441s3cret",
    "create user a identified via ed25519 using password('s3cret') or unix_socket",
    "CHANGE REPLICATION SOURCE TO SOURCE_PASSWORD = 's3cret'",
    "CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (USER 'u', PASSWORD 's3cret')",
    "CREATE TABLE f (id INT) ENGINE=FEDERATED CONNECTION='mysql://root:s3cret@db/lab/t'",
    "SELECT AES_ENCRYPT('plain s3cret', 'key s3cret')",
    "IDENTIFIED BY 's3''cret\\' s3cret\\\\'",
    "/* it's */ SET PASSWORD\n=\n's3cret'",
    "INSERT INTO t VALUES ('a password is', 's3cret')",
    "INSERT INTO t (name, password) VALUES ('anna', 's3cret'), ('bob', \"s3cret\")",
    "EXECUTE IMMEDIATE 'SET PASSWORD = ''s3cret'''",
    "UPDATE people SET api_key='s3cret' WHERE id=3",
]


@pytest.mark.parametrize("statement", SECRETS)
def test_a_statement_cut_anywhere_shows_no_part_of_a_secret(statement: str) -> None:
    shown = [masked_statement(statement[:end]) for end in range(len(statement) + 1)]
    assert [found for found in shown if "s3c" in found] == []


@pytest.mark.parametrize(
    ("statement", "shown"),
    [
        ("SELECT * FROM t WHERE a = 'x' AND b=3.5e2 LIMIT 10", "SELECT * FROM t WHERE a = ? AND b=? LIMIT ?"),
        ('SELECT "a", `b`, col1, @x, NULL /* why */ -- x', "SELECT ?, `b`, col1, @x, NULL ? ?"),
        ("SELECT 0xAB, X'AB', b'1', _utf8mb4'x', N'x', .5", "SELECT ?, ?, ?, ?, ?, ?"),
        ("INSERT INTO t VALUES (1,'a''b'),(2,'c", "INSERT INTO t VALUES (?,?),(?,?"),
        ("SELECT 'a\\' , 'b' FROM x", "SELECT ?"),
    ],
)
def test_who_may_not_kill_reads_no_literal(statement: str, shown: str) -> None:
    assert without_literals(statement) == shown


@pytest.mark.parametrize("statement", ["SELECT 1", "INSERT INTO t VALUES ('a', \"b\")", "", "IDENTIFIED BY"])
def test_a_statement_without_a_secret_is_shown_as_it_is(statement: str) -> None:
    assert masked_statement(statement) == statement


@pytest.mark.slow
@pytest.mark.parametrize("part", ["PASSWORD ", " ", "IDENTIFIED WITH ", "\\", "'", '"', "@", "(1", "''"])
def test_a_long_statement_made_to_be_slow_ends(part: str) -> None:
    statement = "PASSWORD" + part * (1_000_000 // len(part))
    assert re.sub(r"\W", "", masked_statement(statement)[:8]) == "PASSWORD"
    assert without_literals(statement).startswith("PASSWORD")
