"""Which jobs tables are so large that lists of them want an index, and have none? Jobsite never makes it by itself."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from jobs.layouts.base import Layout
from jobs.layouts.discovery import AS_TEXT
from jobs.models import QualifiedName
from jobsite.lab.identifiers import identifier
from jobsite.lab.session import without_waiting
from jobsite.lab.sql import lab_cursor

WORTH_ROWS = 100_000
"""A list scans a table of fewer rows in less than 50 ms (docs/admin.md, "An index for large jobs tables")."""

BY_HAND = "a CREATE INDEX on ({columns}) that is typed by hand: a name in it has characters that cannot be seen"

# One below the other, because MariaDB compares every row of one with every row of the other in a join. The number of
# rows is InnoDB's estimate, and NULL where the table could not be opened.
LOOK_SQL = """
    SELECT {schema}, {table}, '', COALESCE(table_rows, 0) FROM information_schema.tables WHERE table_name IN %s
    UNION ALL
    SELECT {schema}, {table}, {index}, seq_in_index FROM information_schema.statistics
    WHERE table_name IN %s AND (seq_in_index, column_name) IN %s
"""


@dataclass(frozen=True)
class IndexAdvice:
    """An index that a jobs table lacks."""

    table: QualifiedName
    columns: tuple[str, ...]
    rows: int
    """How many the table has, by InnoDB's estimate."""

    @property
    def statement(self) -> str:
        """The statement that makes it while workers go on, to copy, or words where the schema's name cannot be copied.

        It takes the privilege INDEX on the table, where ALTER TABLE takes ALTER (tried on MariaDB 10.11 and 11.8 and on
        MySQL 9.7).
        """
        named, columns = identifier("_".join(self.columns)), ", ".join(map(identifier, self.columns))
        statement = f"CREATE INDEX {named} ON {self.table.quoted} ({columns}) ALGORITHM=INPLACE LOCK=NONE;"
        return statement if statement.isprintable() else BY_HAND.format(columns=columns)


def advised_indexes(layouts: Collection[Layout]) -> list[IndexAdvice]:
    """Return the indexes that large ones of these tables lack, by one question that waits for no lock.

    Whatever an index is called, it counts when it begins with the columns. A table without one of them gets no advice.
    """
    wanted = {one.table: one.index for one in layouts if one.index and not {*one.index} & {*one.missing}}
    if not wanted:
        return []
    texts = {"schema": "table_schema", "table": "table_name", "index": "index_name"}
    question = LOOK_SQL.format(**{name: AS_TEXT.format(column) for name, column in texts.items()})
    names = tuple({table.name for table in wanted})
    places = tuple({place for index in wanted.values() for place in enumerate(index, 1)})
    with lab_cursor() as cursor:
        cursor.execute(without_waiting(question), [names, names, places])
        told = cursor.fetchall()
    rows = {QualifiedName(schema, name): number for schema, name, index, number in told if not index}
    begun: dict[QualifiedName, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for schema, name, index, _ in told:
        begun[QualifiedName(schema, name)][index] += bool(index)
    return [
        IndexAdvice(table, tuple(index), int(rows[table]))
        for table, index in sorted(wanted.items())
        if rows.get(table, 0) >= WORTH_ROWS and len(index) not in begun[table].values()
    ]
