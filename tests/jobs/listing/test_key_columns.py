"""The key of a chosen table as columns: which there are, how wide each is, and which keys do not stand in them."""

import datetime as dt
import uuid

import pytest

from jobs.formats.key import Key, key_of, read_key
from jobs.listing.key_columns import MOST_WIDTH, fits, key_columns

START = dt.datetime(2026, 11, 22, 10, 10)  # noqa: DTZ001  DataJoint stores no zone
POSE = key_of({"subject": "M017", "session_start": START, "model_id": uuid.UUID(int=7)})


def test_each_attribute_is_a_column_in_the_order_of_the_key() -> None:
    assert [column.name for column in key_columns([POSE])] == ["subject", "session_start", "model_id"]


def test_the_width_is_that_of_the_kind_of_value_and_not_of_its_length() -> None:
    (short,), (long,) = (key_columns([key_of({"subject": text})]) for text in ("a", "a" * 60))
    assert short == long


def test_columns_that_would_take_too_much_are_narrowed() -> None:
    columns = key_columns([key_of({f"start_{number}": START for number in range(4)})])
    assert sum(column.width for column in columns) == MOST_WIDTH


def test_a_key_of_more_attributes_than_there_is_room_for_has_no_columns() -> None:
    assert key_columns([key_of({f"a{number}": 1 for number in range(7)})]) == ()


@pytest.mark.parametrize("key", [read_key(None), read_key(b"broken"), key_of({}), key_of({"a b": 1}), key_of({"": 1})])
def test_what_is_no_key_of_datajoint_s_has_no_columns(key: Key) -> None:
    assert key_columns([key]) == ()


def test_most_of_the_keys_decide_which_attributes_there_are() -> None:
    older = key_of({"subject": "M017"})
    assert key_columns([older, POSE, POSE]) == key_columns([POSE])


@pytest.mark.parametrize(
    ("key", "stands_in_them"),
    [
        (POSE, True),
        (key_of({"model_id": None, "session_start": None, "subject": None}), True),
        (key_of({"subject": "M017"}), False),
        (key_of({**(POSE.fields or {}), "more": 1}), False),
        (read_key(None), False),
    ],
)
def test_a_key_stands_in_the_columns_when_it_has_just_these_attributes(key: Key, stands_in_them: bool) -> None:
    assert fits(key, key_columns([POSE])) is stands_in_them
