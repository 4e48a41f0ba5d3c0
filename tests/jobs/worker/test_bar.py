"""What the bar of populate says."""

import pytest

from jobs.worker.terminal.bar import Progress, say_rate
from jobs.worker.terminal.tally import say_seconds
from jobsite.fitting import width_of

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
    assert [line for line in lines if width_of(line) > columns] == []


@pytest.mark.parametrize(
    ("per_s", "said"), [(1234.5, "1234 keys/s"), (2.5, "2.5 keys/s"), (0.05, "3 keys/min"), (0.0001, "0.36 keys/h")]
)
def test_a_rate_is_said_in_the_unit_that_suits_it(per_s: float, said: str) -> None:
    assert say_rate(per_s) == said


@pytest.mark.parametrize(("seconds", "said"), [(0.00001, "<0.0001 s"), (0.01234, "0.0123 s"), (312.4, "312 s")])
def test_seconds_have_three_digits(seconds: float, said: str) -> None:
    assert say_seconds(seconds) == said
