"""Which jobs tables exist on this server, of which layout, and can they be read?

Looks in information_schema only: opening `schema.jobs` through DataJoint would CREATE the table.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from jobs.layouts.base import Column, Layout, UnreadableTableError
from jobs.layouts.schema_wide import SchemaWide
from jobs.models import QualifiedName
from jobsite.lab.session import without_waiting
from jobsite.lab.shared_reads import SharedRead
from jobsite.lab.sql import lab_cursor

LAYOUTS: tuple[type[Layout], ...] = (SchemaWide,)
BASE_TABLE = "BASE TABLE"
WILDCARDS = frozenset("%_")
SCHEMAS_NAMED = 5


@dataclass(frozen=True)
class Unreadable:
    """A table with the name of a jobs table that is left out, and why, in words that end a sentence."""

    table: QualifiedName
    why: str
    has_jobs: bool
    """Whether jobs may be missed: False for a view, or a table of another shape."""

    @property
    def schema(self) -> str:
        """The schema it stands in."""
        return self.table.schema


@dataclass(frozen=True)
class NewerTables:
    """The jobs tables of DataJoint 2, one `~~table` for each table that is populated: how many, by schema.

    They are known by name alone, and not shown.
    """

    by_schema: Mapping[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Say whether there are any."""
        return bool(self.by_schema)

    @property
    def in_words(self) -> str:
        """How many there are, and where, in words that begin a sentence."""
        number, schemas = sum(self.by_schema.values()), sorted(self.by_schema)
        named = ", ".join(schemas[:SCHEMAS_NAMED])
        more = f" and {len(schemas) - SCHEMAS_NAMED} more schemas" if len(schemas) > SCHEMAS_NAMED else ""
        return f"{number} jobs table{'s' * (number != 1)} of DataJoint 2 in {named}{more}"


@dataclass(frozen=True)
class JobTables:
    """The jobs tables that can be read, by schema, and those that had to be left out."""

    layouts: tuple[Layout, ...]
    unreadable: tuple[Unreadable, ...]
    unopened: tuple[QualifiedName, ...] = ()
    """Those that the server itself could not open when it was asked for their columns."""
    newer: NewerTables = NewerTables()


# MariaDB opens each table to tell its columns, and waits for a lock; what it could not open has no engine (MariaDB
# Knowledge Base, "Information Schema TABLES Table"). MySQL's dictionary waits for nobody. One below the other in one
# question: in a join MariaDB compares every row of one table with every row of the other.
TABLES_SQL = "SELECT {} FROM information_schema.tables WHERE {}"
TABLE = ("'table'", "table_schema", "table_name", "table_type", "COALESCE(engine, '')")
COLUMNS_SQL = "SELECT {} FROM information_schema.columns WHERE {}"
COLUMN = (
    *("'column'", "table_schema", "table_name", "column_name", "data_type", "privileges", "column_key"),
    *("COALESCE(collation_name, '')", "column_type", "is_nullable"),
)
INDEXES_SQL = "SELECT {} FROM information_schema.statistics WHERE ({}) AND sub_part IS NULL"
INDEX = ("'index'", "table_schema", "table_name", "index_name", "seq_in_index", "COALESCE(column_name, '')")
# A name that begins so is DataJoint 2's: a table of 0.x begins with one `~` (DataJoint 2.3.5, jobs.py).
NEWER_SQL = "SELECT {} FROM information_schema.tables WHERE table_name LIKE '~~%%'"
NEWER = ("'newer'", "table_schema")
AS_TEXT = "CONVERT({} USING utf8mb4) COLLATE utf8mb4_bin"
"""MySQL gives some of these as bytes, and in collations that do not meet in a UNION."""

Told = tuple[str, ...]


def discover_job_tables() -> JobTables:
    """Return every jobs table that the site's account can see, by one question that waits for no lock."""
    told = _ask()
    kinds = {
        QualifiedName(schema, name): (kind, bool(engine))
        for what, schema, name, kind, engine, *_ in told
        if what == "table"
    }
    named = {table: layout for table in sorted(kinds) if (layout := _layout_named(table.name))}
    columns = _columns_by_table(told)
    unopened = {
        table for table in named if kinds[table][0] == BASE_TABLE and not (kinds[table][1] and table in columns)
    }
    found = [_look_at(table, named[table], kinds[table][0], columns[table]) for table in named if table not in unopened]
    indexes = _indexes_by_table(told)
    for one in found:
        if isinstance(one, Layout):
            one.describe(columns[one.table], indexes.get(one.table, []))
    return JobTables(
        layouts=tuple(one for one in found if isinstance(one, Layout)),
        unreadable=tuple(one for one in found if isinstance(one, Unreadable)),
        unopened=tuple(sorted(unopened)),
        newer=NewerTables(Counter(schema for what, schema, *_ in told if what == "newer")),
    )


job_tables = SharedRead[JobTables]("jobs tables", discover_job_tables)
"""The same, asked once a request."""


def _ask() -> Sequence[Told]:
    named = " OR ".join("table_name LIKE %s" if WILDCARDS & {*one.pattern} else "table_name = %s" for one in LAYOUTS)
    questions = (
        TABLES_SQL.format(_texts(TABLE), named),
        COLUMNS_SQL.format(_texts(COLUMN), named),
        INDEXES_SQL.format(_texts(INDEX), named),
        NEWER_SQL.format(_texts(NEWER)),
    )
    question = " UNION ALL ".join(questions)
    with lab_cursor() as cursor:
        cursor.execute(without_waiting(question), [one.pattern for one in LAYOUTS] * 3)
        return list(cursor.fetchall())


def _texts(told: Sequence[str]) -> str:
    """Return the SELECT list of a question, as wide as the widest."""
    return ", ".join(map(AS_TEXT.format, (*told, *["''"] * (len(COLUMN) - len(told)))))


def _indexes_by_table(told: Iterable[Told]) -> Mapping[QualifiedName, Collection[tuple[str, ...]]]:
    """Return the columns of each index, in their order."""
    found: dict[QualifiedName, dict[str, dict[int, str]]] = defaultdict(lambda: defaultdict(dict))
    for what, schema, name, index, place, column, *_ in told:
        if what == "index":
            found[QualifiedName(schema, name)][index][int(place)] = column.lower()
    return {
        table: [tuple(columns[place] for place in sorted(columns)) for columns in indexes.values()]
        for table, indexes in found.items()
    }


def _columns_by_table(told: Iterable[Told]) -> Mapping[QualifiedName, Mapping[str, Column]]:
    found: dict[QualifiedName, dict[str, Column]] = defaultdict(dict)
    for what, schema, name, column, *rest, full_type, nullable in told:
        if what == "column":
            data_type, privileges, key, collation = (text.lower() for text in rest)
            one = Column(data_type, privileges, key, collation, full_type, nullable.upper() != "NO")
            found[QualifiedName(schema, name)][column.lower()] = one
    return found


def _layout_named(name: str) -> type[Layout] | None:
    return next((layout for layout in LAYOUTS if layout.is_named(name)), None)


def _look_at(
    table: QualifiedName, layout: type[Layout], kind: str, columns: Mapping[str, Column]
) -> Layout | Unreadable:
    if kind != BASE_TABLE:
        return Unreadable(table, f"it is a {kind.lower()}, not a table", has_jobs=False)
    try:
        return layout.from_columns(table, columns)
    except UnreadableTableError as error:
        return Unreadable(table, str(error), error.has_jobs)
