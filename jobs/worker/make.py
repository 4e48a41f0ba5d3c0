"""How is one key computed? As DataJoint's populate does it (0.14.10, autopopulate.py: _populate1), in its transaction.

The caller has made sure that the key is reserved and still missing, and ends the transaction.
"""

import inspect
from functools import partial
from typing import Any

from jobs.worker.context import TableContext
from jobs.worker.dj.compat import Untyped, inserts_allowed, make_of
from jobs.worker.dj.inserts import Inserts
from jobs.worker.dj.transaction import Transaction
from jobs.worker.outcomes import KeyDict
from jobs.worker.retry import retry_while_refused


class Maker:
    """The make of one table: plain, the older `_make_tuples`, or of three parts."""

    def __init__(self, context: TableContext, transaction: Transaction) -> None:
        """`transaction` is the one that make inserts in."""
        self._context = context
        self._transaction = transaction
        self._kwargs = dict(context.options.make_kwargs)
        self._make = make_of(context.table)
        self._inserts = Inserts(context.table)
        self.is_in_parts = inspect.isgeneratorfunction(self._make)
        """Whether make computes outside of its transaction."""

    @property
    def has_inserted(self) -> bool:
        """Say whether the last make has inserted its key for sure; when not, only the server knows."""
        return self._inserts.key_is_sure

    def begin(self) -> None:
        """Begin the transaction of a make that is not in parts, unless the last commit did."""
        if not self.is_in_parts:
            self._transaction.begin()

    def make(self, key: KeyDict) -> None:
        """Compute the key. Raises what make raises, with the transaction open."""
        with inserts_allowed(self._context.table), self._inserts.watched(key):
            if self.is_in_parts:
                self._make_in_parts(key)
            else:
                self.begin()
                with self._context.signals.raise_immediately():
                    self._make(dict(key), **self._kwargs)

    def _make_in_parts(self, key: KeyDict) -> None:
        """Compute outside of the transaction, then make sure that what was fetched is still the same, and insert."""
        with self._context.signals.raise_immediately():
            parts = self._make(dict(key), **self._kwargs)
            before = _fingerprint(next(parts))
            computed = next(parts)
        # Again while it is refused: or hours of computing would be lost.
        retry_while_refused(partial(self._insert, key, before, computed), self._context.signals)

    def _insert(self, key: KeyDict, before: Any, computed: Any) -> None:
        self._transaction.roll_back_if_open()  # of the try before
        self._context.retry(self._transaction.begin)
        with self._context.signals.raise_immediately():
            parts = self._make(dict(key), **self._kwargs)
            if _fingerprint(next(parts)) != before:
                from datajoint.errors import DataJointError

                raise DataJointError("Referential integrity failed! The `make_fetch` data has changed")
            parts.send(computed)


def _fingerprint(fetched: Untyped) -> Untyped:
    from deepdiff import DeepHash  # DataJoint's own measure of sameness

    return DeepHash(fetched, ignore_iterable_order=False)[fetched]
