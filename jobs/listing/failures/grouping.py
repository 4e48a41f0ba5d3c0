"""Failed jobs -> groups: the server counts cells, and the stacks of samples say which problem a cell is.

Where the samples of a cell are of one problem, all of the cell is. Where they are not, the stacks of its jobs are read,
as far as they are not too many. Of few jobs, each is looked at by itself. (docs/decisions/0016)
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from jobs.layouts.branches import Branch
from jobs.layouts.message_shapes import BYTEWISE, letters_off, tails_off
from jobs.layouts.stack_sizes import STACK_SIZE
from jobs.listing.failures.cells import (
    MOST_CELLS,
    NAME_CHARS,
    Cell,
    CellCount,
    add_up,
    age_of,
    count_cells,
    parts_of,
    sizes_of,
)
from jobs.listing.failures.failed_rows import FailedRow, failed_rows
from jobs.listing.failures.kinds import kind_of
from jobs.listing.failures.sampling import MOST_SAMPLES, cell_of, samples_of
from jobs.listing.failures.tally import FailureGroup, Failures
from jobs.models import QualifiedName
from jobs.tracebacks.signature import Signature, signature_of

FEW = 1_000
"""So many failed jobs are looked at one by one."""
MOST_COUNTED = 100_000
"""Of a part of them it is said how many there are, up to so many: to count is quicker than to look at them."""
COUNTED_TIMES = 5
"""But no more than so many times what was looked at meanwhile, which says how quick the server is."""
MOST_SPLIT = 2_000
"""Jobs of a cell of several problems that are looked at."""
IN_CELL = f"{BYTEWISE.format('table_name', NAME_CHARS)} = %s AND {letters_off(tails_off('error_message'))} = %s"


HasTime = Callable[[], bool]


def read_failures(
    branches: Sequence[Branch], now: datetime, has_time: HasTime, samples: int = MOST_SAMPLES
) -> Failures:
    """Return the groups of the rows of the branches, which are failed jobs: of all, or of those there was time for.

    Raises DatabaseError.
    """
    sizes = sizes_of(branches, FEW + 1)
    if sum(sizes) <= FEW:
        groups = _Groups(now, samples)
        groups.add_each(failed_rows([one for one, size in zip(branches, sizes, strict=True) if size], FEW))
        return groups.failures(is_whole=True)
    counts, is_whole = _count(branches, sizes, now, has_time)
    counted = sum(one.number for one in counts)
    groups = _Groups(now, samples, at_least=counted if is_whole else _number_at_least(branches, sizes, counted))
    return _by_samples(groups, branches, counts, has_time, is_whole=is_whole)


def _number_at_least(branches: Sequence[Branch], sizes: Sequence[int], counted: int) -> int:
    """Return how many rows the branches have at least, of which so many were looked at."""
    large = [branch for branch, size in zip(branches, sizes, strict=True) if size > FEW]
    most = min(MOST_COUNTED, COUNTED_TIMES * counted) // max(1, len(large))
    return sum(size for size in sizes if size <= FEW) + sum(sizes_of(large, most)) if most > FEW else sum(sizes)


def _count(
    branches: Sequence[Branch], sizes: Sequence[int], now: datetime, has_time: HasTime
) -> tuple[list[CellCount], bool]:
    """Return what there was time to count, and whether that is all."""
    counts: dict[tuple[object, ...], CellCount] = {}
    is_whole = True
    for part in parts_of(branches, sizes, FEW + 1):
        if counts and not has_time():
            return list(counts.values()), False
        found = count_cells(part, now)
        is_whole &= len(found) < MOST_CELLS
        add_up(counts, found)
    return list(counts.values()), is_whole


def _by_samples(
    groups: "_Groups", branches: Sequence[Branch], counts: Iterable[CellCount], has_time: HasTime, *, is_whole: bool
) -> Failures:
    """Return the groups of cells; those of several problems are parted by the sizes of stacks, and then one by one."""
    several = groups.add_cells(counts, branches)
    if several and has_time():
        several = groups.add_cells(count_cells(_rows_in(several, branches), groups.now, by_size=True), branches)
    for cell in several:
        if not has_time():
            return groups.failures(is_whole=False)
        rows = failed_rows(_rows_in([cell], branches), MOST_SPLIT)
        is_whole &= len(rows) < MOST_SPLIT
        groups.add_each(rows)
    return groups.failures(is_whole=is_whole)


def _rows_in(cells: Iterable[Cell], branches: Iterable[Branch]) -> list[Branch]:
    """Return the rows of branches that are in one of the cells."""
    by_table: dict[QualifiedName, list[Cell]] = defaultdict(list)
    for cell in cells:
        by_table[cell.stored_in].append(cell)
    return [_in_one_of(by_table[branch.table], branch) for branch in branches if branch.table in by_table]


def _in_one_of(cells: Iterable[Cell], branch: Branch) -> Branch:
    conditions = [IN_CELL if cell.size is None else f"{IN_CELL} AND {STACK_SIZE} = %s" for cell in cells]
    values = [value for cell in cells for value in cell[1:] if value is not None]
    return branch.beside(f"({' OR '.join(conditions)})", *values)


class _Groups:
    """The groups, as far as they are known."""

    def __init__(self, now: datetime, samples: int, at_least: int = 0) -> None:
        """None yet; so many `samples` may be read at once, and so many jobs are there `at_least`."""
        self.now, self.samples, self.at_least = now, samples, at_least
        self.stacks_read = 0
        self.found: dict[str, FailureGroup] = {}
        self._alike: dict[tuple[str, str], list[Signature]] = defaultdict(list)

    def failures(self, *, is_whole: bool) -> Failures:
        """Return all of them."""
        looked_at = sum(group.tally.count for group in self.found.values())
        at_least = looked_at if is_whole else max(self.at_least, looked_at + 1)
        return Failures(self.found, looked_at, self.stacks_read, is_whole, at_least, self.now)

    def add_each(self, rows: Iterable[FailedRow]) -> None:
        """Add jobs one by one: to a group belong whole cells of one problem, and single rows of others."""
        by_cell: dict[Cell, list[FailedRow]] = defaultdict(list)
        for row in rows:
            by_cell[cell_of(row)].append(row)
        for cell, ones in by_cell.items():
            signatures = self._read(ones)
            is_one = _are_one(signatures)
            for row, signature in zip(ones, signatures, strict=True):
                group = self._group(signature, row.message)
                group.tally.add(_as_count(cell, row, self.now))
                if is_one:
                    group.cells.add(cell)
                else:
                    group.singles.add(row.name)

    def add_cells(self, counts: Iterable[CellCount], branches: Sequence[Branch]) -> list[Cell]:
        """Add cells by samples of them; return those that are of several problems, and are not added."""
        by_cell: dict[Cell, list[CellCount]] = defaultdict(list)
        for one in counts:
            by_cell[one.cell].append(one)
        samples = samples_of(by_cell, branches, self.samples)
        several = [cell for cell, rows in samples.items() if not self._add_cell(by_cell[cell], rows)]
        for cell in by_cell.keys() - samples.keys():
            self._add_unsampled(by_cell[cell])
        return several

    def _add_cell(self, counts: Sequence[CellCount], samples: Sequence[FailedRow]) -> bool:
        """Add a cell by its samples; False, and nothing, where they are of several problems."""
        signatures = self._read(samples)
        if is_one := _are_one(signatures):
            self._add(counts, signatures[0], samples[0].message)
        return is_one

    def _add_unsampled(self, counts: Sequence[CellCount]) -> None:
        """Add a cell of which no stack was read: to the only group of this message, or to one without a frame."""
        shape = counts[0].cell.shape
        alone = signature_of(shape, "")
        alike = self._alike[alone.alike]
        self._add(counts, alike[0] if len(alike) == 1 else alone, shape)

    def _add(self, counts: Iterable[CellCount], signature: Signature, message: str) -> None:
        group = self._group(signature, message)
        for one in counts:
            group.tally.add(one)
            group.cells.add(one.cell)

    def _group(self, signature: Signature, message: str) -> FailureGroup:
        if signature.fingerprint not in self.found:
            self.found[signature.fingerprint] = FailureGroup(signature, kind_of(message))
            self._alike[signature.alike].append(signature)
        return self.found[signature.fingerprint]

    def _read(self, rows: Sequence[FailedRow]) -> list[Signature]:
        """Return the signatures of jobs of one cell; one without a frame, as of a cut stack, is the only other one."""
        signatures = [signature_of(row.message, row.stack) for row in rows]
        self.stacks_read += sum(row.blob is not None for row in rows)
        framed = {signature.fingerprint: signature for signature in signatures if signature.own_frame}
        if len(framed) != 1:
            return signatures
        (only,) = framed.values()
        return [signature if signature.own_frame else only for signature in signatures]


def _are_one(signatures: Iterable[Signature]) -> bool:
    return len({signature.fingerprint for signature in signatures}) == 1


def _as_count(cell: Cell, row: FailedRow, now: datetime) -> CellCount:
    return CellCount(cell, row.user, row.host, age_of(row.when, now), 1, row.when, row.when, row.key_hash)
