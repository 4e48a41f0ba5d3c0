"""What does a person see of a populate run? A bar on a terminal, plain lines elsewhere, and a summary at the end.

Keys and messages come from the lab's rows and code: what cannot be printed is escaped, so that it cannot move the
cursor or pass for another line.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import TextIOBase
from typing import Any, TextIO

from jobs.formats.key import key_of
from jobs.worker.outcomes import Outcome, Report
from jobs.worker.pending import BEYOND
from jobsite.masking.text import masked
from jobsite.one_line import printable

MESSAGE_CHARS = 500
FAILURES_LISTED = 50
UNKNOWN_COLUMNS, UNKNOWN_ROWS = 80, 24
EXCLUDED = ("error", "ignore", "reserved", BEYOND)
IN_WORDS = {BEYOND: "beyond --max-calls", "empty": "nothing inserted"}
BAR = "{desc} {percentage:3.0f}%|{bar}| {rate_fmt}, ETA {remaining}{postfix}"


@dataclass
class Tally:
    """What came of one table so far."""

    table: str
    keys: int = 0
    excluded: Mapping[str, int] = field(default_factory=dict)
    done: int = 0
    empty: int = 0
    skipped: int = 0
    released: int = 0
    failed: list[Outcome] = field(default_factory=list)

    def begin(self, keys: int, excluded: Mapping[str, int]) -> None:
        """Add keys that will be tried."""
        self.keys += keys
        self.excluded = excluded

    def count(self, outcome: Outcome) -> None:
        """Add one outcome."""
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

    @property
    def untried(self) -> int:
        """Keys that the run did not come to."""
        return self.keys - self.done - self.empty - self.skipped - self.released - len(self.failed)

    @property
    def taken_by_others(self) -> int:
        """Keys that other workers have."""
        return self.excluded.get("reserved", 0) + self.skipped

    def as_bar(self) -> str:
        """Return what a moving bar says."""
        counts = {
            "done": self.done,
            IN_WORDS["empty"]: self.empty,
            "failed": len(self.failed),
            "taken by others": self.taken_by_others,
            "left": self.untried,
        }
        return ", ".join(f"{count} {word}" for word, count in counts.items() if count or word in ("done", "left"))

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
        }

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


class Lines(Report):
    """One plain line for each key, written at once, for a log file or a pipe."""

    def __init__(self, out: TextIO | TextIOBase) -> None:
        """`out` is where the lines go."""
        self.out = out
        self._by_table: dict[str, Tally] = {}
        self.problems: list[str] = []
        self.warnings: list[str] = []

    @property
    def tallies(self) -> list[Tally]:
        """What came of each table, in the order of their start."""
        return list(self._by_table.values())

    @property
    def has_failed(self) -> bool:
        """Say whether anything went wrong so far."""
        return bool(self.problems) or any(tally.failed for tally in self.tallies)

    def begin(self, table: str, keys: int, excluded: Mapping[str, int]) -> None:
        """Name the table."""
        self._now = self._by_table.setdefault(table, Tally(table))
        self._now.begin(keys, excluded)
        self._start(self._now, keys)

    def outcome(self, outcome: Outcome) -> None:
        """Write the key's line."""
        self._now.count(outcome)
        self._show(outcome)

    def note(self, text: str) -> None:
        """Write it."""
        self.close()
        self.write(text)

    def problem(self, text: str) -> None:
        """Write it as a warning, and keep it for the summary: the run has failed."""
        self.problems.append(text)
        self.write(f"WARNING {text}")

    def warning(self, text: str) -> None:
        """Write what a person may not expect of the run, and keep it for programs."""
        self.warnings.append(text)
        self.write(f"WARNING {text}")

    def summarise(self) -> None:
        """Write what came of each table, and every failure with its key, at most FAILURES_LISTED of a table."""
        self.close()
        for tally in self.tallies:
            self.write(str(tally))
            for outcome in tally.failed[:FAILURES_LISTED]:
                self.write(f"  {failure(outcome)}")
            if len(tally.failed) > FAILURES_LISTED:
                self.write(f"  and {len(tally.failed) - FAILURES_LISTED} more failed")
        for text in self.problems:
            self.write(f"WARNING {text}")

    def as_json(self, status: int) -> dict[str, Any]:
        """Return the summary as plain values, with the exit status."""
        return {
            "status": status,
            "tables": [tally.as_json() for tally in self.tallies],
            "problems": self.problems,
            "warnings": self.warnings,
        }

    def write(self, text: str) -> None:
        """Write one line and flush it: whoever follows the log sees it now."""
        self.out.write(printable(text, self.out) + "\n")
        self.out.flush()

    def close(self) -> None:
        """Nothing is open."""

    def _start(self, tally: Tally, keys: int) -> None:
        excluded = f", {excluded_in_words(tally.excluded)}" if tally.excluded else ""
        self.write(f"{tally.table}: {keys} to compute{excluded}")

    def _show(self, outcome: Outcome) -> None:
        status = IN_WORDS.get(outcome.status, outcome.status)
        self.write(failure(outcome) if outcome.status == "failed" else f"{status} {key_of(outcome.key)}")


class Bar(Lines):
    """A bar for each table that moves in place; only failures and warnings get a line of their own, above it."""

    bar: Any = None

    def write(self, text: str) -> None:
        """Write a line above the bar."""
        if self.bar is None:
            super().write(text)
        else:
            self.bar.write(printable(text, self.out), file=self.out)

    def close(self) -> None:
        """Leave the bar where it stands."""
        if self.bar is not None:
            self.bar.close()
            self.bar = None

    def _start(self, tally: Tally, keys: int) -> None:
        from tqdm import tqdm

        self.close()
        self.bar = tqdm(total=keys, desc=tally.table, file=self.out, unit=" keys", bar_format=BAR, **self._extent())
        self.bar.set_postfix_str(tally.as_bar())

    def _extent(self) -> dict[str, int | bool]:
        # Some terminals (in containers, over serial lines) say they are 0 by 0, and tqdm would show nothing.
        if os.get_terminal_size(self.out.fileno()).columns:
            return {"dynamic_ncols": True}
        return {"ncols": UNKNOWN_COLUMNS, "nrows": UNKNOWN_ROWS}

    def _show(self, outcome: Outcome) -> None:
        if outcome.status == "failed":
            self.write(failure(outcome))
        self.bar.set_postfix_str(self._now.as_bar(), refresh=False)
        self.bar.update()


def failure(outcome: Outcome) -> str:
    """Return the line of a failed key."""
    message = outcome.message
    cut = message if len(message) <= MESSAGE_CHARS else message[: MESSAGE_CHARS - 1] + "…"
    return f"FAILED {key_of(outcome.key)}: {cut}"
