"""Which jobs of a cell tell what its failures are? A few of different stacks, users, hosts and ages."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from jobs.layouts.branches import Branch
from jobs.listing.failures.cells import Cell, CellCount, key_in, size_in
from jobs.listing.failures.failed_rows import FailedRow, failed_rows
from jobs.listing.order import Place
from jobs.listing.page import at_places
from jobs.tracebacks.shapes import shape_of

SAMPLES = 8
"""Jobs of one cell."""
MOST_SAMPLES = 600
"""Jobs of all cells together: their stacks take some 0.1 s."""


def samples_of(
    by_cell: Mapping[Cell, Sequence[CellCount]], branches: Sequence[Branch]
) -> Mapping[Cell, list[FailedRow]]:
    """Return sampled jobs of the cells, as they are stored now; of the largest cells first, where they are too many."""
    by_table: dict[object, list[Place]] = defaultdict(list)
    for cell, key_hash in _chosen(by_cell.values()):
        by_table[cell.stored_in].append(Place(cell.stored_in, (cell.table_name, key_hash)))
    asked = [branch for branch in branches if branch.table in by_table]
    rows = failed_rows([at_places(by_table[branch.table], branch) for branch in asked], MOST_SAMPLES)
    found: dict[Cell, list[FailedRow]] = defaultdict(list)
    for row in rows:
        cell = cell_of(row)
        for one in (cell, cell._replace(size=row.size)):
            if one in by_cell:  # it may have failed anew since, in another way
                found[one].append(row)
    return found


def cell_of(row: FailedRow) -> Cell:
    """Return the cell that a job is of."""
    return Cell(row.stored_in, row.table_name, shape_of(row.message))


def _chosen(cells: Iterable[Sequence[CellCount]]) -> list[tuple[Cell, str]]:
    """Return the samples: first one of each cell, then those that may be of another problem, then more."""
    by_number = sorted(cells, key=lambda ones: -sum(one.number for one in ones))
    turns = [(ones[0].cell, _keys(ones)) for ones in by_number]
    parts = (slice(0, 1), slice(1, 3), slice(3, SAMPLES))
    return [(cell, key) for part in parts for cell, keys in turns for key in keys[part]][:MOST_SAMPLES]


def _keys(ones: Sequence[CellCount]) -> list[str]:
    """Return the key_hash of the youngest, of those with the smallest and the largest stack, of the oldest, and others.

    Where all stacks are of one size, those four will do.
    """
    in_order = sorted(ones, key=lambda one: (one.age, one.host, one.user, one.newest), reverse=True)
    smallest, largest = min(one.smallest for one in ones), max(one.largest for one in ones)
    first = [in_order[0].newest, key_in(smallest), key_in(largest), in_order[-1].newest]
    if size_in(smallest) == size_in(largest):
        return list(dict.fromkeys(first))
    others = in_order[:: max(1, len(in_order) // SAMPLES)]
    return list(dict.fromkeys([*first, *(key for one in others for key in one.keys)]))
