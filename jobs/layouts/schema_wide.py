"""DataJoint's schema-wide jobs table `~jobs` (DataJoint 0.14.10, jobs.py), of today or as an older version made it."""

import os
import platform
from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Any

from django.db import DatabaseError
from django.db.models import Q

from jobs.formats.jobs_columns import COLUMNS, JOBS_TABLE, PRIMARY_KEY, REQUIRED, called
from jobs.layouts.base import OPEN_LIMIT_MS, Column, Layout, Statement, UnreadableTableError
from jobs.layouts.named_rows import like_one_of
from jobs.models import Job, JobQuerySet, QualifiedName
from jobs.snapshots import JobSnapshot, SeenRow
from jobs.statuses import IGNORE
from jobsite.lab.errors import lacks_privilege
from jobsite.lab.identifiers import quoted
from jobsite.lab.session import without_waiting
from jobsite.lab.sql import lab_cursor

# No row is read. MAX_EXECUTION_TIME: MySQL cannot be told not to wait for a lock.
ALL_COLUMNS_SQL = "SELECT /*+ MAX_EXECUTION_TIME({limit_ms}) */ * FROM {table} LIMIT 0"

DELETE_SQL = "DELETE FROM {table} WHERE {rows}"
# The time is that of the change, as with DataJoint's own errors: "all that match" binds to it. Of an older table the
# server would set it by itself, or keep it (MySQL manual, "Automatic Initialization and Updating for TIMESTAMP").
IGNORE_SQL = "UPDATE {table} SET status = 'ignore'{time} WHERE {rows}"
SET_TIME = ", `timestamp` = CURRENT_TIMESTAMP"
INSERT_SQL = "INSERT INTO {table} ({columns}) VALUES ({values})"
COUNT_SQL = "SELECT COUNT(*) FROM {table} WHERE {rows}"

KEY = ("table_name", "key_hash")
GUARD = (*KEY, "status", "timestamp")
OF_THE_SESSION = {"user": "USER()", "connection_id": "CONNECTION_ID()"}
"""What the server itself puts into a row."""
GUARD_WITHOUT_TIME = GUARD[:-1]
"""For a table that keeps no time: a row that came back since is not told from the one that was seen."""


class SchemaWide(Layout):
    """The `~jobs` of a schema."""

    pattern = JOBS_TABLE
    index = ("status", "timestamp")

    def __init__(self, table: QualifiedName, names: Mapping[str, str] | None = None) -> None:
        """`names` says what each column is called in an older table, '' when it is missing; None in one of today."""
        super().__init__(table)
        self.names = names
        self.missing = [name for name, there in (names or {}).items() if not there]

    @classmethod
    def is_named(cls, name: str) -> bool:
        """Say whether a table of this name has this layout."""
        return name == JOBS_TABLE

    @classmethod
    def from_columns(cls, table: QualifiedName, columns: Mapping[str, Column]) -> "SchemaWide":
        """Return the layout of a table. Anybody may create a `~jobs` of any shape; it must not break the list."""
        names = {name: called(name, columns) for name in COLUMNS}
        if not all(names.values()) and _hides_columns(table):
            raise UnreadableTableError("SELECT is granted on some of its columns only", has_jobs=True)
        for name in REQUIRED:
            if not names[name]:
                raise UnreadableTableError(f"it has no column {name}")
        for name, there in names.items():
            if there:
                _check_column(there, columns[there], COLUMNS[name])
        # The guard of a delete names one row by these two.
        if {name for name, column in columns.items() if column.key == "pri"} != PRIMARY_KEY:
            raise UnreadableTableError("its primary key is not table_name and key_hash")
        return cls(table, names if any(name != there for name, there in names.items()) else None)

    @property
    def shape(self) -> Hashable:
        """What its columns are called."""
        return type(self), tuple((self.names or {}).items())

    def at(self, table: QualifiedName) -> "SchemaWide":
        """Return the layout of another table whose columns are called the same."""
        return type(self)(table, self.names)

    def column(self, name: str) -> Column | None:
        """Return what is known of the column that a column of Job is read from."""
        return self.columns.get((self.names or {}).get(name, name))

    def rows(self) -> JobQuerySet:
        """Return its jobs; in an older table NULL stands for what it lacks."""
        if self.names is None:
            return Job.objects.in_table(self.table)
        columns = {name: quoted(there) if there else "NULL" for name, there in self.names.items()}
        return Job.objects.in_table(self.table, columns)

    @property
    def statements(self) -> Mapping[str, Statement]:
        """How each action that its jobs can take is done to them, by the action's verb."""
        delete = Statement(self._delete, "DELETE")
        found = dict.fromkeys(("clear", "retry", "release", "unignore"), delete)
        status = self.column("status")
        if not status or not status.values or IGNORE in status.values:  # an enum may know no such status
            found["ignore"] = Statement(self._ignore, "UPDATE", keeps_rows=True)
        return found

    def _delete(self, seen: Sequence[SeenRow]) -> int:
        """Delete the rows that still have the primary key, status and timestamp that were seen."""
        return self._change(DELETE_SQL, seen)

    def _ignore(self, seen: Sequence[SeenRow]) -> int:
        """Let populate skip the keys of such rows; message and stack stay."""
        return self._change(IGNORE_SQL, seen, time="" if self._keeps_no_time else SET_TIME)

    def add_ignored(self, table_name: str, key_hash: str, key_blob: bytes) -> None:
        """Write that a key without a row is ignored, as DataJoint does (0.14.10, jobs.py, JobTable.ignore)."""
        row: dict[str, Any] = {"table_name": table_name, "key_hash": key_hash, "status": IGNORE, "key": key_blob}
        row |= {"host": platform.node(), "pid": os.getpid()}
        written = [name for name in (*row, *OF_THE_SESSION) if name not in self.missing]
        columns = ", ".join(quoted((self.names or {}).get(name, name)) for name in written)
        values = ", ".join(OF_THE_SESSION.get(name, "%s") for name in written)
        with lab_cursor() as cursor:
            statement = INSERT_SQL.format(table=quoted(*self.table), columns=columns, values=values)
            cursor.execute(statement, [row[name] for name in written if name in row])

    @property
    def _keeps_no_time(self) -> bool:
        return "timestamp" in self.missing

    def _change(self, statement: str, seen: Sequence[SeenRow], **parts: str) -> int:
        """Send a statement about the rows that still are as they were seen; return how many these were.

        Django asks the driver for the rows that a statement finds, not for those that it makes different.
        """
        rows, values = like_one_of(seen, GUARD_WITHOUT_TIME if self._keeps_no_time else GUARD)
        with lab_cursor() as cursor:
            cursor.execute(statement.format(table=quoted(*self.table), rows=rows, **parts), values)
            return int(cursor.rowcount)

    def count(self, seen: Sequence[SeenRow]) -> int:
        """Return how many rows stand now under the primary keys of these, changed or not."""
        rows, values = like_one_of(seen, KEY)
        with lab_cursor() as cursor:
            cursor.execute(COUNT_SQL.format(table=quoted(*self.table), rows=rows), values)
            return int(cursor.fetchone()[0])

    def keys(self, seen: Collection[JobSnapshot | SeenRow]) -> Q:
        """Return the condition that rows stand under these primary keys, as a list as far as the server takes one."""
        plain = [(row.table_name, row.key_hash) for row in seen if _is_plain(row)]
        return Q(pk__in=plain) | super().keys([row for row in seen if not _is_plain(row)])


def _is_plain(row: JobSnapshot | SeenRow) -> bool:
    """Say whether the row's key can stand in a list of tuples: a column may lack a letter (1267)."""
    return (row.table_name + row.key_hash).isascii()


def _check_column(name: str, column: Column, types: Collection[str]) -> None:
    if column.data_type not in types:
        raise UnreadableTableError(f"its column {name} is a {column.data_type}")
    if "select" not in column.privileges:
        raise UnreadableTableError(f"SELECT on its column {name} is not granted", has_jobs=True)


def _hides_columns(table: QualifiedName) -> bool:
    """Say whether a table may have more columns than the site's account can see.

    information_schema names only columns on which the account has a privilege (MySQL manual, "INFORMATION_SCHEMA"): one
    that it does not name may be there all the same. To select all columns takes the privilege on the whole table.
    """
    with lab_cursor() as cursor:
        try:
            cursor.execute(without_waiting(ALL_COLUMNS_SQL.format(limit_ms=OPEN_LIMIT_MS, table=table.quoted)))
        except DatabaseError as error:  # a lock, or a broken table, shows when it is read
            return lacks_privilege(error)
    return False
