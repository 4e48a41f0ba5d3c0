"""How many failed keys, and how many others, have each value of an attribute?"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil

from jobs.error_groups.sharing.values import Coded

LEAST_SHARE = 0.7
"""Of the failed keys: a tenth of a group may have failed for another reason, in a small one soon a fifth."""


@dataclass(frozen=True)
class Tally:
    """How many failed keys and how many others have each value, of those of which it is known."""

    failed: Counter[int]
    others: Counter[int]
    failed_number: int
    others_number: int
    ordered: int
    """How many codes have an order: the first ones."""

    @classmethod
    def of(cls, column: Coded, failed: Sequence[int], others: Sequence[int]) -> "Tally":
        """Count the values of these rows."""
        counted = [
            Counter(code for row in rows if (code := codes[row]) >= 0)
            for codes, rows in ((column.failed, failed), (column.others, others))
        ]
        return cls(counted[0], counted[1], counted[0].total(), counted[1].total(), column.ordered)

    @property
    def total(self) -> int:
        """How many keys there are."""
        return self.failed_number + self.others_number

    @property
    def least_hits(self) -> int:
        """How many failed keys must share something."""
        return ceil(LEAST_SHARE * self.failed_number)

    def gain(self, code: int, weight: float = 1.0) -> float:
        """Return what a value adds to the difference of the shares."""
        return self.failed[code] / self.failed_number - weight * self.others[code] / self.others_number

    @cached_property
    def steps(self) -> list[tuple[int, int, int]]:
        """Each value of a failed key in order, and how many others have a value from the one before on, and this one.

        A range begins and ends with a failed key, so that no more places need to be tried.
        """
        found, since = [], 0
        for code in range(self.ordered):
            if code in self.failed:
                found.append((code, since, self.others[code]))
                since = 0
            else:
                since += self.others[code]
        return found
