"""What the bar of populate says, and how lines are made to fit a terminal."""

import pytest

from jobs.worker.terminal.bar import Progress, say_rate
from jobs.worker.terminal.fitting import columns_of, fit, fit_after, flow
from jobs.worker.terminal.tally import say_seconds

COUNTS = {"done": 123456, "failed": 12345, "empty": 1234, "taken_by_others": 4567, "left": 765432}
TABLE = "lab.workflow.with_a_long_name.SpikeSortingOfAllRecordingsThatWereEverMade"


@pytest.mark.parametrize("columns", [30, 40, 80, 200])
@pytest.mark.parametrize("table", ["lab.A", TABLE, "実験.神経"])
def test_no_count_is_cut_in_any_width(columns: int, table: str) -> None:
    progress = Progress(table, **COUNTS, finished=141_602, tried=137_035, makes=124_690, make_s=9e5, running_s=4e5)
    lines = progress.lines(columns)
    said = " ".join(lines)
    words = ["123456 done", "12345 failed", "1234 nothing inserted", "4567 taken by others", "765432 left", " 15%"]
    assert [word for word in words if word not in said] == []
    assert [line for line in lines if columns_of(line) > columns] == []


@pytest.mark.parametrize(
    ("per_s", "said"), [(1234.5, "1234 keys/s"), (2.5, "2.5 keys/s"), (0.05, "3 keys/min"), (0.0001, "0.36 keys/h")]
)
def test_a_rate_is_said_in_the_unit_that_suits_it(per_s: float, said: str) -> None:
    assert say_rate(per_s) == said


@pytest.mark.parametrize(("seconds", "said"), [(0.00001, "<0.0001 s"), (0.01234, "0.0123 s"), (312.4, "312 s")])
def test_seconds_have_three_digits(seconds: float, said: str) -> None:
    assert say_seconds(seconds) == said


@pytest.mark.parametrize(
    "text", ["short", "a long text that has to be cut somewhere", "長い文字列は切らなければ", "🧠" * 30]
)
@pytest.mark.parametrize("columns", [8, 20])
def test_a_text_is_cut_in_the_middle(text: str, columns: int) -> None:
    cut = fit(text, columns)
    assert columns_of(cut) <= columns
    assert (cut == text) == (columns_of(text) <= columns)
    assert (cut[0], cut[-1]) == (text[0], text[-1])


def test_what_is_said_of_a_key_gives_way_before_the_key() -> None:
    line = fit_after("  error subject=b, session=1", ": by alice@127.0.0.1: ValueError: the trace is empty", 50)
    assert line == "  error subject=b, session=1: by alice@…e is empty"


def test_a_key_that_is_too_long_is_cut_in_its_middle() -> None:
    assert (
        fit_after("  would compute subject=a-very-long-name, session=17", ": more", 30)
        == "  would compute…me, session=17"
    )


def test_parts_are_never_broken() -> None:
    assert flow(["1 done", "2 failed", "3 left"], 18) == ["1 done, 2 failed,", "3 left"]
