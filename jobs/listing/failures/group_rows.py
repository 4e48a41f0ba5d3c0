"""Which rows are a group of failures? A condition that the server evaluates, so that every list has the same jobs."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import F, Q, Value
from django.db.models.functions import Left
from django.db.models.lookups import Exact, In

from jobs.layouts.message_shapes import MessageShape
from jobs.layouts.stack_sizes import stack_size
from jobs.listing.failures.cells import Cell
from jobs.models import QualifiedName
from jobs.statuses import ERROR
from jobs.tracebacks.shapes import MARK
from jobsite.lab.columns import JoinedAsBytes

RowName = tuple[QualifiedName, str, str]
"""The jobs table, and the primary key of a row in it."""
NONE = Q(pk__in=[])


@dataclass(frozen=True)
class GroupRows:
    """The rows of a group: all of some cells, and single rows of cells that have several groups."""

    cells: tuple[Cell, ...] = ()
    rows: tuple[RowName, ...] = ()

    @classmethod
    def of_all(cls, groups: Iterable["GroupRows"]) -> "GroupRows":
        """Return the rows of several groups."""
        every = tuple(groups)
        cells = tuple(dict.fromkeys(cell for one in every for cell in one.cells))
        return cls(cells, tuple(dict.fromkeys(row for one in every for row in one.rows)))

    @property
    def schemas(self) -> frozenset[str]:
        """The schemas they are in."""
        return frozenset(cell.stored_in.schema for cell in self.cells) | frozenset(
            table.schema for table, *_ in self.rows
        )

    def named_in(self, schema: str) -> Hashable:
        """Return what the condition on the rows of a schema depends on."""
        cells = frozenset(cell[1:] for cell in self.cells if cell.stored_in.schema == schema)
        return cells, frozenset(row[1:] for row in self.rows if row[0].schema == schema)

    def condition_in(self, schema: str) -> Q:
        """Return the condition on the rows of a schema."""
        cells = [cell for cell in self.cells if cell.stored_in.schema == schema]
        rows = [(name, key_hash) for table, name, key_hash in self.rows if table.schema == schema]
        if not cells and not rows:
            return NONE
        return Q(status=ERROR) & (_in_cells(cells) | rows_named(rows))


def rows_named(names: Iterable[tuple[str, str]]) -> Q:
    """Return the condition that a row has one of these pairs of a table_name and a key_hash.

    The first part goes along the primary key, where it takes `A` for `a`; the second is exact.
    """
    by_table: dict[str, list[str]] = defaultdict(list)
    for table_name, key_hash in names:
        by_table[table_name].append(key_hash)
    along_index = NONE
    for table_name, hashes in by_table.items():
        along_index |= Q(table_name=table_name, key_hash__in=hashes)
    exactly = [f"{table_name} {key_hash}".encode() for table_name, hashes in by_table.items() for key_hash in hashes]
    return along_index & Q(In(JoinedAsBytes("table_name", "key_hash"), exactly))


def _in_cells(cells: Sequence[Cell]) -> Q:
    """Return the condition that a row is of one of the cells; what is quick to compare stands before what is exact."""
    if not cells:
        return NONE
    quickly = Q(table_name__in=sorted({cell.table_name for cell in cells}))
    if begin := _beginning([cell.shape for cell in cells]):
        quickly &= Q(Exact(Left(F("error_message"), len(begin)), Value(begin)))
    whole = [f"{cell.table_name} {cell.shape}".encode() for cell in cells if cell.size is None]
    of_size = [f"{cell.table_name} {cell.size} {cell.shape}".encode() for cell in cells if cell.size is not None]
    shape = MessageShape(F("error_message"))
    in_whole = Q(In(JoinedAsBytes("table_name", shape), whole)) if whole else NONE
    in_part = Q(In(JoinedAsBytes("table_name", stack_size(), shape), of_size)) if of_size else NONE
    return quickly & (in_whole | in_part)


def _beginning(shapes: list[str]) -> str:
    """Return how the messages of all these shapes begin, as far as a column of any character set can hold it."""
    first, last = min(shapes), max(shapes)
    same = next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    begin = first[:same].partition(MARK)[0]
    return begin if begin.isascii() else ""
