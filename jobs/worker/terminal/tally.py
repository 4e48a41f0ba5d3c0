"""What came of one table so far: counts, times, and how a person or a program reads them."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jobs.worker.log import DAY_AND_TIME
from jobs.worker.outcomes import Outcome
from jobs.worker.pending import BEYOND
from jobsite.durations import say_duration
from jobsite.masking.text import masked

EXCLUDED = ("error", "ignore", "reserved", BEYOND)
IN_WORDS = {BEYOND: "beyond --max-calls", "empty": "nothing inserted"}
SHORTEST_S = 0.0001


@dataclass
class Tally:
    """What came of one table so far. `make_s` are the seconds in the makes that ended without an error."""

    table: str
    keys: int = 0
    excluded: Mapping[str, int] = field(default_factory=dict)
    done: int = 0
    empty: int = 0
    skipped: int = 0
    released: int = 0
    failed: list[Outcome] = field(default_factory=list)
    makes: int = 0
    make_s: float = 0.0
    began_s: float = field(default_factory=time.time)
    ended_s: float = 0.0
    """When the first key was looked for and the last one had an outcome, in seconds since the epoch; 0 before."""

    def begin(self, keys: int, excluded: Mapping[str, int]) -> None:
        """Add keys that will be tried."""
        self.keys += keys
        self.excluded = excluded

    def count(self, outcome: Outcome) -> None:
        """Add one outcome."""
        self.ended_s = time.time()
        if outcome.status == "done":
            self.done += 1
        elif outcome.status == "empty":
            self.empty += 1
        elif outcome.status == "skipped":
            self.skipped += 1
        elif outcome.status == "released":
            self.released += 1
        else:
            self.failed.append(outcome)
            return
        if outcome.make_s is not None:
            self.makes += 1
            self.make_s += outcome.make_s

    @property
    def untried(self) -> int:
        """Keys that the run did not come to."""
        return self.keys - self.done - self.empty - self.skipped - self.released - len(self.failed)

    @property
    def taken_by_others(self) -> int:
        """Keys that other workers have."""
        return self.excluded.get("reserved", 0) + self.skipped

    @property
    def seconds_per_key(self) -> float | None:
        """The mean of the makes that ended without an error; None when there was none."""
        return self.make_s / self.makes if self.makes else None

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values, with every failure."""
        return {
            "table": self.table,
            "done": self.done,
            "empty": self.empty,
            "failed": [{"key": outcome.key, "message": masked(outcome.message)} for outcome in self.failed],
            "skipped": self.skipped,
            "released": self.released,
            "not_tried": self.untried,
            "excluded": {status: self.excluded.get(status, 0) for status in EXCLUDED},
            "seconds_per_key": self.seconds_per_key,
            "started_at": _local(self.began_s).isoformat(timespec="milliseconds"),
            "ended_at": _local(self.ended_s or self.began_s).isoformat(timespec="milliseconds"),
        }

    def times(self) -> str:
        """Return how long a key took, and from when to when the table was computed, by the lab's wall clock."""
        ended_s = self.ended_s or self.began_s
        per_key = "" if self.seconds_per_key is None else f"{say_seconds(self.seconds_per_key)} a key, "
        span = f"{_local(self.began_s):{DAY_AND_TIME}} to {_local(ended_s):{DAY_AND_TIME}}"
        return f"{per_key}{span} ({say_duration(ended_s - self.began_s)})"

    def __str__(self) -> str:
        parts = [f"{self.done} done", f"{len(self.failed)} failed", f"{self.skipped} skipped"]
        if self.empty:
            parts.append(f"{self.empty} {IN_WORDS['empty']}")
        if self.excluded:
            parts.append(excluded_in_words(self.excluded))
        if self.released:
            parts.append(f"{self.released} released")
        if self.untried:
            parts.append(f"{self.untried} not tried")
        return f"{self.table}: {', '.join(parts)}"


def excluded_in_words(excluded: Mapping[str, int]) -> str:
    """Return `3 excluded (2 error, 1 reserved)`, in DataJoint's words."""
    parts = ", ".join(
        f"{excluded[status]} {IN_WORDS.get(status, status)}" for status in EXCLUDED if excluded.get(status)
    )
    return f"{sum(excluded.values())} excluded ({parts})"


def say_seconds(seconds: float) -> str:
    """Return three digits, such as `0.0021 s`, `1.42 s`, `312 s`."""
    if seconds < SHORTEST_S:
        return f"<{SHORTEST_S} s"
    return f"{seconds:.0f} s" if seconds >= 100 else f"{seconds:.3g} s"


def _local(time_s: float) -> datetime:
    return datetime.fromtimestamp(time_s).astimezone()
