"""The rows of a jobs table range by range: each once, and of each range no more than was asked for."""

import pytest
from django.db.models import Q

from jobs.layouts.branches import Branch, branches_of
from jobs.layouts.reading import Reading
from jobs.layouts.windows import windows_of
from jobsite.lab.sql import lab_cursor
from tests.jobs.planting import ANY_SHAPE, JOBS_TABLE, Planted
from tests.lab import Lab
from tests.server import SERVER

SIZE = 4
TABLES = ["#a", "__A", "__a b", "package.Class", "é"]


def rows_of(schema: str, wanted: Q) -> Branch:
    """Return the rows that are wanted of a schema's jobs table."""
    (branch,) = branches_of(Reading.begin().layouts_in(schema), lambda schema: wanted)
    return branch


def read(rows: Branch, table_name: str = "") -> list[list[tuple[str, str]]]:
    """Return the keys of each range."""
    ranges = []
    for part in windows_of(rows, table_name, SIZE):
        with lab_cursor() as cursor:
            cursor.execute(f"SELECT table_name, key_hash FROM {part.sql}", part.parameters)
            ranges.append(sorted(cursor.fetchall()))
    return ranges


@pytest.mark.parametrize("shape", [JOBS_TABLE, ANY_SHAPE], ids=["of today", "any shape"])
@pytest.mark.parametrize("charset", ["utf8mb4", "latin1", "utf8mb4 COLLATE utf8mb4_bin"])
@pytest.mark.parametrize("number", [0, SIZE - 1, SIZE, 11, 3 * SIZE])
def test_every_row_is_in_one_range(lab: Lab, charset: str, shape: str, number: int) -> None:
    planted = Planted(lab.schema(charset=charset), shape)
    for row in range(number):
        planted.row(table_name=TABLES[row % len(TABLES)], key_hash=f"{row:032x}")
    ranges = read(rows_of(planted.schema, Q()))
    assert sorted(key for found in ranges for key in found) == sorted(
        SERVER.sql(f"SELECT table_name, key_hash FROM {planted.where}")
    )
    assert max(map(len, ranges)) <= SIZE


def test_a_range_is_as_long_where_few_rows_match(lab: Lab) -> None:
    planted = Planted(lab.schema())
    planted.failed(11)
    planted.row(key_hash="f" * 32, status="ignore")
    ranges = read(rows_of(planted.schema, Q(status="ignore")))
    assert [len(found) for found in ranges] == [0, 0, 1, 0]


def test_of_one_table_only_its_own_rows_are_walked(lab: Lab) -> None:
    planted = Planted(lab.schema())
    planted.failed(11)
    planted.row(table_name="__other")
    ranges = read(rows_of(planted.schema, Q(table_name="__other")), "__other")
    assert ranges == [[("__other", "0" * 32)]]
