"""What failed keys may share in one attribute, and how well that tells them from the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from math import log

from jobs.error_groups.sharing.tally import LEAST_SHARE

LEAST_DIFFERENCE = 0.3
"""Between the share among failed keys and that among others: less is no cause that a person would go after."""
NEARLY, NEARLY_PART = 3.0, 0.05
"""Two are told apart nearly as well where their strengths differ by no more than this for all failed keys together (in
natural logarithms of likelihoods: one in twenty), and this part of them."""


class Form(IntEnum):
    """What is shared, the simplest first."""

    VALUE = 0
    FROM = 1
    UP_TO = 2
    RANGE = 3
    VALUES = 4


@dataclass(frozen=True)
class Candidate:
    """What failed keys may share: the codes of some values, of a range the first and the last."""

    form: Form
    codes: tuple[int, ...]
    hits: int
    failed_number: int
    other_hits: int
    others_number: int
    log_tail: float
    """The logarithm of how often as much would come by chance, were it the only one that is looked at."""
    log_tried: float
    """The logarithm of how many others of its attribute were looked at."""

    @property
    def log_chance(self) -> float:
        """The logarithm of how often as much would come by chance with all that was looked at."""
        return min(0.0, self.log_tail + self.log_tried)

    @property
    def strength(self) -> float:
        """How well it tells them apart: the gain of likelihood for a failed key, without what comes by choosing.

        Other than a chance it does not grow with the number of keys, which may be known of one attribute for few.
        """
        share = self.hits / self.failed_number
        among_others = (self.other_hits + 0.5) / (self.others_number + 1)
        gain = share * log(share / among_others) if share else 0.0
        if share < 1:
            gain += (1 - share) * log((1 - share) / (1 - among_others))
        return gain - self.log_tried / self.failed_number

    @property
    def difference(self) -> float:
        """Between the share among failed keys and that among others."""
        return self.hits / self.failed_number - self.other_hits / self.others_number

    @property
    def is_large(self) -> bool:
        """Say whether a person would call it a cause."""
        return self.hits >= LEAST_SHARE * self.failed_number and self.difference >= LEAST_DIFFERENCE

    def has(self, code: int) -> bool:
        """Say whether a value is among those that are shared."""
        if self.form in (Form.VALUE, Form.VALUES):
            return code in self.codes
        return self.codes[0] <= code <= self.codes[1]


def nearly_best(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return those, of at least one, of which nobody can say that another one tells failed keys apart better."""
    best = max(candidates, key=lambda one: one.strength)
    least = best.strength * (1 - NEARLY_PART) - NEARLY / best.failed_number
    return [one for one in candidates if one.strength >= least]
