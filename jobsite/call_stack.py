"""Room for the calls of a long loop, so that the frames of Python functions lie in one piece of memory.

CPython keeps these frames in pieces of 16 kB. A loop whose calls cross the end of a piece asks the system for the next
one and gives it back, at each call: the rows of one page took 700 pieces, and 10 ms instead of 4. Whether a loop meets
such an end depends on nothing but how deep it stands. (CPython 3.11, Python/pystate.c, push_chunk and
_PyThreadState_PopFrame.)
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

SLOTS = 40_000
"""Values that the frame of `_call` could hold: 320 kB, so its piece has 512 kB, and the rest is for what it calls.

Memory that is never touched takes none.
"""


def with_room(function: Callable[P, T]) -> Callable[P, T]:
    """Return the same function; the frames of all that it calls follow one another in one piece of memory."""

    @wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> T:
        return _call(function, *args, **kwargs)

    return called


def _call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    return function(*args, **kwargs)


_call.__code__ = _call.__code__.replace(co_stacksize=SLOTS)
