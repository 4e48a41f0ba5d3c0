"""The order in which a page shows a traceback."""

import pytest

from jobs.tracebacks.display import shown
from jobs.tracebacks.parsing import read_stack

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
    assert [(one.relation, one.exception) for one in shown(read_stack(CHAINED))] == [
        ("", "ValueError"),
        ("caused by", "ZeroDivisionError"),
    ]


def test_the_innermost_frame_comes_first() -> None:
    (_, cause) = shown(read_stack(CHAINED))
    assert [frame.function for group in cause.groups for frame in group.frames] == ["inner", "outer"]


def recursion(depth: int) -> str:
    frames = "".join(f'  File "/lab/own.py", line {line}, in deep\n    deep()\n' for line in range(depth))
    return f"Traceback (most recent call last):\n{frames}RecursionError: too deep\n"


@pytest.mark.parametrize(
    ("depth", "groups"), [(20, [(20, "")]), (21, [(20, ""), (1, "1 frame more of own code")])], ids=["few", "many"]
)
def test_of_many_own_frames_the_innermost_stand_open(depth: int, groups: list[tuple[int, str]]) -> None:
    (one,) = shown(read_stack(recursion(depth)))
    assert [(len(group.frames), group.summary) for group in one.groups] == groups
    assert one.groups[0].frames[0].line == depth - 1


@pytest.mark.parametrize("line", ["too deep", "x" * 200], ids=["short", "long"])
def test_a_long_message_that_the_page_has_said_is_not_said_whole_again(line: str) -> None:
    text = recursion(1).replace("too deep", line)
    assert [one.message for one in shown(read_stack(text))] == [line]
    (again,) = shown(read_stack(text), already_said=f"RecursionError: {line}")
    assert again.message == (line if len(line) < 120 else "x" * 120 + "…")


@pytest.mark.parametrize("text", ["", "Error using spike_sort (line 7)", "Traceback of another kind"])
def test_a_text_that_is_no_traceback_shows_no_exception(text: str) -> None:
    assert shown(read_stack(text)) == []
