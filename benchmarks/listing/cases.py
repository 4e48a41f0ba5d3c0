"""Which pages are measured, with the bare SQL of its fifty rows and the address of the same list in the admin.

The SQL is what somebody who knows the tables would write by hand: the statements of the page are another matter.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import md5
from urllib.parse import urlencode

from benchmarks.listing.filling import TABLES, Size

COLUMNS = "table_name, key_hash, status, `key`, error_message, user, host, pid, connection_id, timestamp"
ROWS = "(SELECT '{schema}' AS `schema`, {columns} FROM `{schema}`.`~jobs` WHERE {where} ORDER BY {order}"
NEWEST = "timestamp DESC, table_name DESC, key_hash DESC"
PAGE = 50
TABS = {"error": "errors", "reserved": "reserved", "ignore": "ignored"}
KEY = "subject_id=74, session=200, trial=11234"
KEY_HASH = md5(b"2007411234", usedforsecurity=False).hexdigest()
"""Of the job with that key, and DataJoint's way to make it: the values in the order of their names."""
WORD = "step 17 of"


@dataclass(frozen=True)
class Case:
    """A page: its query string; of the bare SQL the condition, the order and the offset; the admin's query string."""

    name: str
    query: str
    where: str = "TRUE"
    order: str = NEWEST
    offset: int = 0
    admin: str = ""
    schema: str = ""
    """The one schema that is read; '' for all."""
    is_split: bool = False
    """Whether the rows of all statuses are sought status by status, as an index on the status wants it."""

    finds_one: bool = False
    """Whether a page of it has one row and not fifty."""

    def bare(self, size: Size) -> str:
        """Return the SQL of the page's rows."""
        names = [self.schema] if self.schema else size.names
        wanted = [f"({self.where}) AND status = '{one}'" for one in TABS] if self.is_split else [self.where]
        branches = [self._branch(schema, where) for schema in names for where in wanted]
        if len(branches) == 1:
            return f"{branches[0][1:]} LIMIT {self.offset}, {PAGE}"
        united = " UNION ALL ".join(f"{branch} LIMIT {self.offset + PAGE})" for branch in branches)
        return f"{united} ORDER BY {self.order} LIMIT {self.offset}, {PAGE}"

    def _branch(self, schema: str, where: str) -> str:
        return ROWS.format(schema=schema, columns=COLUMNS, where=where, order=self.order)


def _like(column: str, text: str) -> str:
    return f"{column} LIKE '%{text}%'"


def _filters() -> Iterator[Case]:
    table = TABLES[0]
    yield Case(
        "errors, one table", f"status=error&schema=lab_00&table={table}", f"status='error' AND table_name='{table}'",
        admin=f"status=error&table_name={table}", schema="lab_00",
    )  # fmt: skip
    yield Case(
        "errors, one schema", "status=error&schema=lab_00", "status='error'", admin="status=error", schema="lab_00"
    )
    texts = {"message": ("error_message", WORD), "user": ("user", "worker3"), "host": ("host", "node7")}
    for name, (column, text) in texts.items():
        query = urlencode({"status": "error", name: text})
        where = f"status='error' AND {_like(column, text)}"
        yield Case(f"errors, {name}", query, where, admin=urlencode({"status": "error", f"{column}__icontains": text}))
    hours = {"newer than 24h": ("newer=24h", ">", 24), "older than 240h": ("older=240h", "<", 240)}
    for name, (query, sign, number) in hours.items():
        where = f"status='error' AND timestamp {sign} NOW() - INTERVAL {number} HOUR"
        yield Case(f"errors, {name}", f"status=error&{query}", where, admin="status=error")


def _keys() -> Iterator[Case]:
    for name, key in (("all, a key_hash", KEY_HASH), ("all, a whole key", KEY)):
        bare, query = f"key_hash = '{KEY_HASH}'", urlencode({"key": key})
        yield Case(name, query, bare, admin=f"key_hash={KEY_HASH}", finds_one=True)


def _restrictions() -> Iterator[Case]:
    texts = {
        "time": "status='error' AND timestamp > NOW() - INTERVAL 24 HOUR",
        "table": f"table_name='{TABLES[0]}' AND status='error'",
        "host": "host='node7' AND status='error'",
    }
    for name, text in texts.items():
        yield Case(f"all, restriction on {name}", urlencode({"restriction": text}), text, admin="status=error")


def _sorts() -> Iterator[Case]:
    columns = {
        "age": "timestamp", "table": "table_name", "message": "error_message", "user": "user", "host": "host",
        "schema": "`schema`", "connection": "connection_id",
    }  # fmt: skip
    numbers = {"table_name": 3, "error_message": 5, "user": 6, "host": 7, "connection_id": 8, "timestamp": 2}
    for word, column in columns.items():
        for sign, direction in (("", "ASC"), ("-", "DESC")):
            way = {"ASC": "DESC", "DESC": "ASC"}[direction] if word == "age" else direction
            ties = [tie for tie in ("table_name", "key_hash") if tie != column]
            order = ", ".join(f"{one} {way}" for one in (column, *ties))
            admin = f"status=error&o={'-' if way == 'DESC' else ''}{numbers.get(column, 1)}"
            yield Case(
                f"errors, by {sign}{word}", f"status=error&sort={sign}{word}", "status='error'", order, admin=admin
            )


def _last(size: Size) -> Case:
    """Return the last page of the errors, whose bare SQL is the first page the other way round."""
    errors = sum(number % 50 > 4 for number in range(1, 51)) * size.total // 50
    number = -(-errors // PAGE)
    order = NEWEST.replace("DESC", "ASC")
    return Case(
        "errors, last page", f"status=error&page={number}", "status='error'", order, admin=f"status=error&p={number}"
    )


def cases(size: Size, has_index: bool) -> Sequence[Case]:
    """Return the pages of a size, the most wanted first."""
    tabs = [
        Case(word, f"status={status}", f"status='{status}'", admin=f"status={status}") for status, word in TABS.items()
    ]
    return [
        tabs[0],
        Case("all", "", is_split=has_index),
        *tabs[1:],
        *_filters(),
        *_restrictions(),
        *_keys(),
        _last(size),
        *_sorts(),
    ]
