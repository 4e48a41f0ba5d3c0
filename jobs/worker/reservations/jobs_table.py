"""What is the jobs table of a schema like, and how is it asked and written? By the columns that are there.

DataJoint 0.14.10 fails on a table that an older DataJoint or MATLAB's has made: it writes columns that are missing, and
texts that are too long for others.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from jobs.formats.jobs_columns import COLUMNS, called
from jobs.worker.dj.compat import Untyped
from jobs.worker.dj.connection import ALL_ROWS
from jobsite.lab.identifiers import quoted

COLUMNS_SQL = """
    SELECT column_name, data_type, character_maximum_length, character_octet_length, character_set_name
    FROM information_schema.columns WHERE table_schema = %s AND table_name = '~jobs' {all_rows}
"""
RESERVE = "INSERT INTO {jobs} ({columns}) VALUES {rows}"
BECOME_ERROR = "UPDATE {jobs} SET {values} WHERE table_name = %s AND key_hash = %s AND status = 'reserved'{guard}"
RELEASE = "DELETE FROM {jobs} WHERE table_name = %s AND key_hash IN %s AND status = 'reserved'{guard}"
TAKEN = "SELECT key_hash FROM {jobs} WHERE table_name = %s AND key_hash IN %s {all_rows}"
RESERVED_BY = """
    SELECT key_hash, {connection_id} FROM {jobs}
    WHERE table_name = %s AND key_hash IN %s AND status = 'reserved'{guard} {all_rows}
"""
STATUSES_SQL = """
    SELECT key_hash, status
    FROM {jobs} WHERE table_name = %s AND status IN ('error', 'ignore', 'reserved') {all_rows}
"""
HOLDERS = """
    SELECT key_hash, status, {user}, {host}, {pid}, {connection_id}, TIMESTAMPDIFF(SECOND, {timestamp}, NOW()),
        COALESCE({error_message}, '')
    FROM {jobs} WHERE table_name = %s AND status IN ('error', 'ignore', 'reserved') {all_rows}
"""
WRITTEN = ("table_name", "key_hash", "status", "host", "pid", "connection_id", "key", "user")
WIDE = {"utf16": "utf-16-le", "utf16le": "utf-16-le", "ucs2": "utf-16-le", "utf32": "utf-32-le"}
"""Character sets that take more bytes than UTF-8 for a letter of English."""


@dataclass(frozen=True)
class Column:
    """A column as the table calls it, and how much it holds: characters or, with an `encoding`, bytes."""

    name: str
    longest: int | None = None
    encoding: str = ""

    def cut(self, text: str, end: str = "") -> str:
        """Return as much of a text as the column holds; a text that is cut has `end` behind it."""
        if self.longest is None or self._size(text) <= self.longest:
            return text
        if self.encoding:
            kept = text.encode(self.encoding, "replace")[: self.longest - self._size(end)]
            return kept.decode(self.encoding, "ignore") + end
        return text[: max(0, self.longest - len(end))] + end[: self.longest]

    def _size(self, text: str) -> int:
        return len(text.encode(self.encoding, "replace")) if self.encoding else len(text)


@dataclass(frozen=True)
class JobsTable:
    """The `~jobs` table of a schema: its quoted name, and its columns by the names that DataJoint gives them today.

    One that the account cannot see may not be there.
    """

    name: str
    columns: Mapping[str, Column]
    is_there: bool = True

    @cached_property
    def written(self) -> list[str]:
        """The columns of a reservation."""
        return [name for name in WRITTEN if name in self.columns]

    @cached_property
    def texts(self) -> list[str]:
        """The columns of an error that are written with it."""
        return [name for name in ("error_message", "error_stack") if name in self.columns]

    @cached_property
    def guard(self) -> list[str]:
        """The columns by which a worker knows a row for its own."""
        names = ("pid", "connection_id") if "connection_id" in self.columns else ("host", "pid", "user")
        return [name for name in names if name in self.columns]

    @property
    def names_processes(self) -> bool:
        """Say whether a row tells which process of a machine it belongs to."""
        return {"host", "pid"} <= set(self.columns)

    def reserve(self, count: int) -> str:
        """Return the statement that reserves `count` jobs, given as rows of `written`."""
        return self._sql(RESERVE, columns=self._written, rows=", ".join(["%s"] * count))

    @cached_property
    def become_error(self) -> str:
        """The statement that makes an error of a reservation: message and stack as far as they are kept, and whose."""
        values = ["status = 'error'"]
        values += [f"{self.read(name)} = %s" for name in self.texts]
        if "timestamp" in self.columns:
            values.append(f"{self.read('timestamp')} = CURRENT_TIMESTAMP")
        return self._sql(BECOME_ERROR, values=", ".join(values), guard=self._equal(self.guard))

    @cached_property
    def release(self) -> str:
        """The statement that takes reservations back: table, hashes, and whose."""
        return self._sql(RELEASE, guard=self._equal(self.guard))

    @cached_property
    def taken(self) -> str:
        """The question which of some jobs are in the table."""
        return self._sql(TAKEN)

    @cached_property
    def reserved_by(self) -> str:
        """The question which of some jobs a process has reserved, given the host and the pid."""
        return self._sql(RESERVED_BY, connection_id=self.read("connection_id"), guard=self._equal(("host", "pid")))

    @cached_property
    def holders(self) -> str:
        """The question who has them."""
        return self._sql(HOLDERS, **{name: self.read(name) for name in COLUMNS})

    def read(self, name: str) -> str:
        """Return how a column stands in a statement; NULL when it is missing."""
        return quoted(self.columns[name].name) if name in self.columns else "NULL"

    @cached_property
    def _written(self) -> str:
        return ", ".join(map(self.read, self.written))

    def _equal(self, names: Collection[str]) -> str:
        return "".join(f" AND {self.read(name)} = %s" for name in names)

    def _sql(self, statement: str, **parts: str) -> str:
        return statement.format(jobs=self.name, all_rows=ALL_ROWS, **parts)


def read_jobs_table(connection: Untyped, database: str) -> JobsTable:
    """Return what the server says of the jobs table of a schema; one that is not there is as DataJoint would make it.

    `connection` is DataJoint's.
    """
    rows = connection.query(COLUMNS_SQL.format(all_rows=ALL_ROWS), (database,))
    found = {str(name).lower(): row for name, *row in rows}
    names = {name: called(name, found) for name in COLUMNS} if found else {name: name for name in COLUMNS}
    columns = {
        name: _column(there, *found.get(there, ("", None, None, None))) for name, there in names.items() if there
    }
    return JobsTable(quoted(database, "~jobs"), columns, is_there=bool(found))


def _column(name: str, data_type: str, characters: int | None, size: int | None, charset: str | None) -> Column:
    # A text type holds bytes, a varchar characters (MySQL manual, "Data Type Storage Requirements").
    if charset is not None and str(data_type).lower().endswith("text"):
        return Column(name, size, WIDE.get(str(charset), "utf-8"))
    return Column(name, characters)
