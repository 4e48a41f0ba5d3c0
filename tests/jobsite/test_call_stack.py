"""Calls of a loop stand in one piece of memory, however deep the loop stands."""

import sys
from collections.abc import Callable
from resource import RUSAGE_THREAD, getrusage

import pytest

from jobsite.call_stack import with_room

CALLS, DEEPEST = 2_000, 120
"""More frames than one of CPython's pieces of memory has."""


def leaf() -> None:
    """Do nothing, in a frame of its own."""


def loop() -> int:
    """Call something again and again; return how many pages of memory were asked for meanwhile."""
    before = getrusage(RUSAGE_THREAD).ru_minflt
    for _ in range(CALLS):
        list(map(lambda _: leaf(), (1,)))  # noqa: C417  through C, so that a frame of its own is pushed
    return getrusage(RUSAGE_THREAD).ru_minflt - before


def at_depth(depth: int, do: Callable[[], int]) -> int:
    """Do it that many frames deeper."""
    return do() if depth == 0 else at_depth(depth - 1, do)


def test_no_depth_makes_a_loop_ask_for_memory_at_each_call() -> None:
    assert max(at_depth(depth, with_room(loop)) for depth in range(DEEPEST)) < CALLS / 4


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="other versions of Python may do better")
def test_without_it_some_depth_does() -> None:
    assert max(at_depth(depth, loop) for depth in range(DEEPEST)) >= CALLS


def test_what_a_function_takes_returns_and_raises_stays() -> None:
    @with_room
    def divided(number: int, *, by: int) -> float:
        """Divide."""
        return number / by

    assert (divided(6, by=3), divided.__doc__) == (2, "Divide.")
    with pytest.raises(ZeroDivisionError):
        divided(1, by=0)
