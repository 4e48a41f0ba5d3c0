"""When does a run start, look for keys again, and end?"""

import random
import time
from dataclasses import dataclass

from jobs.worker.outcomes import InterruptedRunError
from jobs.worker.signals import Signals
from jobsite.durations import say_duration

SLEEP_S = 60.0
"""How long an idle worker waits before it looks for keys again, where nobody has said how long."""
LOOK_TIMES, LONGEST_S = 500, 600.0
"""But so many times what its last look took, up to LONGEST_S: where millions of keys are computed, a look takes the
server seconds, and ten idle workers should take a fiftieth of its time at most."""
APART = 0.2
"""By such a part pauses differ by chance: workers that wait together should not ask together."""


@dataclass(frozen=True)
class Schedule:
    """What the command line asks for, in seconds; None is no bound."""

    forever: bool = False
    sleep_s: float | None = None
    """The pause before the next look, exactly; None for the usual one."""
    max_idle_s: float | None = None
    run_s: float | None = None
    stagger_s: float = 0


class RunClock:
    """The time of one run, which starts when this is made."""

    def __init__(self, schedule: Schedule, signals: Signals) -> None:
        """A signal ends every wait."""
        self._schedule = schedule
        self._signals = signals
        self._idle_since_s: float | None = None
        self.ends_at_s = None if schedule.run_s is None else time.monotonic() + schedule.run_s
        """When no further key is started, by `time.monotonic()`; None without a bound."""

    def stagger(self) -> None:
        """Wait for a random time, at most the stagger: workers that start together should not ask together."""
        self._wait(random.uniform(0, self._schedule.stagger_s))  # noqa: S311  not a secret

    def pause_s(self, looked_s: float) -> float:
        """Return how long an idle worker waits before its next look, of which the last one took `looked_s`."""
        if self._schedule.sleep_s is not None:
            return self._schedule.sleep_s
        return min(max(SLEEP_S, LOOK_TIMES * looked_s), LONGEST_S)

    def wait_for_next_round(self, looked_s: float, *, has_computed: bool) -> bool:
        """Wait until it is time to look for keys again, at once after a round that computed some; False at the end."""
        if not self._schedule.forever:
            return False
        if has_computed:
            self._idle_since_s = None
            return True
        if self._idle_since_s is None:
            self._idle_since_s = time.monotonic()
        apart = APART if self._schedule.sleep_s is None else 0
        pause_s = self.pause_s(looked_s) * random.uniform(1 - apart, 1 + apart)  # noqa: S311  not a secret
        self._wait(min(pause_s, self._left_s()))
        return self._left_s() > 0

    @property
    def continues_when_idle(self) -> bool:
        """Say whether the run goes on when there is nothing to compute."""
        return self._schedule.forever and self._left_s() > 0

    @property
    def is_idle(self) -> bool:
        """Say whether the last round found nothing to compute."""
        return self._idle_since_s is not None

    @property
    def end_reason(self) -> str:
        """Return which bound has ended the run, in words, or ''."""
        if self._is_past(self.ends_at_s):
            return f"Ended by --run-duration, after {say_duration(self._schedule.run_s or 0)}."
        if self._is_past(self._idle_until_s()):
            return (
                f"Ended by --max-idle: there was nothing to compute for {say_duration(self._schedule.max_idle_s or 0)}."
            )
        return ""

    def _idle_until_s(self) -> float | None:
        if self._idle_since_s is None or self._schedule.max_idle_s is None:
            return None
        return self._idle_since_s + self._schedule.max_idle_s

    def _left_s(self) -> float:
        bounds = [bound_s for bound_s in (self.ends_at_s, self._idle_until_s()) if bound_s is not None]
        return max(0.0, min(bounds) - time.monotonic()) if bounds else float("inf")

    @staticmethod
    def _is_past(time_s: float | None) -> bool:
        return time_s is not None and time.monotonic() >= time_s

    def _wait(self, pause_s: float) -> None:
        self._signals.wait(pause_s)
        if self._signals.received is not None:
            raise InterruptedRunError(self._signals.received)
