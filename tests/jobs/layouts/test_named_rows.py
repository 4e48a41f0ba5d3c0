"""Rows named one by one in plain SQL: each is compared with what was seen of it, and found along the primary key."""

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from jobs.layouts.named_rows import like_one_of
from jobs.layouts.schema_wide import GUARD, SchemaWide
from jobs.snapshots import SeenRow
from tests.jobs.older import declare
from tests.jobs.planting import ANY_SHAPE, Planted
from tests.jobs.tables import jobs_table
from tests.lab import Lab
from tests.server import SERVER

pytestmark = pytest.mark.django_db
AT = "2026-01-02 03:04:05"
ODD = ["Überlänge", "🧠", "blank ", "", "a'b\\%s", "pkg.Class"]


def seen(table_name: str, key_hash: str = "0" * 32, when: str | None = AT) -> SeenRow:
    """Return a failed job as it was seen."""
    return SeenRow(table_name, key_hash, "error", when)


def send(schema: str, *rows: SeenRow) -> int:
    """Delete these rows, and return how many it were."""
    return SchemaWide(jobs_table(schema)).statements["clear"].send(rows)


def left(schema: str) -> int:
    """Return how many jobs a schema has."""
    ((number,),) = SERVER.sql(f"SELECT COUNT(*) FROM `{schema}`.`~jobs`")
    return int(number)


def test_rows_of_odd_names_are_deleted_with_the_others_in_one_statement(lab: Lab, planted: Planted) -> None:
    for name in ODD:
        planted.row(table_name=name, timestamp=AT)
    with CaptureQueriesContext(connections["lab"]) as asked:
        assert send(planted.schema, *(seen(name) for name in ODD)) == len(ODD)
    assert (len(asked), left(planted.schema)) == (1, 0)


@pytest.mark.parametrize(
    "changed", [{"status": "ignore"}, {"timestamp": "2026-01-02 03:04:06"}, {"key_hash": "1" * 32}, {"table_name": "x"}]
)
@pytest.mark.parametrize("name", ["__score", "Überlänge"])
def test_a_row_that_differs_in_one_column_stays(planted: Planted, changed: dict[str, str], name: str) -> None:
    planted.row(**{"table_name": name, "timestamp": AT, **changed})
    assert send(planted.schema, seen(name)) == 0
    assert left(planted.schema) == 1


def test_a_row_without_a_time_is_like_itself_alone(lab: Lab) -> None:
    planted = Planted(lab.schema(), ANY_SHAPE)
    planted.row(key_hash="a", timestamp=None)
    planted.row(key_hash="b", timestamp=AT)
    timeless = [seen("__score", key, None) for key in "ab"]
    assert send(planted.schema, *timeless) == 1
    assert send(planted.schema, seen("__score", "b"), *timeless) == 1


@pytest.mark.parametrize("shape", ["in latin1", "in utf32"])
def test_letters_that_a_column_lacks_are_no_error(lab: Lab, shape: str) -> None:
    schema = lab.schema()
    declare(schema, shape)
    planted_as_ascii = (
        "INSERT INTO `{}`.`~jobs` (table_name, key_hash, status, `timestamp`) VALUES ('__score', '0', 'error', '{}')"
    )
    SERVER.sql(planted_as_ascii.format(schema, AT))
    rows = [seen("🧠"), seen("__score", "ü"), seen("__score", "0")]
    layout = SchemaWide(jobs_table(schema))
    assert (layout.count(rows), send(schema, *rows)) == (1, 1)


def test_many_rows_are_found_along_the_primary_key(lab: Lab, planted: Planted) -> None:
    for number in range(40):
        planted.row(key_hash=f"{number:032}", timestamp=AT)
    SERVER.sql(
        f"INSERT INTO {planted.where} (table_name, key_hash, status) WITH RECURSIVE n AS "
        "(SELECT 1 AS seq UNION ALL SELECT seq + 1 FROM n WHERE seq < 900) SELECT '__other', seq, 'error' FROM n"
    )
    SERVER.sql(f"ANALYZE TABLE {planted.where}")
    rows, values = like_one_of([seen("__score", f"{n:032}") for n in range(20)], GUARD)
    plan = "FORMAT=TRADITIONAL" * (not SERVER.is_mariadb)
    found = SERVER.sql(f"EXPLAIN {plan} DELETE FROM {planted.where} WHERE {rows}", values)
    assert [("range" in row, "PRIMARY" in row) for row in found] == [(True, True)]
