"""What can a run of populate be asked for? The words of DataJoint's own `Table.populate`, and some more."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ORDERS = ("original", "reverse", "random")
ON_STOP = ("error", "release")


@dataclass(frozen=True)
class Options:
    """What `Table.populate(...)` is asked for, in DataJoint's words; `restrictions` are conditions in SQL.

    `tables` are names as people write them, and `imports` are modules to import before any table is looked for.
    `on_stop` says what becomes of a job that Ctrl-C or SIGTERM interrupts: an error, as with DataJoint, or released.
    `ends_at_s` is when no further key is started, by `time.monotonic()`, which all processes of a machine share.
    """

    tables: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    restrictions: tuple[str, ...] = ()
    order: str = "original"
    limit: int | None = None
    max_calls: int | None = None
    reserve: bool = True
    stop_on_error: bool = False
    on_stop: str = "error"
    make_kwargs: Mapping[str, Any] = field(default_factory=dict)
    ends_at_s: float | None = None

    @property
    def releases_on_stop(self) -> bool:
        """Say whether a job that a signal interrupts is released, and no error."""
        return self.on_stop == "release"

    @property
    def time_is_up(self) -> bool:
        """Say whether no further key is to be started."""
        return self.ends_at_s is not None and time.monotonic() >= self.ends_at_s
