"""Tracebacks as Python really prints them are taken apart; any other text is kept whole."""

import builtins
import json
import multiprocessing
import struct
import sys
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from jobs.tracebacks.libraries import library_of
from jobs.tracebacks.parsing import (
    CHAIN_KEPT,
    FRAMES_KEPT,
    OUTERMOST_KEPT,
    Frame,
    FrameGroup,
    Raised,
    Stack,
    StackText,
    folded,
    read_stack,
    read_stack_blob,
)
from tests.jobs.packing import Packed

Group: Any = getattr(builtins, "ExceptionGroup", None)


@pytest.fixture(scope="module")
def remote() -> Stack:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return stack_of(lambda: pool.map(fail_remotely, [1]))


def stack_of(work: Callable[[], object]) -> Stack:
    return read_stack(text_of(work))


def text_of(work: Callable[[], object]) -> str:
    try:
        work()
    except BaseException:
        return traceback.format_exc()
    raise AssertionError("nothing was raised")


def last(stack: Stack) -> Raised:
    assert stack.last is not None
    return stack.last


def fail() -> None:
    raise ValueError("bad trial: 7")


def fail_from_cause() -> None:
    try:
        fail()
    except ValueError as error:
        raise RuntimeError("no session") from error


def fail_in_context() -> None:
    try:
        fail()
    except ValueError:
        dict[str, int]()["missing"]


def fail_deep(depth: int) -> None:
    if depth:
        fail_deep(depth - 1)
    else:
        fail()


def fail_on_many_lines() -> None:
    raise ValueError("first\n  second: indented\n\nfourth")


def fail_in_json() -> None:
    json.loads("{")


def fail_in_numpy() -> None:
    import numpy as np

    np.linalg.inv(np.zeros((2, 2)))


def fail_to_compile() -> None:
    compile("total = (1 +\n", "analysis.py", "exec")


def fail_for_mice(name: str = "Zoë 🐁") -> None:
    raise LookupError(f"no mouse {name}")


def fail_remotely(_: int) -> None:
    fail_from_cause()


class ProbeError(Exception):
    pass


def test_an_exception_has_its_name_and_message() -> None:
    raised = last(stack_of(fail))
    assert (raised.exception, raised.message, raised.relation) == ("ValueError", "bad trial: 7", "")


def test_the_frames_stand_outermost_first() -> None:
    assert [frame.function for frame in last(stack_of(fail)).frames] == ["text_of", "fail"]


def test_a_frame_has_its_place_and_source() -> None:
    line = fail.__code__.co_firstlineno + 1
    assert last(stack_of(fail)).frames[1] == Frame(__file__, line, "fail", 'raise ValueError("bad trial: 7")')


def test_the_marks_below_a_source_line_are_left_out() -> None:
    text = (
        "Traceback (most recent call last):\n"
        '  File "/lab/make.py", line 3, in make\n    total = a + b / c\n            ~~^~~\n'
        "ZeroDivisionError: division by zero\n"
    )
    assert last(read_stack(text)).frames == (Frame("/lab/make.py", 3, "make", "total = a + b / c"),)


def test_a_source_of_several_lines_keeps_them_and_their_indentation() -> None:
    text = (
        "Traceback (most recent call last):\n"
        '  File "/lab/make.py", line 3, in make\n'
        "    self.insert1(\n    ~~~~~~~~~~~~^\n        key,\n        ^^^^\n    )\n    ^\nValueError: x\n"
    )
    assert last(read_stack(text)).frames[0].source == "self.insert1(\n    key,\n)"


def test_a_frame_may_have_no_source() -> None:
    raised = last(stack_of(lambda: exec("def make():\n  1 / 0\nmake()")))
    assert [(frame.path, frame.line, frame.function, frame.source) for frame in raised.frames[-2:]] == [
        ("<string>", 3, "<module>", ""),
        ("<string>", 2, "make", ""),
    ]


def test_a_cause_is_told_from_the_text() -> None:
    chain = stack_of(fail_from_cause).chain
    assert [(raised.name, raised.relation) for raised in chain] == [("ValueError", ""), ("RuntimeError", "cause")]


def test_a_context_is_told_from_the_text() -> None:
    chain = stack_of(fail_in_context).chain
    assert [(raised.name, raised.message, raised.relation) for raised in chain] == [
        ("ValueError", "bad trial: 7", ""),
        ("KeyError", "'missing'", "context"),
    ]


def test_a_cause_that_was_never_raised_has_no_frames() -> None:
    def work() -> None:
        raise RuntimeError("outer") from ValueError("inner")

    first, second = stack_of(work).chain
    assert (first, second.relation) == (Raised("ValueError", "inner", "", ()), "cause")


def test_a_frame_that_python_counted_is_one_with_its_equals() -> None:
    frames = last(stack_of(lambda: fail_deep(50))).frames
    assert [(frame.function, frame.repeats) for frame in frames[2:]] == [
        ("fail_deep", 49),
        ("fail_deep", 0),
        ("fail", 0),
    ]


def traceback_of(*lines: int) -> str:
    """Return the text of a traceback that goes through these lines of one file."""
    frames = "".join(f'  File "/lab/own.py", line {line}, in f{line}\n    call()\n' for line in lines)
    return f"Traceback (most recent call last):\n{frames}RecursionError: too deep\n"


@pytest.mark.parametrize("size", range(2, 11))
def test_a_group_of_frames_that_comes_again_is_counted_on_its_last(size: int) -> None:
    group = range(10, 10 + size)
    frames = last(read_stack(traceback_of(1, 2, *[*group] * 150, 3))).frames
    assert [frame.line for frame in frames] == [1, 2, *group, 3]
    assert [(frame.group, frame.group_repeats) for frame in frames[-2:]] == [(size, 149), (0, 0)]
    assert not any(frame.group for frame in frames[:-2])


def test_a_frame_that_comes_again_may_be_in_a_group_that_does() -> None:
    frames = last(read_stack(traceback_of(1, *[10, 11, 11, 11, 11] * 5))).frames
    assert [(frame.line, frame.repeats, frame.group, frame.group_repeats) for frame in frames] == [
        (1, 0, 0, 0),
        (10, 0, 0, 0),
        (11, 3, 2, 4),
    ]


def test_frames_that_come_twice_stand_twice() -> None:
    assert [frame.line for frame in last(read_stack(traceback_of(1, 1, 2, 3, 2, 3))).frames] == [1, 1, 2, 3, 2, 3]


def test_a_recursion_of_more_than_a_thousand_frames_keeps_where_it_began() -> None:
    frames = last(read_stack(traceback_of(1, *[10, 11] * 5000, 10))).frames
    assert [(frame.line, frame.group_repeats) for frame in frames] == [(1, 0), (10, 0), (11, 4999), (10, 0)]


def test_endless_recursion_is_read() -> None:
    def work() -> None:
        work()

    raised = last(stack_of(work))
    assert (raised.name, len(raised.frames) < 10) == ("RecursionError", True)


def test_a_message_keeps_all_its_lines() -> None:
    assert last(stack_of(fail_on_many_lines)).message == "first\n  second: indented\n\nfourth"


def test_an_exception_without_message_has_an_empty_one() -> None:
    def work() -> None:
        raise KeyboardInterrupt

    assert (last(stack_of(work)).exception, last(stack_of(work)).message) == ("KeyboardInterrupt", "")


def test_an_exception_of_a_module_has_a_short_name() -> None:
    def work() -> None:
        raise ProbeError("lost")

    raised = last(stack_of(work))
    assert (raised.exception, raised.name) == (f"{__name__}.ProbeError", "ProbeError")


def test_a_syntax_error_has_the_place_as_its_last_frame() -> None:
    raised = last(stack_of(fail_to_compile))
    assert (raised.name, raised.frames[-1]) == ("SyntaxError", Frame("analysis.py", 1, "", "total = (1 +"))


def test_a_syntax_error_without_a_traceback_is_read() -> None:
    text = "".join(traceback.format_exception_only(SyntaxError("bad", ("analysis.py", 1, 1, "x =", 1, 2))))
    assert read_stack(text).chain == (Raised("SyntaxError", "bad", "", (Frame("analysis.py", 1, "", "x ="),)),)


def test_names_of_mice_are_kept() -> None:
    assert last(stack_of(fail_for_mice)).message == "no mouse Zoë 🐁"


@pytest.mark.slow
def test_a_remote_worker_shows_what_it_raised(remote: Stack) -> None:
    assert [(raised.name, raised.message, raised.relation) for raised in remote.chain] == [
        ("ValueError", "bad trial: 7", ""),
        ("RuntimeError", "no session", "cause"),
        ("RuntimeError", "no session", "cause"),
    ]


@pytest.mark.slow
def test_a_remote_worker_shows_where_it_failed(remote: Stack) -> None:
    assert remote.chain[0].frames[-1].function == "fail"


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exception groups came with Python 3.11")
def test_an_exception_group_is_read() -> None:
    def work() -> None:
        raise Group("two", [ValueError(1), TypeError("a")])

    raised = last(stack_of(work))
    assert (raised.name, raised.frames[-1].function) == ("ExceptionGroup", "work")
    assert [line for line in raised.message.split("\n") if "Error" in line] == [
        "    | ValueError: 1",
        "    | TypeError: a",
    ]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exception groups came with Python 3.11")
def test_an_exception_group_may_have_a_cause_and_be_one() -> None:
    def group() -> None:
        try:
            fail()
        except ValueError as error:
            raise Group("one", [TypeError("a")]) from error

    def work() -> None:
        try:
            group()
        except Group as error:
            raise RuntimeError("outer") from error

    chain = stack_of(work).chain
    assert [(raised.name, raised.relation, raised.frames[-1].function) for raised in chain] == [
        ("ValueError", "", "fail"),
        ("ExceptionGroup", "cause", "group"),
        ("RuntimeError", "cause", "work"),
    ]


def test_an_exception_group_keeps_its_parts_in_its_message() -> None:
    text = (
        "  + Exception Group Traceback (most recent call last):\n"
        '  |   File "/lab/make.py", line 5, in make\n  |     raise ExceptionGroup("two", errors)\n'
        "  | ExceptionGroup: two (2 sub-exceptions)\n"
        "  +-+---------------- 1 ----------------\n    | ValueError: 1\n"
        "    +---------------- 2 ----------------\n    | TypeError: a\n"
        "    +------------------------------------\n"
    )
    source = 'raise ExceptionGroup("two", errors)'
    message = "two (2 sub-exceptions)\n" + "".join(text.splitlines(keepends=True)[4:]).rstrip()
    frames = (Frame("/lab/make.py", 5, "make", source),)
    assert read_stack(text).chain == (Raised("ExceptionGroup", message, "", frames),)


def test_a_log_line_before_the_traceback_is_no_part_of_it() -> None:
    assert last(read_stack("[ERROR] populate\n" + text_of(fail))).exception == "ValueError"


def test_lines_may_end_as_on_windows() -> None:
    text = text_of(fail_from_cause)
    assert read_stack(text.replace("\n", "\r\n")).chain == read_stack(text).chain


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "Killed",
        "ValueError: bad",
        "In populate.m, line 12, in populate\nIn run.m, line 3, in run",
        "Error in fit (line 3)\n  x = y(4);",
    ],
)
def test_a_text_that_is_no_traceback_is_kept_whole(text: str) -> None:
    assert read_stack(text) == Stack(text)


@pytest.mark.parametrize("end", range(0, 400, 7))
def test_a_traceback_cut_anywhere_keeps_its_text(end: int) -> None:
    text = text_of(fail_from_cause)[:end]
    assert read_stack(text).text == text


def test_of_very_many_frames_the_outermost_and_the_innermost_are_kept() -> None:
    raised = last(read_stack(traceback_of(*range(FRAMES_KEPT + 9))))
    lines = [frame.line for frame in raised.frames]
    assert (raised.truncated_frames, len(lines), raised.message) == (9, FRAMES_KEPT, "too deep")
    assert lines[OUTERMOST_KEPT - 1 : OUTERMOST_KEPT + 1] == [OUTERMOST_KEPT - 1, OUTERMOST_KEPT + 9]


def test_only_the_last_of_very_many_exceptions_are_kept() -> None:
    link = "\nDuring handling of the above exception, another exception occurred:\n\n"
    one = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\nE: x\n'
    stack = read_stack(link.join([one] * (CHAIN_KEPT + 3)))
    assert (stack.truncated_chain, len(stack.chain)) == (3, CHAIN_KEPT)


def test_a_huge_message_hides_neither_the_frames_nor_its_end() -> None:
    text = text_of(fail).rstrip() + "\n" + "a line of data\n" * 200_000 + "the end\n"
    stack = read_stack(text)
    raised = last(stack)
    assert (raised.frames[-1].function, raised.message[-7:], stack.truncated_chars > 2_000_000) == (
        "fail",
        "the end",
        True,
    )


def test_a_huge_stack_says_in_its_place_how_much_was_left_out() -> None:
    stack = read_stack(text_of(fail).rstrip() + "\n" + "a line of data\n" * 200_000)
    assert f"\n    [{stack.truncated_chars:,} characters left out here]\n" in last(stack).message


@pytest.mark.parametrize(
    "piece",
    [
        "\n",
        " ",
        '  File "',
        '  File "a", line 1x, in f',
        '  File "a", line 1, in f\n',
        '", line 1',
        "11111111111",
        "Traceback (most recent call last):\n",
        "\nDuring handling of the above exception, another exception occurred:\n\n",
        "    x\n",
        "  [Previous line repeated 9 more times]\n",
        "/site-packages",
        "/x.egg",
        "\u2028\x0b\x1c",
    ],
    ids=repr,
)
@pytest.mark.slow
@pytest.mark.parametrize("frame", ["", 'Traceback (most recent call last):\n  File "c:/a/'], ids=["bare", "framed"])
def test_a_hostile_text_of_sixteen_megabytes_is_kept_whole(frame: str, piece: str) -> None:
    text = frame + piece * (16_000_000 // len(piece))
    assert read_stack(text).text is text


def test_a_line_number_too_long_to_be_one_makes_no_frame() -> None:
    text = f'Traceback (most recent call last):\n  File "a.py", line {"9" * 5000}, in f\nE: x\n'
    assert last(read_stack(text)).frames == ()


@pytest.mark.parametrize(
    ("path", "package"),
    [
        ("/home/ana/pipeline/ephys.py", ""),
        ("pipeline.py", ""),
        ("/home/ana/lib/python/ephys.py", ""),
        ("<string>", ""),
        ("<stdin>", ""),
        ("<ipython-input-3-abc>", ""),
        ("<cell line: 3>", ""),
        ("/opt/v/lib/python3.11/site-packages/datajoint/table.py", "datajoint"),
        ("/usr/lib/python3/dist-packages/numpy/linalg/linalg.py", "numpy"),
        ("/opt/v/lib/python3.11/site-packages/six.py", "six"),
        ("/opt/v/lib/python3.9/site-packages/foo-1.0-py3.9.egg/foo/a.py", "foo"),
        ("/usr/lib/python3.11/multiprocessing/pool.py", "multiprocessing"),
        ("/usr/lib64/python3.9/json/decoder.py", "json"),
        ("/root/.pyenv/versions/3.12.1/lib/python3.12/contextlib.py", "contextlib"),
        ("/opt/python/lib/python3.13t/json/decoder.py", "json"),
        ("/Library/Frameworks/Python.framework/Versions/3.11/lib/python3.11/json/decoder.py", "json"),
        ("/opt/app/python311.zip/json/decoder.py", "json"),
        ("<frozen importlib._bootstrap>", "importlib"),
        ("<frozen runpy>", "runpy"),
        ("<__array_function__ internals>", "numpy"),
        (r"C:\Users\ana\pipeline\ephys.py", ""),
        (r"D:\python\lib\ephys.py", ""),
        (r"C:\Users\ana\v\Lib\site-packages\pymysql\err.py", "pymysql"),
        (r"C:\Program Files\Python311\Lib\json\decoder.py", "json"),
        (r"C:\Users\ana\miniconda3\Lib\threading.py", "threading"),
        (r"C:\Users\ana\conda\envs\lab\Lib\threading.py", "threading"),
    ],
)
def test_a_path_tells_whose_code_it_is(path: str, package: str) -> None:
    assert library_of(path, "f") == package


@pytest.mark.parametrize(
    ("path", "function", "package"),
    [
        ("index.pyx", "pandas._libs.index.IndexEngine.get_loc", "pandas"),
        ("h5py/_objects.pyx", "h5py._objects.with_phil.wrapper", "h5py"),
        ("mtrand.pyx", "choice", "mtrand"),
        ("/home/ana/fit.pyx", "fit.run", ""),
    ],
)
def test_compiled_code_tells_its_module_by_its_function(path: str, function: str, package: str) -> None:
    assert library_of(path, function) == package


def test_code_of_the_standard_library_is_not_own() -> None:
    frames = last(stack_of(fail_in_json)).frames
    assert {frame.package for frame in frames if not frame.own} == {"json"}


@pytest.mark.slow
def test_the_own_frame_is_the_innermost_before_the_library() -> None:
    frame = stack_of(fail_in_numpy).own_frame
    assert (frame and frame.function) == "fail_in_numpy"


def test_a_stack_of_library_code_has_no_own_frame() -> None:
    text = 'Traceback (most recent call last):\n  File "/usr/lib/python3.11/runpy.py", line 1, in run\nE: x\n'
    assert read_stack(text).own_frame is None


def test_a_text_that_is_no_traceback_has_no_own_frame() -> None:
    assert read_stack("Killed").own_frame is None


def test_neighbouring_library_frames_are_folded_with_their_packages() -> None:
    def frame(package: str) -> Frame:
        return Frame("a.py", 1, "f", "", package)

    own, one, other = frame(""), frame("datajoint"), frame("pymysql")
    assert folded((one, own, own, one, other, one)) == [
        FrameGroup(False, (one,), ("datajoint",)),
        FrameGroup(True, (own, own), ()),
        FrameGroup(False, (one, other, one), ("datajoint", "pymysql")),
    ]


@pytest.mark.parametrize("text", ["Killed", "a line of a traceback\n" * 100_000], ids=["plain", "compressed"])
def test_the_text_of_a_stored_stack_is_read(packed: Packed, text: str) -> None:
    assert read_stack_blob(packed(text)) == StackText(text)


def test_a_stack_that_was_not_stored_is_said_to_be_so() -> None:
    assert read_stack_blob(None) == StackText(problem="no stack stored")


def test_a_stack_beyond_the_limit_is_said_to_be_so(packed: Packed) -> None:
    assert read_stack_blob(packed("a"), max_bytes=9) == StackText(
        problem="not readable (larger than 9 bytes); 14 bytes, begins 64 6a 30 00"
    )


@pytest.mark.parametrize("value", [3, {}, [1], [], "", {"file": "a", "name": "b", "line": float("nan")}], ids=repr)
def test_a_stored_value_without_text_is_said_to_be_so(packed: Packed, value: object) -> None:
    assert read_stack_blob(packed(value)) == StackText(problem="no text in it")


def test_the_structs_of_matlab_are_lines_of_text(packed: Packed) -> None:
    places = [{"file": "fit.m", "name": "fit", "line": 3.0}, {"file": "run.m", "name": "run", "line": 12.0}]
    assert read_stack_blob(packed(places)) == StackText("In fit.m, line 3, in fit\nIn run.m, line 12, in run")


def test_a_stack_of_matlab_is_read_as_it_is_stored() -> None:
    def text(value: str) -> bytes:
        return b"A" + struct.pack("<QQQII", 2, 1, len(value), 4, 0) + value.encode("utf-16-le")

    fields = [text("fit.m"), text("fit"), b"A" + struct.pack("<QQQIId", 2, 1, 1, 6, 0, 3.0)]
    body = b"".join(struct.pack("<Q", len(field)) + field for field in fields)
    blob = b"mYm\0S" + struct.pack("<QQQI", 2, 1, 1, 3) + b"file\0name\0line\0" + body
    assert read_stack_blob(blob) == StackText("In fit.m, line 3, in fit")
