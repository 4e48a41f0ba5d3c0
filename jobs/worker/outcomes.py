"""What comes of a run of populate and of each of its keys? Plain values that the worker and the terminal share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

KeyDict: TypeAlias = dict[str, Any]
"""A key as DataJoint gives it: each attribute of the primary key with its value."""
Status = Literal["done", "empty", "failed", "skipped", "released"]


@dataclass(frozen=True)
class Outcome:
    """What came of one key; `message` is for a failed one. `number` is the key's place among those that were given.

    `make_s` are the seconds in its make, None unless it ended without an error.

    Empty: make ended without an error, and nothing was inserted for the key. Skipped: another worker has taken or
    finished it. Released: interrupted, and released for another worker.
    """

    key: KeyDict
    status: Status
    message: str = ""
    number: int = 0
    make_s: float | None = None


class Report(Protocol):
    """What a run reports to as it goes."""

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
