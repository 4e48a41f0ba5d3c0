"""Keys are shown, hashed and written to copy as DataJoint understands them."""

import datetime as dt
import math
import uuid
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from jobs.formats.key import Key, as_restriction, as_sql, key_hash, key_of, read_key
from tests.jobs.packing import Packed

UID = uuid.UUID("12345678-1234-5678-1234-567812345678")
UID_HEX = "12345678123456781234567812345678"
KEY: dict[str, object] = {"subject_id": 3, "session_date": dt.date(2026, 1, 4)}


def naive(*parts: int) -> dt.datetime:
    """A datetime without a zone, the only kind DataJoint stores."""
    return dt.datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


@pytest.mark.parametrize(
    "key",
    [
        {"subject_id": 3},
        {"b": 12, "a": 1},
        {"name": "Zoë"},
        KEY,
        {"start": naive(2026, 1, 4, 10, 20, 30, 400_000)},
        {"at": dt.time(10, 20)},
        {"uid": UID},
        {"depth": Decimal("1.50")},
        {"ok": True, "ratio": 0.1},
        {},
    ],
    ids=str,
)
def test_the_hash_is_that_of_datajoint(datajoint: Any, key: dict[str, object]) -> None:
    assert key_hash(key) == datajoint.hash.key_hash(key)


def test_a_key_is_read_from_its_blob(packed: Packed) -> None:
    assert read_key(packed(KEY)) == Key((("subject_id", "3"), ("session_date", "2026-01-04")), fields=KEY)


def test_a_key_says_itself(packed: Packed) -> None:
    assert str(read_key(packed(KEY))) == "subject_id=3, session_date=2026-01-04"


def test_a_key_without_attributes_says_so(packed: Packed) -> None:
    assert str(read_key(packed({}))) == "no attributes"


def test_numpy_values_of_a_key_are_shown_plain(packed: Packed) -> None:
    assert str(read_key(packed({"subject_id": np.int64(3), "trial": np.uint8(7)}))) == "subject_id=3, trial=7"


def test_equal_keys_have_one_hash_in_python(packed: Packed) -> None:
    assert len({read_key(packed(KEY)), read_key(packed(KEY))}) == 1


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "NULL"),
        (True, "True"),
        (3.0, "3"),
        (0.25, "0.25"),
        (1e300, "1e+300"),
        (math.nan, "nan"),
        ("", '""'),
        ("Zoë", "Zoë"),
        ("two\nlines\x1b[31m", r"two\nlines\x1b[31m"),
        ("abc\u202edef", r"abc\u202edef"),
        ("x" * 61, "x" * 59 + "…"),
        ("x" * 60, "x" * 60),
        (b"\0\xff", "0x00ff"),
        (UID, str(UID)),
        (Decimal("1.50"), "1.50"),
        (naive(2026, 1, 4, 10, 20), "2026-01-04 10:20:00"),
        ([1, "a"], "[1, 'a']"),
    ],
    ids=repr,
)
def test_a_value_is_shown_as_short_safe_text(packed: Packed, value: object, shown: str) -> None:
    assert read_key(packed({"a": value})).pairs == (("a", shown),)


def test_a_name_is_shown_as_short_safe_text(packed: Packed) -> None:
    assert read_key(packed({"a\0" + "b" * 99: 1})).pairs[0][0] == r"a\x00" + "b" * 61 + "…"


def test_a_key_of_many_attributes_says_how_many_more_there_are(packed: Packed) -> None:
    key = read_key(packed({f"a{number}": number for number in range(24)}))
    assert (len(key.pairs), str(key)[-20:]) == (12, ", a11=11 and 12 more")


def test_null_is_a_key_that_was_not_stored() -> None:
    assert read_key(None) == Key(problem="no key stored")


@pytest.mark.parametrize("value", [3, "text", [KEY], None, {1: 2}], ids=repr)
def test_a_value_that_is_no_dict_of_names_is_no_key(packed: Packed, value: object) -> None:
    assert read_key(packed(value)).problem.partition(";")[0] == "not a key"


def test_a_blob_that_cannot_be_read_says_why_and_how_it_begins() -> None:
    blob = b"dj0\0\5" + (2**63).to_bytes(8, "little")
    assert str(read_key(blob)) == "not readable (data that ends too early); 13 bytes, begins 64 6a 30 00"


def test_a_large_blob_that_cannot_be_read_says_its_size() -> None:
    assert str(read_key(bytes(48_000))) == "not readable (not a DataJoint blob); 48 kB, begins 00 00 00 00"


def test_a_key_larger_than_its_column_is_not_read(packed: Packed) -> None:
    assert read_key(packed({"a": "x" * 100_000})).problem.partition(";")[0] == (
        "not readable (larger than 65,536 bytes when inflated)"
    )


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        (KEY, '{"subject_id": 3, "session_date": datetime.date(2026, 1, 4)}'),
        ({"uid": UID}, f'{{"uid": uuid.UUID("{UID}")}}'),
        ({"depth": Decimal("1.50")}, '{"depth": decimal.Decimal("1.50")}'),
        ({"name": "it's \\ a\nZoë"}, '{"name": "it\'s \\\\ a\\nZoë"}'),
        ({"start": naive(2026, 1, 4, 10)}, '{"start": datetime.datetime(2026, 1, 4, 10, 0)}'),
        ({"ok": True, "none": None}, '{"ok": True, "none": None}'),
        ({}, "{}"),
        ({"a": math.nan}, ""),
        ({"a": [1]}, ""),
        ({"a": 1, "b) OR (1": 2}, ""),
    ],
    ids=str,
)
def test_a_restriction_is_a_line_of_python(fields: dict[str, object], line: str) -> None:
    assert as_restriction(key_of(fields)) == line


@pytest.mark.parametrize(
    "fields",
    [KEY, {"uid": UID, "name": "it's \\\"", "raw": b"\0"}, {"name": "it's\u202e"}, {"depth": Decimal("1E+3")}],
    ids=str,
)
def test_a_restriction_can_be_run(fields: dict[str, object]) -> None:
    line = as_restriction(key_of(fields))
    value: Any = eval(line, {"datetime": dt, "uuid": uuid, "decimal": __import__("decimal")})
    assert value == fields or value == " AND ".join(as_sql(key_of(fields)))


@pytest.mark.parametrize("fields", [{"name": 'x" OR "1"="1'}, {"raw": b"\0"}, {"ratio": 0.1}], ids=str)
def test_a_value_datajoint_would_not_quote_is_a_condition_in_sql(fields: dict[str, object]) -> None:
    assert as_restriction(key_of(fields)) == repr(as_sql(key_of(fields))[0])


def test_a_key_that_cannot_be_read_has_no_restriction() -> None:
    assert (as_restriction(read_key(b"")), as_sql(read_key(b""))) == ("", [])


@pytest.mark.parametrize(
    ("value", "condition"),
    [
        (3, "`a`=3"),
        (True, "`a`=1"),
        (0.1, "CONCAT(`a`)=0.1"),
        (-1e-30, "CONCAT(`a`)=-1e-30"),
        (None, "`a` IS NULL"),
        ("Zoë %", '`a`="Zoë %"'),
        ('it\'s "x"', r'`a`="it\'s \"x\""'),
        ("C:\\", "`a`=_utf8mb4 X'433a5c'"),
        ("two\nlines", "`a`=_utf8mb4 X'74776f0a6c696e6573'"),
        (b"\0\xff", "`a`=X'00ff'"),
        (UID, f"`a`=X'{UID_HEX}'"),
        (Decimal("1.50"), "`a`=1.50"),
        (Decimal("1E+3"), "`a`=1000"),
        (dt.date(2026, 1, 4), '`a`="2026-01-04"'),
        (dt.time(10, 20), '`a`="10:20:00"'),
        (naive(2026, 1, 4, 10, 20), '`a`="2026-01-04 10:20:00"'),
    ],
    ids=repr,
)
def test_a_value_is_a_condition_in_sql(value: object, condition: str) -> None:
    assert as_sql(key_of({"a": value})) == [condition]


def test_every_attribute_is_a_condition() -> None:
    assert as_sql(key_of(KEY)) == ["`subject_id`=3", '`session_date`="2026-01-04"']


def test_a_name_stands_in_backticks_which_a_server_may_have_reserved() -> None:
    assert as_sql(key_of({"order": 1})) == ["`order`=1"]


@pytest.mark.parametrize(
    "value", [math.inf, Decimal("NaN"), 1 + 2j, [1], dt.datetime(2026, 1, 4, tzinfo=dt.timezone.utc)], ids=repr
)
def test_a_key_with_one_value_that_cannot_be_said_has_no_condition_at_all(value: object) -> None:
    assert as_sql(key_of({"subject_id": 3, "a": value})) == []


@pytest.mark.parametrize("name", ["b) OR (1", "a`", "", "A", "a b"])
def test_a_name_datajoint_would_not_declare_is_no_condition(name: str) -> None:
    assert as_sql(key_of({name: 1})) == []


@pytest.mark.parametrize("text", ["it's", 'a"b', "a\\", "\\\"'", "x' AND y=\"1", "half \\"])
def test_datajoint_finds_the_columns_of_the_conditions(datajoint: Any, text: str) -> None:
    conditions = as_sql(key_of({"subject_id": 3, "name": text, "other_name": text, "order": 2, "rate": 1e-9}))
    found = datajoint.condition.extract_column_names(" AND ".join(conditions))
    assert found == {"subject_id", "name", "other_name", "order", "rate"}
