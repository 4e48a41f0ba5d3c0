"""Which values of one attribute tell failed keys from others best, and could that be chance?

Looked for are one value, two or three values, and where values have an order all from one on, all up to one, and a
range. Of each it is asked how often so much would come by chance, if which keys fail had nothing to do with the
attribute. All that was looked through counts (Bonferroni):

- a value: all that are frequent enough to be held by so many failed keys (R. E. Tarone, "A modified Bonferroni method
  for discrete data", 1990);
- several values: all sets of so many;
- all from one on, all up to one: the numbers of failed keys that may be in it, from either end;
- a range: the pairs of a first and a last failed key. Between two of them lie as many others as between the beginning
  and the failed key that is as many places from it, since all gaps between failed keys are alike by chance; so the tail
  is that of one failed key fewer, which is exact without ties, and too large with them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import inf, log

from jobs.error_groups.sharing.candidates import Candidate, Form, nearly_best
from jobs.error_groups.sharing.tails import log_tail, log_ways
from jobs.error_groups.sharing.tally import Tally

MOST_VALUES = 3
LEAST_PART = 0.1
"""Of the failed keys: what a value must add, to be named beside others."""
WEIGHTS = (1.0, 4.0, 16.0, 64.0)
"""How much an other key within a range weighs against it, beside a failed one: one of them fits best."""
PART_OF_CHANCE = {Form.VALUE: 0.5, Form.VALUES: 0.05, Form.FROM: 0.1, Form.UP_TO: 0.1, Form.RANGE: 0.2}
"""What each form may take of the chance to be wrong; VALUES twice, for two and for three."""


def best_of(tally: Tally, most_log_chance: float) -> Candidate | None:
    """Return what failed keys share, the simplest of the strongest; None where nothing holds."""
    holding = [one for one in _candidates(tally) if one.is_large and one.log_chance <= most_log_chance]
    return min(nearly_best(holding), key=lambda one: one.form) if holding else None


def _candidates(tally: Tally) -> Iterator[Candidate]:
    """Yield the best of each form, the simplest first."""
    gains = sorted(((tally.gain(code), -code) for code in tally.failed), reverse=True)[:MOST_VALUES]
    best = [-code for _, code in gains]
    yield _of_value(tally, best[0])
    for size in range(2, len(best) + 1):
        if min(tally.failed[code] for code in best[:size]) >= max(2, LEAST_PART * tally.failed_number):
            yield _of_values(tally, best[:size])
    if tally.steps:
        yield _most_certain(_of_end(tally, Form.FROM, _from_end(tally, weight)) for weight in WEIGHTS)
        yield _most_certain(_of_end(tally, Form.UP_TO, _from_beginning(tally, weight)) for weight in WEIGHTS)
        yield _most_certain(_of_range(tally, _within(tally, weight)) for weight in WEIGHTS)


def _most_certain(candidates: Iterable[Candidate]) -> Candidate:
    return min(candidates, key=lambda one: one.log_chance)


def _from_beginning(tally: Tally, weight: float) -> tuple[int, int]:
    """Return all values up to the one where the shares differ most."""
    gained, best, end = 0.0, -inf, 0
    for code, before, _ in tally.steps:
        gained += tally.gain(code, weight) - weight * before / tally.others_number
        if gained > best:
            best, end = gained, code
    return 0, end


def _from_end(tally: Tally, weight: float) -> tuple[int, int]:
    """Return all values from the one on where the shares differ most."""
    ordered = sum(tally.others[code] for code in range(tally.ordered))
    behind = ordered - sum(before + at for _, before, at in tally.steps)
    gained, best, begin = -weight * behind / tally.others_number, -inf, 0
    for code, before, _ in reversed(tally.steps):
        gained += tally.gain(code, weight)
        if gained > best:
            best, begin = gained, code
        gained -= weight * before / tally.others_number
    return begin, tally.ordered - 1


def _within(tally: Tally, weight: float) -> tuple[int, int]:
    """Return the range in which the shares differ most (J. B. Kadane's algorithm)."""
    best, found = -inf, (0, 0)
    gained, begin = 0.0, 0
    for code, before, _ in tally.steps:
        gained -= weight * before / tally.others_number
        if gained <= 0.0:
            gained, begin = 0.0, code
        gained += tally.gain(code, weight)
        if gained > best:
            best, found = gained, (begin, code)
    return found


def _of_value(tally: Tally, code: int) -> Candidate:
    frequent = {code for code, number in (tally.failed + tally.others).items() if number >= tally.least_hits}
    return _candidate(tally, Form.VALUE, (code,), log(max(1, len(frequent))))


def _of_values(tally: Tally, codes: Sequence[int]) -> Candidate:
    tried = log_ways(len(tally.failed.keys() | tally.others.keys()), len(codes))
    return _candidate(tally, Form.VALUES, tuple(sorted(codes)), tried)


def _of_end(tally: Tally, form: Form, ends: tuple[int, int]) -> Candidate:
    numbers = tally.failed_number - tally.least_hits + 1
    return _candidate(tally, form, ends, log(numbers))


def _of_range(tally: Tally, ends: tuple[int, int]) -> Candidate:
    numbers = tally.failed_number - tally.least_hits + 1
    return _candidate(tally, Form.RANGE, ends, log(numbers * (numbers + 1) // 2), given=1)


def _candidate(tally: Tally, form: Form, codes: tuple[int, ...], log_tried: float, given: int = 0) -> Candidate:
    """Return a candidate; so many of its failed keys are `given` by how it was chosen."""
    hits, other_hits = (_number_in(counted, form, codes) for counted in (tally.failed, tally.others))
    tail = log_tail(tally.total, tally.failed_number, max(0, hits + other_hits - given), max(0, hits - given))
    log_tried -= log(PART_OF_CHANCE[form])
    return Candidate(form, codes, hits, tally.failed_number, other_hits, tally.others_number, tail, log_tried)


def _number_in(counter: Counter[int], form: Form, codes: tuple[int, ...]) -> int:
    inside = codes if form in (Form.VALUE, Form.VALUES) else range(codes[0], codes[1] + 1)
    return sum(counter[code] for code in inside)
