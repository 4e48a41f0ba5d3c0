"""What does the bar at the bottom of a terminal say? Values in, lines of text out; nothing is written here."""

from dataclasses import dataclass

from jobs.worker.terminal.tally import IN_WORDS, say_seconds
from jobsite.durations import HOUR_S, MINUTE_S, say_duration
from jobsite.fitting import fit, flow, width_of

SHORTEST_NAME, WIDEST_BAR = 12, 60
UNITS_S = {"s": 1, "min": MINUTE_S, "h": HOUR_S}


@dataclass(frozen=True)
class Progress:
    """How far one table is; `running_s` since its keys were found, in which `tried` of them were computed."""

    table: str
    done: int
    failed: int
    empty: int
    taken_by_others: int
    left: int
    finished: int
    tried: int
    makes: int
    make_s: float
    running_s: float

    def lines(self, columns: int) -> list[str]:
        """Return two lines, more where they are narrow: no count is ever cut."""
        return [self._bar(columns), *flow([*self._counts(), *self._speed()], columns)]

    def in_one_line(self) -> str:
        """Return the table and its counts, for a terminal that cannot hold a bar."""
        return f"{self.table}: {', '.join(self._counts())}"

    def _bar(self, columns: int) -> str:
        share = self.finished / (self.finished + self.left) if self.finished + self.left else 1.0
        percent = f" {int(share * 100):3d}%"
        name = fit(self.table, max(SHORTEST_NAME, columns - len(percent)))
        room = min(WIDEST_BAR, columns - width_of(name) - len(percent) - len(" []"))
        filled = int(share * room)
        return f"{name}{percent}" + (f" [{'#' * filled}{'.' * (room - filled)}]" if room >= SHORTEST_NAME else "")

    def _counts(self) -> list[str]:
        counts = {
            "done": self.done,
            "failed": self.failed,
            IN_WORDS["empty"]: self.empty,
            "taken by others": self.taken_by_others,
            "left": self.left,
        }
        always = ("done", "failed", "left")
        return [f"{count} {word}" for word, count in counts.items() if count or word in always]

    def _speed(self) -> list[str]:
        parts = []
        if self.tried and self.running_s > 0:
            parts.append(say_rate(self.tried / self.running_s))
        if self.left and self.finished:
            parts.append(f"ETA {say_duration(self.left * self.running_s / self.finished)}")
        if self.makes:
            parts.append(f"{say_seconds(self.make_s / self.makes)} a key")
        return [*parts, f"running {say_duration(self.running_s)}"]


def say_rate(per_s: float) -> str:
    """Return keys in the shortest time in which there is one: `12.5 keys/s`, `4 keys/min`, `0.2 keys/h`."""
    unit, unit_s = next(((unit, unit_s) for unit, unit_s in UNITS_S.items() if per_s * unit_s >= 1), ("h", HOUR_S))
    rate = per_s * unit_s
    return f"{rate:.0f} keys/{unit}" if rate >= 100 else f"{rate:.3g} keys/{unit}"
