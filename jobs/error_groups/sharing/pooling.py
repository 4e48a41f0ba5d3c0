"""Keys of several tables are compared together where they have the same attributes, and apart where they have not.

Together means that every table has the same part in the failed keys and in those that passed. Otherwise a table with
many rows and few failures would make its parameters look as if they never failed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

from jobs.error_groups.sharing.finding import LEAST, MOST_OTHERS, OF_PARENT, ComparedKey, sample

ENOUGH = 30
"""Keys that passed, or as many as failed: a table with fewer of them would leave few of the other tables'."""


@dataclass(frozen=True)
class TableKeys:
    """The keys of one table, or of several that are compared together."""

    tables: tuple[str, ...]
    """How the tables are called."""
    failed: Sequence[ComparedKey]
    passed: Sequence[ComparedKey]

    @property
    def attributes(self) -> frozenset[str]:
        """The attributes of the failed keys, without what other tables say of them (`SortingParams.method`)."""
        return frozenset(name for key in self.failed for name in key.attributes if OF_PARENT not in name)

    @property
    def has_enough(self) -> bool:
        """Say whether so many keys passed that they can stand beside those of another table."""
        return len(self.passed) >= max(LEAST, min(ENOUGH, len(self.failed)))


def pooled(tables: Sequence[TableKeys]) -> list[TableKeys]:
    """Return the tables whose keys have the same attributes as one, those with most failed keys first.

    A table with too few keys that passed is left out of what is compared together; where all have too few, only the one
    with most is kept.
    """
    alike: dict[frozenset[str], list[TableKeys]] = {}
    for table in tables:
        alike.setdefault(table.attributes, []).append(table)
    found = [_together(some) for some in alike.values()]
    return sorted(found, key=lambda one: len(one.failed), reverse=True)


def _together(tables: Sequence[TableKeys]) -> TableKeys:
    enough = [table for table in tables if table.has_enough] or [max(tables, key=lambda one: len(one.passed))]
    each = min(min(len(table.passed), MOST_OTHERS) / max(1, len(table.failed)) for table in enough)
    several = len(enough) > 1
    return TableKeys(
        tuple(name for table in enough for name in table.tables),
        [key for table in enough for key in table.failed],
        [
            key
            for table in enough
            for key in (sample(table.passed, floor(each * len(table.failed))) if several else table.passed)
        ],
    )
