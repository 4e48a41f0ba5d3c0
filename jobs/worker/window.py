"""Which keys does a worker look at and take next? Arithmetic over the numbers of the keys: no server, no clock.

Keys are taken in chunks, as many as are computed in CHUNK_S: one when a make takes longer, because what is reserved has
to be what runs. A worker alone keeps the order it was given. Workers who meet spread out: each looks at a window of
keys, begins the next one at one of several places, and walks on from there until it comes to where others have been.
"""

from collections import deque
from collections.abc import Callable, Collection, Sequence

CHUNK_S = 0.1
LARGEST_CHUNK = 32
# A look at the server is good for as many keys as are computed in this time: others move on meanwhile.
WINDOW_S = 0.4
LARGEST_WINDOW = 64
LARGEST_LOOK = 500
WIDEST_SPREAD = 256


class KeyWindow:
    """The keys that are left, and the window: those of them that come next."""

    def __init__(self, count: int, random_below: Callable[[int], int]) -> None:
        """There are `count` keys, numbered from 0; `random_below` returns a random number below its argument."""
        self._left = list(range(count))
        self._window: deque[int] = deque()
        self._random_below = random_below
        self._start = 0
        self._chunk_size = 1
        self._window_size = 1
        self._look_size = 1
        self._spread = 1
        self._starts_anew = False

    def __bool__(self) -> bool:
        """Say whether keys are left."""
        return bool(self._left or self._window)

    @property
    def is_empty(self) -> bool:
        """Say whether it has to be filled before the next chunk."""
        return not self._window

    @property
    def is_spread(self) -> bool:
        """Say whether other workers were met: who has met nobody needs no look, the list is as good as new."""
        return self._spread > 1

    def candidates(self) -> list[int]:
        """Return the keys to look at next, from where the window starts; they stay where they are."""
        if self._starts_anew or self._start >= len(self._left):
            places = max(1, min(self._spread, len(self._left) // self._window_size))
            self._start = self._random_below(places) * self._window_size
        size = max(self._look_size, self._window_size) if self.is_spread else self._chunk_size
        return self._left[self._start : self._start + size]

    def take_out(self, count: int) -> None:
        """Take out so many of the candidates."""
        del self._left[self._start : self._start + count]

    def fill(self, looked_at: int, free: Sequence[int]) -> None:
        """Put the first keys that are `free` into the window, and the others back; `looked_at` keys were taken out."""
        # Elsewhere, and further, where others have been.
        self._starts_anew = len(free) * 2 <= looked_at
        self._look_size = min(2 * looked_at, LARGEST_LOOK) if self._starts_anew else self._window_size
        first, last = 0, self._window_size
        if self._starts_anew and free:
            # Where little is left, others want it too: no more than is taken at once, from anywhere among it.
            first = self._random_below(max(1, len(free) - self._chunk_size + 1))
            last = first + self._chunk_size
        self._window.extend(free[first:last])
        self.put_back_at_start([*free[:first], *free[last:]])

    def next_chunk(self) -> list[int]:
        """Take the next keys out of the window."""
        return [self._window.popleft() for _ in range(min(self._chunk_size, len(self._window)))]

    def leave(self) -> None:
        """Another worker takes keys just here: empty the window, and fill the next one elsewhere."""
        self._starts_anew = True
        self.spread()
        self.put_back_at_start(self._window)
        self._window.clear()

    def spread(self) -> None:
        """Another worker was met: start at one of four times as many places."""
        self._spread = min(self._spread * 4, WIDEST_SPREAD)

    def put_first(self, numbers: Collection[int]) -> None:
        """Put back keys before all others."""
        self._left[:0] = numbers

    def put_back_at_start(self, numbers: Collection[int]) -> None:
        """Put back keys where the window starts: they were taken out there."""
        self._left[self._start : self._start] = numbers

    def put_last(self, number: int) -> None:
        """Put back a key behind all others."""
        self._left.append(number)

    def record_duration(self, make_s: float) -> None:
        """Record how long the slowest make of a chunk took: chunk and window grow or shrink to their times."""
        self._chunk_size = max(1, min(int(CHUNK_S / make_s), self._chunk_size * 2, LARGEST_CHUNK))
        self._window_size = max(1, min(int(WINDOW_S / make_s), self._window_size * 2, LARGEST_WINDOW))
