"""What failing keys share is found, and nothing is claimed where nothing holds."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import count, islice
from random import Random

import pytest

from jobs.error_groups.sharing.claims import Against
from jobs.error_groups.sharing.finding import ComparedKey, Found, find_shared, sample
from tests.jobs.error_groups.sharing.made_cases import KINDS, Maker

DAY = dt.date(2026, 11, 1)
COMPARED = ("paramset_id", "session_date", "id")


def key(place: int, **changed: object) -> ComparedKey:
    """Return one of many keys: three subjects, four parameters, a date and an id."""
    attributes = {
        "subject": f"M{place % 3}",
        "paramset_id": place // 3 % 4,
        "session_date": DAY + dt.timedelta(days=place // 10),
        "id": place,
        "lab": "u12",
    }
    return ComparedKey({**attributes, **changed})


def keys(places: Iterable[int], **changed: object) -> list[ComparedKey]:
    return [key(place, **changed) for place in places]


def parted(fails: Callable[[ComparedKey], bool]) -> Found:
    """Return what is found where those of 240 keys fail that are said to."""
    made = keys(range(240))
    return find_shared([one for one in made if fails(one)], [one for one in made if not fails(one)])


def said(found: Found) -> list[str]:
    return [claim.condition for claim in found.claims]


class SmallMaker(Maker):
    """Makes cases of a size at which a reason can be seen, and that take no time."""

    failed_numbers = (12, 20, 40)
    passed_numbers = (60, 150)


@pytest.mark.parametrize("kind", KINDS)
def test_the_reason_is_found_in_twenty_of_twenty_cases(kind: str) -> None:
    cases = (SmallMaker(seed).with_reason(kind) for seed in count(100))
    possible = islice((case for case in cases if case.is_possible), 20)
    assert [case for case in possible if not case.is_found_by(find_shared(case.failed, case.passed))] == []


def test_nothing_is_claimed_in_forty_cases_without_a_reason() -> None:
    cases = [SmallMaker(seed).without_reason() for seed in range(40)]
    assert [found.claims for case in cases if (found := find_shared(case.failed, case.passed)).claims] == []


def test_one_value_is_found() -> None:
    assert said(parted(lambda one: one.attributes["paramset_id"] == 3)) == ["paramset_id = 3"]


def test_two_values_are_found() -> None:
    assert said(parted(lambda one: one.attributes["paramset_id"] in (0, 3))) == ["paramset_id = 0 or 3"]


def test_all_since_a_date_is_found() -> None:
    found = parted(lambda one: one.attributes["session_date"] >= dt.date(2026, 11, 20))  # type: ignore[operator]
    assert said(found) == ["session_date from 2026-11-20 on"]
    assert found.claims[0].also == ("id from 190 on",)


def test_a_range_of_an_id_is_found() -> None:
    assert said(parted(lambda one: 40 < one.attributes["id"] < 60)) == ["id from 41 to 59"]  # type: ignore[operator]


def test_what_merely_goes_along_with_the_reason_is_left_out() -> None:
    made = keys(range(240))
    failed = [replace(one, attributes={**one.attributes, "subject": "M0"}) for one in made[::12]]
    passed = [one for one in made if one.attributes["paramset_id"] != 0]
    assert said(find_shared(failed, passed)) == ["paramset_id = 0"]


def test_what_the_very_same_keys_share_is_named_beside_it() -> None:
    failed, passed = keys(range(20), rig="r1", probe="p1"), keys(range(20, 200), rig="r2", probe="p2")
    (claim,) = (one for one in find_shared(failed, passed).claims if one.attribute == "rig")
    assert "probe = p1" in claim.also


def test_two_attributes_that_are_both_needed_are_both_found() -> None:
    draw = Random(1)
    made = [ComparedKey({"a": draw.randrange(4), "b": draw.randrange(4)}) for _ in range(800)]
    fails = [one.attributes == {"a": 1, "b": 2} for one in made]
    failed = [one for one, is_one in zip(made, fails, strict=True) if is_one]
    passed = [one for one, is_one in zip(made, fails, strict=True) if not is_one]
    assert sorted(said(find_shared(failed, passed))) == ["a = 1", "b = 2"]


def test_an_attribute_that_is_the_same_everywhere_is_not_compared() -> None:
    assert "lab" not in find_shared(keys(range(20)), keys(range(20, 80))).compared


def test_a_constant_that_fails_and_passes_alike_is_no_finding() -> None:
    assert find_shared([ComparedKey({"a": 1})] * 100, [ComparedKey({"a": 1})] * 100).claims == ()


def test_names_that_are_unique_are_no_finding() -> None:
    failed = [ComparedKey({"name": f"failed {place}"}) for place in range(50)]
    passed = [ComparedKey({"name": f"passed {place}"}) for place in range(500)]
    assert find_shared(failed, passed).claims == ()


def test_a_host_is_found_where_it_is_known_of_those_that_passed() -> None:
    failed = [replace(one, host="gpu1") for one in keys(range(0, 200, 10))]
    passed = [replace(one, host="gpu2") for one in keys(range(1, 200, 10))]
    (claim,) = find_shared(failed, passed).claims
    assert (claim.condition, claim.against) == ("host gpu1", Against.PASSED)


def test_a_host_is_compared_with_other_jobs_where_it_is_not() -> None:
    failed = [replace(one, host="gpu1") for one in keys(range(0, 200, 10))]
    others = [ComparedKey({}, "gpu2")] * 20
    (claim,) = find_shared(failed, keys(range(1, 200, 10)), others).claims
    assert (claim.condition, claim.against) == ("host gpu1", Against.OTHER_JOBS)


def test_a_time_is_compared_only_with_times_of_keys_that_passed() -> None:
    at = dt.datetime(2026, 11, 20, tzinfo=dt.timezone.utc)
    failed = [replace(key(place), at=at + dt.timedelta(hours=place)) for place in range(20)]
    passed = [replace(key(place), at=at - dt.timedelta(hours=place + 1)) for place in range(40)]
    assert "timestamp from 2026-11-20 00:00:00+00:00 on" in said(find_shared(failed, passed))
    assert "timestamp" not in find_shared(failed, keys(range(40)), passed).compared


def test_four_failed_keys_are_too_few() -> None:
    assert find_shared(keys(range(4)), keys(range(100))).too_few == "too few to compare: 4 failed keys"


def test_one_key_that_passed_is_too_few() -> None:
    assert find_shared(keys(range(9)), keys([9])).too_few == "too few to compare: 1 key that passed"


def test_six_of_ten_thousand_are_enough() -> None:
    failed = [ComparedKey({"a": place * 17 % 50, "b": 7}) for place in range(6)]
    passed = [ComparedKey({"a": place % 50, "b": place % 60}) for place in range(10_000)]
    assert said(find_shared(failed, passed)) == ["b = 7"]


def test_six_that_passed_beside_ten_thousand_are_enough() -> None:
    failed = [ComparedKey({"a": place % 50, "b": 7 if place % 20 else 8}) for place in range(10_000)]
    passed = [ComparedKey({"a": place % 50, "b": 8}) for place in range(6)]
    assert said(find_shared(failed, passed)) == ["b = 7"]


def test_null_is_a_value_that_can_be_shared() -> None:
    failed = [ComparedKey({"a": None})] * 20
    passed = [ComparedKey({"a": place}) for place in range(40)]
    assert said(find_shared(failed, passed)) == ["a = NULL"]


def test_the_same_keys_give_the_same_answer() -> None:
    made = keys(range(4_000))
    assert sample(made, 100) == sample(made, 100)
    assert len(sample(made, 100)) == 100


def test_attributes_that_no_key_has_that_passed_are_not_compared() -> None:
    strange = {f"name{number}": [number] for number in range(1_000)}
    assert find_shared(keys(range(20), **strange), keys(range(20, 80))).compared == ("subject", *COMPARED)


def test_values_of_any_kind_are_compared() -> None:
    values = [[1], {"a": 1}, {1, 2}, (1, [2]), 1j, b"a", float("inf"), 10**400, dt.time(1), dt.timedelta(1)]
    failed, passed = ([ComparedKey({"a": value, "b": 3 + shift}) for value in values * 2] for shift in range(2))
    assert said(find_shared(failed, passed)) == ["b = 3"]


def test_keys_without_attributes_share_nothing() -> None:
    assert find_shared([ComparedKey({})] * 9, [ComparedKey({})] * 9) == Found()
