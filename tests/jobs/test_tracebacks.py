"""The order in which a page shows a traceback."""

import pytest

from jobs.stacks import read_stack
from jobs.tracebacks import shown

CHAINED = """Traceback (most recent call last):
  File "/lab/a.py", line 1, in outer
    inner()
  File "/lab/a.py", line 2, in inner
    1 / 0
ZeroDivisionError: division by zero

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/lab/b.py", line 3, in make
    outer()
ValueError: no spikes
"""


def test_the_exception_that_ended_make_comes_first_and_says_what_caused_it() -> None:
    assert [(one.said, one.exception) for one in shown(read_stack(CHAINED))] == [
        ("", "ValueError"),
        ("caused by", "ZeroDivisionError"),
    ]


def test_the_innermost_frame_comes_first() -> None:
    (_, cause) = shown(read_stack(CHAINED))
    assert [frame.function for run in cause.runs for frame in run.frames] == ["inner", "outer"]


@pytest.mark.parametrize("text", ["", "Error using spike_sort (line 7)", "Traceback of another kind"])
def test_a_text_that_is_no_traceback_shows_no_exception(text: str) -> None:
    assert shown(read_stack(text)) == []
