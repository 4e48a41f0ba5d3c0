"""What does a person see of a run? A bar on a terminal, a line for each key elsewhere, and a summary at the end.

Keys and messages come from the lab's rows and code: what cannot be printed is escaped, so that it cannot move the
cursor or pass for another line.
"""

import os
import time
from collections.abc import Mapping
from io import TextIOBase
from types import TracebackType
from typing import Any, TextIO

from jobs.formats.key import key_of
from jobs.worker.log import DAY_AND_TIME
from jobs.worker.outcomes import Outcome, Report
from jobs.worker.terminal.painter import UNKNOWN_COLUMNS, Bar
from jobs.worker.terminal.tally import IN_WORDS, Tally, excluded_in_words
from jobsite.one_line import printable

MESSAGE_CHARS = 500
FAILURES_LISTED = 50


class Lines(Report):
    """One plain line for each key, with the time, written at once: for a log file or a pipe."""

    columns: int | None = None
    """How wide a line may be; None where nobody looks at it on a terminal."""

    def __init__(self, out: TextIO | TextIOBase, *, has_times: bool = True) -> None:
        """`out` is where the lines go; each begins with the time of the lab's wall clock where it `has_times`."""
        self.out = out
        self._has_times = has_times
        self._time_s, self._time = 0, ""
        self._by_table: dict[str, Tally] = {}
        self.problems: list[str] = []
        self.warnings: list[str] = []

    def __enter__(self) -> "Lines":
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave nothing open, whatever has happened."""
        self.close()

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
        """Write what came of each table, and when; and what went wrong, which may stand far above by now."""
        self.close()
        for tally in self.tallies:
            self.write(str(tally))
            self.write(f"  {tally.times()}")
            self._repeat_failures(tally)
        self._repeat_problems()

    def _repeat_failures(self, tally: Tally) -> None:
        for outcome in tally.failed[:FAILURES_LISTED]:
            self.write(f"  {failure(outcome)}")
        if len(tally.failed) > FAILURES_LISTED:
            self.write(f"  and {len(tally.failed) - FAILURES_LISTED} more failed")

    def _repeat_problems(self) -> None:
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
        self.out.write(f"{self._now_in_words()}{printable(text, self.out)}\n")
        self.out.flush()

    def close(self) -> None:
        """Nothing is open."""

    def _now_in_words(self) -> str:
        if not self._has_times:
            return ""
        now_s = int(time.time())
        if now_s != self._time_s:  # writing a time costs as much as the rest of a line
            self._time_s, self._time = now_s, time.strftime(f"{DAY_AND_TIME} ", time.localtime(now_s))
        return self._time

    def _start(self, tally: Tally, keys: int) -> None:
        excluded = f", {excluded_in_words(tally.excluded)}" if tally.excluded else ""
        self.write(f"{tally.table}: {keys} to compute{excluded}")

    def _show(self, outcome: Outcome) -> None:
        status = IN_WORDS.get(outcome.status, outcome.status)
        self.write(failure(outcome) if outcome.status == "failed" else f"{status} {key_of(outcome.key)}")


class Terminal(Lines):
    """A bar at the bottom of a terminal; above it a line for each failure and warning, and whatever make writes."""

    out: TextIO
    _bar: Bar | None = None
    _last: Tally | None = None

    def __enter__(self) -> "Terminal":
        """Start the bar."""
        self._bar = Bar(self.out)
        return self

    @property
    def columns(self) -> int:  # type: ignore[override]  # a terminal's width may change
        """How wide a line may be; some terminals (in containers, over serial lines) say that they are 0 by 0."""
        return os.get_terminal_size(self.out.fileno()).columns or UNKNOWN_COLUMNS

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _start(self, tally: Tally, keys: int) -> None:
        if self._last is not None and self._last is not tally and self._last.keys:
            self.write(str(self._last))
        self._last = tally
        if self._bar is not None:
            self._bar.begin(tally)

    def _show(self, outcome: Outcome) -> None:
        if self._bar is not None:
            self._bar.count(self._now)
        if outcome.status == "failed":
            self.write(failure(outcome))

    def _repeat_failures(self, tally: Tally) -> None:
        """They stand above."""

    def _repeat_problems(self) -> None:
        """They stand above."""


def failure(outcome: Outcome) -> str:
    """Return the line of a failed key."""
    message = outcome.message
    cut = message if len(message) <= MESSAGE_CHARS else message[: MESSAGE_CHARS - 1] + "…"
    return f"FAILED {key_of(outcome.key)}: {cut}"
