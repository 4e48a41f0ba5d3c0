"""Has make inserted its key? Seen in the statements that it sends, where that is sure; else the server has to be asked.

A question to the server after each make would cost a third of a quick make's time. So the statements that pass through
DataJoint's connection are looked at: its own plain insert of a row with the values of the key is sure, unless something
came after it that could take the row away. After every other way to insert, the caller asks the server.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

from jobs.worker.dj.compat import Untyped, driver_of, is_server_in_transaction, is_transaction_begun
from jobs.worker.key_columns import columns_of
from jobs.worker.outcomes import KeyDict

# What DataJoint writes for rows (0.14.10, table.py: insert); the last part is its skip_duplicates.
ROW = r"\((?:%s|DEFAULT)(?:,(?:%s|DEFAULT))*\)"
INTO = r"INSERT INTO (?P<table>`[^`]+`\.`[^`]+`)\(`(?P<names>[^()]+)`\) VALUES "
SKIPS = r"(?P<skips> ON DUPLICATE KEY UPDATE (?P<column>`[^`]+`)=(?P=column))?"
INSERT = re.compile(f"{INTO}(?P<row>{ROW})(?:,{ROW})*{SKIPS}")
LOOKS = ("SELECT", "SHOW")
STATEMENTS_KEPT = 16


class Inserts:
    """What make sends over the connection of its table, and what that says of its key."""

    def __init__(self, table: Untyped) -> None:
        """`table` is one that populate computes; its target is where the key belongs."""
        self._connection = table.connection
        self._into = table.target.full_table_name
        self._columns = columns_of(table, table.target.heading.names)
        self._wanted: dict[str, object] = {}
        self._driver: Untyped = None
        self.key_is_sure = False
        """Whether the make that was watched last has inserted its key for sure."""

    @contextmanager
    def watched(self, key: KeyDict) -> Iterator[None]:
        """Look at what is sent until the end of the block, for the row of this key."""
        columns = [column for column in self._columns if column.attribute in key]
        self._wanted = {column.attribute: column.value(key) for column in columns}
        self._driver, self.key_is_sure = None, False
        self._connection.query = self._query
        try:
            yield
            self.key_is_sure = self._driver is driver_of(self._connection) and not self._was_rolled_back()
        finally:
            del self._connection.query

    def _was_rolled_back(self) -> bool:
        """Say whether the transaction has ended, and DataJoint does not know."""
        return is_transaction_begun(self._connection) and not is_server_in_transaction(self._connection)

    def _query(self, query: str, args: Sequence[object] = (), **how: Untyped) -> Untyped:
        """Send a statement as DataJoint does (0.14.10, connection.py), and look at it."""
        before, self._driver = self._driver, None  # one that fails may have rolled back the others
        answer = type(self._connection).query(self._connection, query, args, **how)
        if self._is_the_key(query, args):
            self._driver = driver_of(self._connection)
        elif query.startswith(LOOKS) or INSERT.fullmatch(query):
            self._driver = before
        return answer

    def _is_the_key(self, query: str, args: Sequence[object]) -> bool:
        """Say whether the first row of a plain insert into the table is the key's. When not, it is not sure."""
        table, names = _plain_insert(query)
        if table != self._into:
            return False
        row = dict(zip(names, args, strict=False))
        return all(name in row and _is_same(row[name], value) for name, value in self._wanted.items())


@lru_cache(maxsize=STATEMENTS_KEPT)
def _plain_insert(query: str) -> tuple[str, tuple[str, ...]]:
    """Return the table of a plain insert and the columns of its first row that have a place; '' for any other.

    A make sends the same texts for each key, with other values.
    """
    found = INSERT.fullmatch(query)
    if not found or found["skips"]:
        return "", ()
    places = zip(found["names"].split("`,`"), found["row"][1:-1].split(","), strict=True)
    return found["table"], tuple(name for name, place in places if place == "%s")


def _is_same(sent: object, value: object) -> bool:
    # DataJoint sends numbers as text (table.py: __make_placeholder).
    return sent == value if isinstance(sent, bytes) else str(sent) == str(value)
