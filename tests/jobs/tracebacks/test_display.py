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


def shapes(text: str) -> list[tuple[list[str], str, str]]:
    """Return the groups of a traceback with one exception: the functions, the summary and the note of each."""
    (one,) = shown(read_stack(text))
    return [([frame.function for frame in group.frames], group.summary, group.note) for group in one.groups]


def test_of_many_own_frames_the_innermost_and_the_outermost_stand_open() -> None:
    (few,) = shown(read_stack(recursion(20)))
    assert [(len(group.frames), group.summary) for group in few.groups] == [(20, "")]
    (many,) = shown(read_stack(recursion(21)))
    assert [(len(group.frames), group.summary) for group in many.groups] == [
        (17, ""),
        (1, "1 frame more of own code"),
        (3, ""),
    ]
    assert (many.groups[0].frames[0].line, many.groups[-1].frames[-1].line) == (20, 0)


def test_a_recursion_shows_its_last_frame_its_group_once_and_make_which_began_it() -> None:
    at = '  File "/lab/own.py", line {}, in {}\n'
    library = at.format(1, "populate").replace("/lab/own", "/x/site-packages/datajoint/autopopulate")
    group = at.format(5, "left") + at.format(6, "right")
    text = (
        f"Traceback (most recent call last):\n{library}{at.format(2, 'make')}{group * 150}{at.format(9, 'end')}E: x\n"
    )
    assert shapes(text) == [
        (["end"], "", ""),
        (["right", "left"], "", "… these 2 frames repeated 149 times"),
        (["make"], "", ""),
        (["populate"], "1 frame in datajoint", ""),
    ]


def test_what_repeats_in_a_library_stays_folded() -> None:
    at = '  File "/usr/lib/python3.11/copy.py", line {}, in {}\n'
    text = "Traceback (most recent call last):\n" + (at.format(1, "deepcopy") + at.format(2, "_list")) * 9 + "E: x\n"
    assert shapes(text) == [(["_list", "deepcopy"], "2 frames in copy", "… these 2 frames repeated 8 times")]


def test_of_too_many_frames_the_middle_is_left_out() -> None:
    (one,) = shown(read_stack(recursion(1000)))
    assert [group.note for group in one.groups if group.note] == ["700 more frames: see the full text."]
    assert (one.groups[0].frames[0].line, one.groups[-1].frames[-1].line) == (999, 0)


@pytest.mark.parametrize("line", ["too deep", "x" * 2000], ids=["short", "long"])
def test_a_message_that_the_page_has_said_is_not_said_again(line: str) -> None:
    text = recursion(1).replace("too deep", line)
    assert [(one.exception, one.message) for one in shown(read_stack(text))] == [("RecursionError", line)]
    (again,) = shown(read_stack(text), already_said=f"RecursionError: {line}"[:2047])
    assert (again.exception, again.message) == ("", "")


def test_an_exception_with_the_message_of_the_one_above_says_its_name_alone() -> None:
    text = CHAINED.replace("division by zero", "no spikes")
    assert [(one.relation, one.exception, one.message) for one in shown(read_stack(text), "ValueError: no spikes")] == [
        ("", "", ""),
        ("caused by", "ZeroDivisionError", ""),
    ]


@pytest.mark.parametrize("text", ["", "Error using spike_sort (line 7)", "Traceback of another kind"])
def test_a_text_that_is_no_traceback_shows_no_exception(text: str) -> None:
    assert shown(read_stack(text)) == []
