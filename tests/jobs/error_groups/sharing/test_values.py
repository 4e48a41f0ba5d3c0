"""Values are compared by what they mean, whatever types they were read as."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest

from jobs.error_groups.sharing.values import UNKNOWN, coded, comparable

UID = uuid.UUID(int=7)
NAN, NAN_OF_DECIMAL = float("nan"), Decimal("sNaN")


@pytest.mark.parametrize(
    ("one", "other"),
    [(3, 3.0), (3, Decimal("3.00")), (True, 1), (UID, UID.bytes), (NAN, NAN_OF_DECIMAL), (b"a", bytearray(b"a"))],
)
def test_they_are_the_same(one: object, other: object) -> None:
    assert comparable(one) == comparable(other)
    assert coded([one], [other]).others == [0]


@pytest.mark.parametrize(("one", "other"), [(3, "4"), (None, "NULL"), ("a", "A"), (NAN, None), ([1], [2])])
def test_they_are_not_the_same(one: object, other: object) -> None:
    found = coded([one], [other])
    assert found.failed != found.others


def test_a_date_that_is_stored_as_text_is_a_date() -> None:
    found = coded([dt.date(2026, 1, 4)], ["2026-01-04"])
    assert (found.failed, found.others, found.ordered) == ([0], [0], 0)


def test_numbers_and_dates_are_in_their_order() -> None:
    assert coded([10, 9.5], [Decimal(1)]).values == [Decimal(1), 9.5, 10]
    assert coded([dt.date(2026, 2, 1)], [dt.date(2026, 1, 1)]).failed == [1]


def test_what_has_no_order_stands_behind_it() -> None:
    found = coded([None, 2, NAN], [1, None])
    assert (found.ordered, found.failed[1], found.others[0]) == (2, 1, 0)


def test_names_have_no_order() -> None:
    assert coded(["b"], ["a"]).ordered == 0


def test_datetimes_with_and_without_a_zone_are_not_put_in_order() -> None:
    naive = dt.datetime(2026, 1, 4)  # noqa: DTZ001
    assert coded([naive, naive.replace(tzinfo=dt.timezone.utc)], [naive]).ordered == 0


def test_what_is_not_known_has_no_code() -> None:
    found = coded([UNKNOWN, 1], [UNKNOWN])
    assert (found.failed, found.others, found.values) == ([-1, 0], [-1], [1])
