"""The rows an action is meant for, chunk by chunk: each is met once, with what the guard of its statement compares."""

import pytest
from django.db.models import Q

from jobs.layouts.chunks import chunks_of
from jobs.layouts.reading import Reading
from jobs.layouts.schema_wide import SchemaWide
from jobs.snapshots import SeenRow
from tests.jobs.older import SHAPES, declare
from tests.jobs.planting import ANY_SHAPE, Planted
from tests.jobs.tables import jobs_table
from tests.lab import Lab
from tests.server import SERVER

pytestmark = pytest.mark.django_db
AT = "2026-01-02 03:04:05"
ZERO = "0000-00-00 00:00:00"
ALL = Q()
ALIKE = [("Über", "a"), ("über", "b"), ("uber", "c"), ("UBER", "d")]


def layout_of(schema: str) -> SchemaWide:
    """Return the layout of a schema's jobs table, whatever its columns are."""
    layout = Reading.begin().layout_of(jobs_table(schema))
    assert isinstance(layout, SchemaWide)
    return layout


def met(schema: str, size: int, wanted: Q = ALL) -> list[SeenRow]:
    """Return all rows that match, read so many at a time."""
    return [row for chunk in chunks_of(layout_of(schema), wanted, size) for row in chunk]


def clear(schema: str, rows: list[SeenRow]) -> int:
    """Delete these rows, and return how many it were."""
    return layout_of(schema).statements["clear"].send(rows)


def test_rows_whose_names_differ_in_nothing_that_the_server_sorts_by_are_met_once(lab: Lab) -> None:
    planted = Planted(lab.schema(), ANY_SHAPE)
    for table_name, key_hash in ALIKE:
        planted.row(table_name=table_name, key_hash=key_hash, timestamp=AT)
    rows = met(planted.schema, 1)
    assert sorted(row.key_hash for row in rows) == ["a", "b", "c", "d"]
    assert clear(planted.schema, rows) == 4


@pytest.mark.parametrize("size", [1, 2, 100])
def test_a_time_is_what_the_server_writes_and_names_its_row_again(lab: Lab, size: int) -> None:
    planted = Planted(lab.schema(), ANY_SHAPE.replace("timestamp datetime", "timestamp datetime(6)"))
    times = [f"{AT}.000000", f"{AT}.000001", f"{AT}.120000", None]
    for number, when in enumerate(times):
        planted.row(key_hash=str(number), timestamp=when)
    rows = met(planted.schema, size)
    assert [row.timestamp for row in rows] == times
    assert clear(planted.schema, rows) == len(times)


def test_a_time_that_is_none_of_the_calendar_names_its_row_alone(lab: Lab) -> None:
    planted = Planted(lab.schema(), ANY_SHAPE.replace("timestamp datetime", "timestamp datetime NOT NULL"))
    planted.row(key_hash="other", timestamp=AT)
    SERVER.sql(
        f"INSERT /*+ SET_VAR(sql_mode='') */ INTO {planted.where} (table_name, key_hash, status, timestamp) "
        "VALUES ('__score', 'zero', 'error', %s)",
        [ZERO],
    )
    (zero,) = met(planted.schema, 10, Q(key_hash="zero"))
    assert (zero.timestamp, clear(planted.schema, [zero])) == (ZERO, 1)


@pytest.mark.parametrize("shape", SHAPES)
def test_rows_of_older_tables_are_met_as_they_are_guarded(lab: Lab, shape: str) -> None:
    schema = lab.schema()
    declare(schema, shape)
    for name in ("__score", "Überlänge", "blank "):
        SERVER.sql(
            f"INSERT INTO `{schema}`.`~jobs` (table_name, key_hash, status) VALUES (%s, %s, 'error')", [name, "0" * 32]
        )
    rows = met(schema, 1)
    assert [row.timestamp is None for row in rows] == [shape in ("no time", "the least")] * 3
    assert clear(schema, rows) == 3


def test_it_goes_on_behind_a_key(lab: Lab) -> None:
    planted = Planted(lab.schema(), ANY_SHAPE)
    for number in range(5):
        planted.row(key_hash=str(number), timestamp=AT)
    layout = layout_of(planted.schema)
    chunks = list(chunks_of(layout, Q(status="error"), 2, after=("__score", "1")))
    assert [[row.key_hash for row in chunk] for chunk in chunks] == [["2", "3"], ["4"]]


def test_nothing_is_asked_for_what_no_row_can_be(lab: Lab) -> None:
    assert met(lab.failed(m1="value"), 10, Q(pk__in=[])) == []
