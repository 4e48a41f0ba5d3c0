"""Any value as JSON and as a cell that no spreadsheet computes."""

import datetime as dt
import json
import uuid
from decimal import Decimal
from types import MappingProxyType

import pytest

from jobs.formats.blob_arrays import Array
from jobsite.exporting.values import as_cell, as_json


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, None),
        (True, True),
        (2**70, 2**70),
        (1.5, 1.5),
        (float("nan"), "NaN"),
        (float("-inf"), "-Infinity"),
        ("\ud83d\ude00", "😀"),
        ("half \ud800", "half \ufffd"),
        (b"\x00\xff", "0x00ff"),
        (Decimal("1.10"), "1.10"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (dt.date(2026, 1, 2), "2026-01-02"),
        (dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.timezone.utc), "2026-01-02T03:04:05+00:00"),
        (dt.timedelta(hours=1), "1:00:00"),
        ((1, {2}, frozenset({"a"})), [1, [2], ["a"]]),
        ({1: float("inf"), "\udfff": [None]}, {"1": "Infinity", "\ufffd": [None]}),
        (MappingProxyType({"a": 1}), {"a": 1}),
        (Array("float64", (2, 3)), "float64 array 2 x 3"),
        (3 + 4j, "(3+4j)"),
    ],
    ids=repr,
)
def test_every_value_is_json(value: object, written: object) -> None:
    assert json.loads(as_json(value)) == written


def test_json_is_one_line_of_ascii() -> None:
    text = as_json("line\n\u2028\x85 \x9b31m \u202e é 😀")
    assert (text.isascii(), text.isprintable()) == (True, True)


@pytest.mark.parametrize(
    "formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", " =1", '=HYPERLINK("x")']
)
def test_a_formula_becomes_a_text(formula: str) -> None:
    assert as_cell(formula) == f"'{formula}"


@pytest.mark.parametrize("value", [-1, -1.5, 0, 7])
def test_a_number_stays_a_number(value: float) -> None:
    assert as_cell(value) == value


@pytest.mark.parametrize(("value", "cell"), [(None, ""), (True, "true"), ({"a": -1}, '{"a": -1}'), ("a=b", "a=b")])
def test_what_is_no_formula_stays_as_it_is(value: object, cell: str) -> None:
    assert as_cell(value) == cell
