"""The tail of Fisher's test is exact."""

from fractions import Fraction
from math import comb, exp, inf, isclose, log

import pytest

from jobs.error_groups.sharing.tails import log_tail, log_ways

SMALL = [
    (total, marked, drawn, hits)
    for total in (1, 2, 7, 12)
    for marked in range(total + 1)
    for drawn in range(total + 1)
    for hits in range(total + 2)
]


def counted(total: int, marked: int, drawn: int, hits: int) -> Fraction:
    """Return the same chance by counting all ways."""
    ways = sum(comb(marked, number) * comb(total - marked, drawn - number) for number in range(hits, drawn + 1))
    return Fraction(ways, comb(total, drawn))


def test_it_is_what_counting_gives() -> None:
    wrong = [
        numbers
        for numbers in SMALL
        if not isclose(exp(log_tail(*numbers)), float(counted(*numbers)), rel_tol=1e-9, abs_tol=1e-12)
    ]
    assert wrong == []


@pytest.mark.parametrize("numbers", [(7_000, 2_000, 2_100, 1_900), (7_000, 2_000, 1_000, 400), (5_006, 6, 50, 5)])
def test_it_is_what_counting_gives_for_many_keys(numbers: tuple[int, int, int, int]) -> None:
    chance = counted(*numbers)
    exact = log(chance.numerator) - log(chance.denominator)
    assert isclose(log_tail(*numbers), exact, rel_tol=1e-9)


def test_what_cannot_be_has_no_chance() -> None:
    assert log_tail(10, 3, 5, 4) == -inf


def test_the_ways_to_choose_are_counted() -> None:
    assert log_ways(5, 2) == log(10)
