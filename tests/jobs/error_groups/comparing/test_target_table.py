"""Of the keys of a table such are read as chance chooses, whatever the size and the types of the table."""

import datetime as dt
import uuid
from collections import Counter

import pytest

from jobs.error_groups.comparing.passed_keys import passed_keys
from jobs.error_groups.comparing.target_table import TargetTable
from jobs.error_groups.sharing.finding import MOST_OTHERS
from tests.lab import Lab
from tests.server import SERVER

DIGITS = (
    "(SELECT 0 AS n UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6"
    " UNION SELECT 7 UNION SELECT 8 UNION SELECT 9)"
)
THOUSAND = f"SELECT a.n + 10 * b.n + 100 * c.n AS n FROM {DIGITS} a, {DIGITS} b, {DIGITS} c"


def declared(lab: Lab, columns: str, name: str = "__made") -> str:
    """Make a table with these columns and return its schema."""
    schema = lab.schema()
    SERVER.sql(f"CREATE TABLE `{schema}`.`{name}` ({columns})")
    return schema


@pytest.fixture
def large(lab: Lab) -> str:
    """The schema of a table with 60,000 rows: 60 subjects with a thousand sessions each."""
    schema = declared(lab, "subject int, session int, note int, PRIMARY KEY (subject, session)")
    subjects = f"SELECT n FROM ({THOUSAND}) AS s WHERE n < 60"
    SERVER.sql(f"INSERT INTO `{schema}`.__made SELECT s.n, t.n, 0 FROM ({subjects}) AS s, ({THOUSAND}) AS t")
    return schema


def test_of_a_large_table_some_are_read_from_its_beginning_to_its_end(large: str) -> None:
    found = TargetTable.read(large, "__made").keys(["subject", "session"])
    subjects = Counter(key["subject"] for key in found)
    assert len(subjects) == 60
    assert max(subjects.values()) < 3 * min(subjects.values())
    assert MOST_OTHERS / 2 < len(found) <= MOST_OTHERS


def test_the_same_are_read_again(large: str) -> None:
    table = TargetTable.read(large, "__made")
    assert table.keys(["subject"]) == table.keys(["subject"])


def test_where_a_table_is_larger_than_believed_they_are_of_the_whole_all_the_same(
    large: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.error_groups.comparing.target_table.ROUGHLY", "SELECT 20001 FROM DUAL WHERE %s <> %s")
    found = TargetTable.read(large, "__made").keys(["subject", "session"])
    assert len({key["subject"] for key in found}) == 60


def test_of_a_small_table_all_are_read(lab: Lab) -> None:
    schema = declared(lab, "id int PRIMARY KEY")
    SERVER.sql(f"INSERT INTO `{schema}`.__made VALUES (1), (2), (3)")
    assert TargetTable.read(schema, "__made").keys(["id"]) == [{"id": 1}, {"id": 2}, {"id": 3}]


def test_values_are_those_that_datajoint_has_in_a_key(lab: Lab) -> None:
    columns = "uid binary(16) COMMENT ':uuid:', day date, name varchar(8), kind enum('a', 'b')"
    schema = declared(lab, f"{columns}, PRIMARY KEY (uid, day, name, kind)")
    uid = uuid.UUID(int=7)
    SERVER.sql(f"INSERT INTO `{schema}`.__made VALUES (%s, '2026-11-02', 'é', 'b')", [uid.bytes])
    assert TargetTable.read(schema, "__made").keys(["uid", "day", "name", "kind"]) == [
        {"uid": uid, "day": dt.date(2026, 11, 2), "name": "é", "kind": "b"}
    ]


def test_a_timestamp_is_not_compared(lab: Lab) -> None:
    schema = declared(lab, "id int, at timestamp DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (id, at)")
    SERVER.sql(f"INSERT INTO `{schema}`.__made (id) VALUES (1)")
    found = passed_keys(schema, "__made", ["id", "at"])
    assert found.keys == [{"id": 1}]
    assert found.notes == (
        f"at of {schema}.Made is not compared: each session reads a TIMESTAMP in a zone of its own.",
    )


def test_names_may_hold_anything(lab: Lab) -> None:
    schema = declared(lab, "`a``b%c` int PRIMARY KEY", name="__ma%de")
    SERVER.sql(f"INSERT INTO `{schema}`.`__ma%%de` VALUES (%s)", [5])
    assert TargetTable.read(schema, "__ma%de").keys(["a`b%c"]) == [{"a`b%c": 5}]


def test_a_table_that_is_not_there_has_no_columns(lab: Lab) -> None:
    assert TargetTable.read(lab.schema(), "package.Class").columns == ()
