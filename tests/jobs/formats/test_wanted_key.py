"""A key as a person writes it is read, and compared with the keys of jobs."""

import datetime as dt
import uuid
from decimal import Decimal

import numpy as np
import pytest

from jobs.formats.key import as_text, key_hash, read_fields
from jobs.formats.wanted_key import MOST_HASHES, WantedKey, read_wanted_key
from tests.jobs.packing import Packed


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("subject_id=3", {"subject_id": "3"}),
        ("subject_id=3, session=1", {"subject_id": "3", "session": "1"}),
        ("subject_id= 3 session=1", {"subject_id": "3", "session": "1"}),
        ('`subject_id`=3 AND `name`="it\'s me"', {"subject_id": "3", "name": "it's me"}),
        ("a='x, y=2' & b=2026-01-04", {"a": "x, y=2", "b": "2026-01-04"}),
        ('{"subject_id": 3, "name": "m1", "gone": null}', {"subject_id": "3", "name": "m1", "gone": "NULL"}),
        ("{'subject_id': 3, 'rate': 2.0}", {"subject_id": "3", "rate": "2"}),
        ("name=''", {"name": '""'}),
    ],
)
def test_a_key_is_read(text: str, fields: dict[str, str]) -> None:
    assert read_wanted_key(text).fields == fields


@pytest.mark.parametrize("text", ["5f4dcc3b5aa765d61d8327deb882cf99", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NM"])
def test_a_hash_is_read(text: str) -> None:
    assert read_wanted_key(text) == WantedKey(key_hash=text)


@pytest.mark.parametrize(
    "text",
    ["3", "subject_id", "=3", "a=1, a=2", "{", "{}", "[1]", '{"a": ', "a=1 b", "a=", "{'a'}", "{1: 2}", "(" * 500],
)
def test_what_is_no_key_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(
        ValueError, match="is no key: write subject_id=3, session=1, a whole key as JSON, or a key_hash"
    ):
        read_wanted_key(text)


@pytest.mark.parametrize("text", ['{"a": "\\ud800"}', '{"\\udfff": 1}', "a=\ud800"])
def test_half_a_character_is_in_no_key(text: str) -> None:
    with pytest.raises(ValueError, match="is no key"):
        read_wanted_key(text)


@pytest.mark.parametrize(
    ("text", "is_in"),
    [("a=1", True), ("a=1, b=x", True), ("a=2", False), ("a=1, c=1", False), ("b=X", False), ("a=01", False)],
)
def test_a_key_has_all_that_is_wanted_or_it_is_another(text: str, is_in: bool) -> None:
    assert read_wanted_key(text).is_in({"a": 1.0, "b": "x"}) is is_in


@pytest.mark.parametrize(
    "value",
    [
        3, -3, 0, 0.0, -0.0, 3.0, -3.0, 0.1, 1e22, 2**60, True, None, "", "m 1", "3", "None", "NULL", b"", b"\0\xff",
        Decimal("1.50"), Decimal(3), dt.date(2026, 1, 4), dt.time(10, 20), dt.datetime(2026, 1, 4),  # noqa: DTZ001
        uuid.UUID(int=7),
    ],
    ids=repr,
)  # fmt: skip
def test_the_hash_of_a_value_is_one_of_those_that_its_text_may_have(value: object) -> None:
    key = {"subject": value, "session": 1}
    assert key_hash(key) in WantedKey({name: as_text(one) for name, one in key.items()}).hashes


@pytest.mark.parametrize("fields", [{f"a{number}": "1" for number in range(7)}, {"raw": as_text(b"x" * 60)}], ids=str)
def test_no_hash_is_tried_where_they_are_too_many_or_the_value_is_cut(fields: dict[str, str]) -> None:
    assert WantedKey(fields).hashes == []


def test_six_numbers_are_not_too_many() -> None:
    assert len({*WantedKey({f"a{number}": "1" for number in range(6)}).hashes}) == MOST_HASHES


@pytest.mark.parametrize("text", ["a=1", "a=1, b=x", "a=2", "b=x", "c=1", "a=1, b=x, c=1"])
def test_a_stored_key_is_compared_as_a_decoded_one_is(packed: Packed, text: str) -> None:
    wanted = read_wanted_key(text)
    keys: list[dict[str, object]] = [{"a": 1, "b": "x"}, {"a": 1.0, "b": "y"}, {"b": "x", "a": [1]}, {"a": np.int8(1)}]
    blobs = [packed(key) for key in keys]
    whole = blobs[0]
    damaged = [whole[:size] for size in range(len(whole))] + [whole + b"0", whole.replace(b"\x04", b"\x05", 1)]
    for blob in (*blobs, packed({"a": 1, "b": "x" * 2000}), *damaged, None):
        assert wanted.is_in_blob(blob) == wanted.is_in(read_fields(blob))
