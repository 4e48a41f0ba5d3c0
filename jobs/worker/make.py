"""How is one key computed? As DataJoint's populate does it (0.14.10, autopopulate.py: _populate1), in its transaction.

One thing differs: the end of the reservation is part of make's transaction, so that it and the result come together or
not at all. Whoever calls has made sure that the key is reserved and still missing.
"""

import inspect
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from jobs.worker.dj.compat import Untyped
from jobs.worker.dj.inserts import Inserts
from jobs.worker.outcomes import KeyDict

# In full: a server may be set to chain or to disconnect where nothing is said (MySQL manual, completion_type).
COMMIT, COMMIT_AND_BEGIN = "COMMIT AND NO CHAIN NO RELEASE", "COMMIT AND CHAIN NO RELEASE"
ROLLBACK = "ROLLBACK AND NO CHAIN NO RELEASE"
Block = Callable[[], AbstractContextManager[None]]


class Maker:
    """The make of one table: plain, the older `_make_tuples`, or of three parts."""

    def __init__(
        self,
        table: Untyped,
        kwargs: Mapping[str, Any],
        user_code: Block,
        retry: Callable[[Callable[[], None]], None],
        retry_while_refused: Callable[[Callable[[], None]], None],
    ) -> None:
        """`user_code` is entered around every call of what the lab wrote: there signals may raise.

        `retry` is given what may wait for a server that does not answer, `retry_while_refused` what may be tried a few
        times while it takes no writes.
        """
        self._table = table
        self._kwargs = dict(kwargs)
        self._user_code = user_code
        self._retry = retry
        self._retry_while_refused = retry_while_refused
        self._make = table._make_tuples if hasattr(table, "_make_tuples") else table.make
        self._inserts = Inserts(table)
        self._in_parts = inspect.isgeneratorfunction(self._make)

    @property
    def has_inserted(self) -> bool:
        """Say whether the last make has inserted its key for sure; when not, only the server knows."""
        return self._inserts.key_is_sure

    def begin(self) -> None:
        """Begin the transaction of a make that is not in parts, unless the last commit did."""
        # The property `in_transaction` would ask the server whether it is still there, before every key.
        if not self._in_parts and not self._table.connection._in_transaction:
            self._table.connection.start_transaction()

    def cancel(self) -> None:
        """Roll back the open transaction, also one that nobody began: a make that ends one may begin another by it."""
        connection = self._table.connection
        if connection.is_connected:  # a signal that broke into a question has closed it, and the server rolls back
            connection.query(ROLLBACK)
        connection._in_transaction = False

    def make(self, key: KeyDict, finish: Callable[[str], None], goes_on: Callable[[], bool]) -> None:
        """Compute the key, and `finish`, told how to commit. Raises what make raises, with the transaction open.

        When it then `goes_on` with another key, the commit begins the next transaction as well: one question less.
        """
        connection = self._table.connection
        insertable = type(self._table)
        insertable._allow_insert = True  # DataJoint refuses inserts into computed tables outside of populate
        try:
            with self._inserts.watched(key):
                self._make_one(key)
            # A make may have ended the transaction itself: then there is none to chain to.
            chained = not self._in_parts and connection._in_transaction and goes_on()
            finish(COMMIT_AND_BEGIN if chained else COMMIT)
            connection._in_transaction = chained
        finally:
            insertable._allow_insert = False

    def _make_one(self, key: KeyDict) -> None:
        if self._in_parts:
            self._make_in_parts(key)
            return
        self.begin()
        with self._user_code():
            self._make(dict(key), **self._kwargs)

    def _make_in_parts(self, key: KeyDict) -> None:
        """Compute outside of the transaction, then make sure that what was fetched is still the same, and insert."""
        with self._user_code():
            parts = self._make(dict(key), **self._kwargs)
            before = _fingerprint(next(parts))
            computed = next(parts)
        self._retry_while_refused(lambda: self._insert(key, before, computed))  # or hours of computing would be lost

    def _insert(self, key: KeyDict, before: Untyped, computed: Untyped) -> None:
        if self._table.connection.in_transaction:  # of the try before
            self._table.connection.cancel_transaction()
        self._retry(self._table.connection.start_transaction)
        with self._user_code():
            parts = self._make(dict(key), **self._kwargs)
            if _fingerprint(next(parts)) != before:
                from datajoint.errors import DataJointError

                raise DataJointError("Referential integrity failed! The `make_fetch` data has changed")
            parts.send(computed)


def _fingerprint(fetched: Untyped) -> Untyped:
    from deepdiff import DeepHash  # DataJoint's own measure of sameness

    return DeepHash(fetched, ignore_iterable_order=False)[fetched]
