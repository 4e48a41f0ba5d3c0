"""Rows as CSV, JSON and NDJSON, whole and broken off."""

import csv
import json
from collections.abc import Iterator, Mapping
from io import StringIO

import pytest

from jobsite.exporting.documents import FORMATS, PIECE_CHARS, IncompleteError, Listing

COLUMNS = ("id", "message")
ROWS = [{"id": 1, "message": 'a "quoted", one\r\nof two lines\x00'}, {"id": -2, "message": "=1+1"}]


def written(form: str, listing: Listing) -> str:
    """Return the whole document."""
    return "".join(FORMATS[form].write(listing))


def broken_off() -> Iterator[Mapping[str, object]]:
    """Yield a row, and end too early."""
    yield ROWS[0]
    raise IncompleteError("The server went away.")


def left_behind(form: str) -> str:
    """Return what was written of a document that broke off."""
    out = StringIO()
    with pytest.raises(IncompleteError):
        out.writelines(FORMATS[form].write(Listing("jobs", COLUMNS, broken_off())))
    return out.getvalue()


def test_csv_reads_back() -> None:
    found = list(csv.DictReader(StringIO(written("csv", Listing("jobs", COLUMNS, ROWS)), newline="")))
    assert found == [{"id": "1", "message": ROWS[0]["message"]}, {"id": "-2", "message": "'=1+1"}]


def test_ndjson_reads_back_line_by_line() -> None:
    lines = written("ndjson", Listing("jobs", COLUMNS, ROWS)).splitlines()
    assert [json.loads(line) for line in lines] == ROWS


@pytest.mark.parametrize("rows", [[], ROWS[:1], ROWS])
def test_json_has_the_rows_and_their_number(rows: list[Mapping[str, object]]) -> None:
    found = json.loads(written("json", Listing("jobs", COLUMNS, rows, {"filter": "All jobs."}, ["One is locked."])))
    assert found == {"filter": "All jobs.", "notices": ["One is locked."], "jobs": rows, "count": len(rows)}


def test_only_the_columns_are_written() -> None:
    listing = Listing("jobs", ("id",), ROWS)
    assert written("csv", listing) == "id\r\n1\r\n-2\r\n"


@pytest.mark.parametrize("form", FORMATS)
def test_many_rows_are_written_in_pieces(form: str) -> None:
    rows = ({"id": number, "message": "x" * 1000} for number in range(1000))
    pieces = list(FORMATS[form].write(Listing("jobs", COLUMNS, rows)))
    assert (len(pieces) > 10, max(map(len, pieces)) < 2 * PIECE_CHARS) == (True, True)


@pytest.mark.parametrize(
    ("form", "last"),
    [("csv", "INCOMPLETE: The server went away."), ("ndjson", '{"INCOMPLETE": "The server went away."}')],
)
def test_the_last_line_says_that_it_broke_off(form: str, last: str) -> None:
    assert left_behind(form).splitlines()[-1] == last


def test_json_that_broke_off_cannot_be_read() -> None:
    with pytest.raises(json.JSONDecodeError):
        json.loads(left_behind("json"))
