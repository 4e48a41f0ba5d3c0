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
MOST_SAMPLES = 4_000
"""Jobs of all cells together: their stacks take some 0.5 s."""


def samples_of(
    by_cell: Mapping[Cell, Sequence[CellCount]], branches: Sequence[Branch], most: int = MOST_SAMPLES
) -> Mapping[Cell, list[FailedRow]]:
    """Return sampled jobs of the cells, as they are stored now; of the largest cells first, where they are too many."""
    by_table: dict[object, list[Place]] = defaultdict(list)
    for cell, key_hash in _chosen(by_cell.values())[:most]:
        by_table[cell.stored_in].append(Place(cell.stored_in, (cell.table_name, key_hash)))
    asked = [branch for branch in branches if branch.table in by_table]
    rows = failed_rows([at_places(by_table[branch.table], branch) for branch in asked], most)
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
    """Return the samples: first one of each cell, then more of those with stacks of several sizes, then of others."""
    by_number = sorted(cells, key=lambda ones: -sum(one.number for one in ones))
    keys = [(ones[0].cell, _keys(ones)) for ones in by_number]
    first = [(cell, some[0]) for cell, some in keys]
    more = [(cell, key) for cell, some in keys for key in some[1:]]
    are_several = {ones[0].cell for ones in by_number if not _are_of_one_size(ones)}
    return [*first, *sorted(more, key=lambda one: one[0] not in are_several)]


def _keys(ones: Sequence[CellCount]) -> list[str]:
    """Return the key_hash of the youngest, of those with the smallest and the largest stack, of the oldest, and others.

    Where all stacks are of one size, those four will do.
    """
    in_order = sorted(ones, key=lambda one: (one.age, one.host, one.user, one.newest), reverse=True)
    smallest, largest = _extremes(ones)
    first = dict.fromkeys([in_order[0].newest, key_in(smallest), key_in(largest), in_order[-1].newest])
    if _are_of_one_size(ones):
        return list(first)
    others = in_order[:: max(1, len(in_order) // SAMPLES)]
    return list(first | dict.fromkeys(key for one in others for key in one.keys))[:SAMPLES]


def _are_of_one_size(ones: Sequence[CellCount]) -> bool:
    smallest, largest = _extremes(ones)
    return size_in(smallest) == size_in(largest)


def _extremes(ones: Sequence[CellCount]) -> tuple[str, str]:
    return min(one.smallest for one in ones), max(one.largest for one in ones)
