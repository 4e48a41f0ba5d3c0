"""A chance that is told is one: of keys that fail by chance no more have as much to show."""

from math import log
from random import Random

import pytest

from jobs.error_groups.sharing.candidates import Form
from jobs.error_groups.sharing.searching import best_of
from jobs.error_groups.sharing.tally import Tally
from jobs.error_groups.sharing.values import coded

OFTEN = 0.2
TRIES = 300


@pytest.mark.parametrize("values", [1_000, 12, 3])
def test_nothing_is_found_more_often_than_is_said(values: int) -> None:
    draw, found = Random(values), 0
    for _ in range(TRIES):
        drawn = [draw.randrange(values) for _ in range(40)]
        column = coded(drawn[:10], drawn[10:])
        found += best_of(Tally.of(column, range(10), range(30)), log(OFTEN)) is not None
    assert found <= OFTEN * TRIES


def form_of(failed: list[int], others: list[int]) -> Form | None:
    column = coded(failed, others)
    best = best_of(Tally.of(column, range(len(failed)), range(len(others))), log(0.001))
    return best.form if best else None


@pytest.mark.parametrize(
    ("failed", "others", "form"),
    [
        ([5] * 18 + [1, 9], list(range(10)) * 10, Form.VALUE),
        ([2] * 9 + [7] * 9, list(range(10)) * 10, Form.VALUES),
        (list(range(80, 100)), list(range(80)), Form.FROM),
        (list(range(20)), list(range(20, 100)), Form.UP_TO),
        (list(range(40, 60)), [*range(40), *range(60, 100)], Form.RANGE),
        (list(range(0, 100, 5)), list(range(100)), None),
    ],
)
def test_the_simplest_that_says_it_is_taken(failed: list[int], others: list[int], form: Form | None) -> None:
    assert form_of(failed, others) == form


def test_a_tenth_outside_of_a_range_does_not_widen_it() -> None:
    failed = [*range(400, 418), 100, 900]
    others = [number for number in range(1_000) if not 400 <= number < 418]
    best = best_of(Tally.of(coded(failed, others), range(len(failed)), range(len(others))), log(0.001))
    assert best is not None
    assert (best.form, best.hits, best.other_hits) == (Form.RANGE, 18, 0)
