"""What do tests of a worker's parts run them in? A table in this process, with all outcomes kept."""

from collections.abc import Sequence
from typing import Any

from jobs.worker.claims import Claims
from jobs.worker.computed import ComputedKeys
from jobs.worker.context import TableContext
from jobs.worker.options import Options
from jobs.worker.outcomes import KeyDict, Outcome
from jobs.worker.reservations.factory import reservations_of
from jobs.worker.signals import Signals


def claims_of(table: Any, keys: Sequence[KeyDict], skipped: list[KeyDict]) -> Claims:
    """Return the claims of a worker on these keys; those that it skips are added to `skipped`."""

    def skip(outcome: Outcome) -> None:
        skipped.append(outcome.key)

    context = TableContext(table, Options(), Signals(), reservations_of(table, Options()), skip)
    return Claims(context, keys, ComputedKeys(table, list(keys[0])))
