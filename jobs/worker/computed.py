"""Which keys does a table hold already? As DataJoint asks (`key in self.target`), by the server, for many at once."""

from collections.abc import Sequence

from jobs.worker.dj.compat import Untyped
from jobs.worker.dj.connection import ALL_ROWS
from jobs.worker.key_columns import any_of, columns_of
from jobs.worker.outcomes import KeyDict
from jobsite.lab.identifiers import quoted

COMPUTED = "SELECT DISTINCT {names} FROM {target} WHERE {keys} {all_rows}"
IS_ANY_COMPUTED = "SELECT 1 FROM {target} WHERE {keys} LIMIT 1"


class ComputedKeys:
    """The rows of one table, by their keys."""

    def __init__(self, table: Untyped, attributes: Sequence[str]) -> None:
        """`attributes` are those of the keys that are asked for."""
        self._connection = table.connection
        self._target = quoted(table.target.database, table.target.table_name)
        self._columns = columns_of(table, attributes)

    def has(self, key: KeyDict) -> bool:
        """Say whether the table holds this key."""
        return self.has_any([key])

    def has_any(self, keys: Sequence[KeyDict]) -> bool:
        """Say whether the table holds one of these keys."""
        return bool(self._query(IS_ANY_COMPUTED, keys).fetchone())

    def among(self, keys: Sequence[KeyDict]) -> set[tuple[object, ...]]:
        """Return those of the keys that the table holds, each as its `values`."""
        return {tuple(row) for row in self._query(COMPUTED, keys)}

    def values(self, key: KeyDict) -> tuple[object, ...]:
        """Return a key as the server shows it."""
        return tuple(column.value(key) for column in self._columns)

    def _query(self, question: str, keys: Sequence[KeyDict]) -> Untyped:
        condition, parameters = any_of(self._columns, keys)
        names = ", ".join(column.name for column in self._columns) or "1"
        sql = question.format(names=names, target=self._target, keys=condition, all_rows=ALL_ROWS)
        return self._connection.query(sql, parameters)
