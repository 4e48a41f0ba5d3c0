"""Rows sorted on disk."""

import pytest

from jobsite.exporting.sorting import sorted_on_disk

ROWS = [("b", 1, "x"), (None, 2, "y"), ("A", 2, "z"), ("a", 1, "w")]


@pytest.mark.parametrize(("down", "expected"), [(False, "ywzx"), (True, "xzwy")])
def test_rows_are_sorted_by_the_first_columns(down: bool, expected: str) -> None:
    assert "".join(str(row[2]) for row in sorted_on_disk(ROWS, 3, by=2, down=down)) == expected


def test_bytes_are_sorted_as_bytes() -> None:
    rows = [(b"\xff",), (b"a",), (b"\x00",)]
    assert list(sorted_on_disk(rows, 1, by=1, down=False)) == [(b"\x00",), (b"a",), (b"\xff",)]
