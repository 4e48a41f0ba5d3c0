"""Which items of a sequence are the same ones again and again? An endless recursion leaves hundreds of a few frames."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

FEWEST = 3
"""So often must a group come in a row; Python, too, prints a frame three times before it counts."""

LARGEST_GROUP = 10
"""Items of a group: a recursion that goes through more functions than these is told apart in full."""


@dataclass(frozen=True)
class Run:
    """A group of `size` items that begins at number `start` and comes `times` in a row; most come once."""

    start: int
    size: int = 1
    times: int = 1

    @property
    def stop(self) -> int:
        """The number of the item after the last."""
        return self.start + self.size * self.times


def runs(items: Sequence[Hashable], sizes: Sequence[int]) -> list[Run]:
    """Return runs that together are all `items`, in their order; only groups of one of `sizes` repeat.

    Takes time in proportion to the number of items and of sizes.
    """
    found, at = list[Run](), 0
    while at < len(items):
        found.append(_longest(items, at, sizes))
        at = found[-1].stop
    return found


def _longest(items: Sequence[Hashable], start: int, sizes: Sequence[int]) -> Run:
    # Most items begin nothing: the first look at each size is all that a long sequence can spend on them.
    begun = [size for size in sizes if start + size < len(items) and items[start] == items[start + size]]
    if not begun:
        return Run(start)
    repeated = [Run(start, size, _times(items, start, size)) for size in begun]
    return max([Run(start), *(run for run in repeated if run.times >= FEWEST)], key=lambda run: run.stop)


def _times(items: Sequence[Hashable], start: int, size: int) -> int:
    stop = start + size
    while stop < len(items) and items[stop] == items[stop - size]:
        stop += 1
    return (stop - start) // size
