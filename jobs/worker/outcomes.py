"""What does a run of populate take, and what comes of each key? Plain values that the worker and the terminal share."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

Untyped: TypeAlias = Any
"""What comes from DataJoint, which is published without types: a table, its jobs, a connection."""
KeyDict = dict[str, Any]
Status = Literal["done", "empty", "failed", "skipped", "released"]
ORDERS = ("original", "reverse", "random")
ON_STOP = ("error", "release")


@dataclass(frozen=True)
class Options:
    """What `Table.populate(...)` is asked for, in DataJoint's words; `restrictions` are conditions in SQL.

    `tables` are names as people write them, and `imports` are modules to import before any table is looked for.
    `on_stop` says what becomes of a job that Ctrl-C or SIGTERM interrupts: an error, as with DataJoint, or released.
    `ends_at_s` is when no further key is begun, by `time.monotonic()`, which all processes of a machine share.
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
    def time_is_up(self) -> bool:
        """Say whether no further key is to be begun."""
        return self.ends_at_s is not None and time.monotonic() >= self.ends_at_s


@dataclass(frozen=True)
class Outcome:
    """What came of one key; `message` is for a failed one.

    Empty: make ended without an error, and nothing was inserted for the key. Skipped: another worker has taken or
    finished it. Released: interrupted, and released for another worker.
    """

    key: KeyDict
    status: Status
    message: str = ""


class Report(Protocol):
    """Whoever wants to hear of a run as it goes."""

    def begin(self, table: str, keys: int, excluded: Mapping[str, int]) -> None:
        """`keys` of `table` will be tried; `excluded` says by status how many are left alone: error, ignore, reserved.

        A run that looks again begins the same table again.
        """

    def outcome(self, outcome: Outcome) -> None:
        """Something came of one key."""

    def note(self, text: str) -> None:
        """The run does something worth a line, such as waiting."""

    def problem(self, text: str) -> None:
        """Something is wrong that is not a key's own failure, such as a worker that was killed."""


class WrongInputError(Exception):
    """What was asked for cannot be done, and nothing has been; the message is one sentence for the person."""


class StoppedError(Exception):
    """The run ends before its keys do; the message says why, '' when the outcomes already say it."""


class InterruptedRunError(Exception):
    """Ctrl-C or SIGTERM ended the run, after the interrupted job was recorded."""

    def __init__(self, signum: int) -> None:
        """`signum` is SIGINT or SIGTERM."""
        super().__init__(signum)
        self.signum = signum


def format_error(error: BaseException) -> str:
    """Return an error in the words DataJoint stores: `ValueError: the trace is empty` (0.14.10, autopopulate.py)."""
    try:
        text = str(error)
    except Exception:  # a lab's own exception may fail at this
        text = "(what it says could not be read)"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
