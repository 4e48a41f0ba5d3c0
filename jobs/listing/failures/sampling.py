"""Which jobs of a cell tell what its failures are? A few of different users, hosts and ages; their stacks are read."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from jobs.layouts.branches import Branch
from jobs.listing.failures.cells import Cell, CellCount
from jobs.listing.failures.failed_rows import FailedRow, failed_rows
from jobs.listing.order import Place
from jobs.listing.page import at_places
from jobs.tracebacks.shapes import shape_of

SAMPLES = 6
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
    by_size = sorted(cells, key=lambda ones: -sum(one.number for one in ones))
    turns = [list(_spread(ones)) for ones in by_size]
    first, more = [turn[0] for turn in turns], [one for turn in turns for one in turn[1:]]
    return [*first, *more][:MOST_SAMPLES]


def _spread(ones: Sequence[CellCount]) -> Iterator[tuple[Cell, str]]:
    """Yield the youngest, the oldest, and some between."""
    in_order = sorted(ones, key=lambda one: (one.age, one.host, one.user, one.newest), reverse=True)
    step = max(1, (len(in_order) - 1) // (SAMPLES - 1))
    few = dict.fromkeys([0, len(in_order) - 1, *range(0, len(in_order), step)])
    yield from ((in_order[number].cell, in_order[number].newest) for number in list(few)[:SAMPLES])
