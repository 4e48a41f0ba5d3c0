"""The exceptions in an exception group."""

from jobs.tracebacks.sub_exceptions import sub_exceptions

GROUP = """\
  + Exception Group Traceback (most recent call last):
  |   File "/lab/pipe.py", line 3, in make
  |     raise ExceptionGroup("bad", errors)
  | ExceptionGroup: bad (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/lab/io.py", line 3, in load
    |     raise ValueError(1)
    | ValueError: 1
    +---------------- 2 ----------------
    | Exception Group Traceback (most recent call last):
    | ExceptionGroup: inner (1 sub-exception)
    +-+---------------- 1 ----------------
      | TypeError: 2
      +------------------------------------
"""


def test_each_text_is_without_its_margin() -> None:
    first, second, third = sub_exceptions(GROUP)
    assert first.splitlines()[0] == "Traceback (most recent call last):"
    assert first.splitlines()[-1] == "ValueError: 1"
    assert (second.splitlines()[-1], third) == ("ExceptionGroup: inner (1 sub-exception)", "TypeError: 2")


def test_without_a_group_there_is_none() -> None:
    assert list(sub_exceptions("Traceback (most recent call last):\nValueError: 1\n")) == []
