"""Groups of items that come again and again."""

import pytest

from jobs.tracebacks.repeats import runs


@pytest.mark.parametrize(
    ("items", "found"),
    [
        ("", []),
        ("abc", ["a", "b", "c"]),
        ("aa", ["a", "a"]),
        ("aaa", ["a*3"]),
        ("abababc", ["ab*3", "c"]),
        ("xababab", ["x", "ab*3"]),
        ("abababa", ["ab*3", "a"]),
        ("aabaabaab", ["aab*3"]),
        ("aaaabbbb", ["a*4", "b*4"]),
        ("abcabcabcdeded", ["abc*3", "d", "e", "d", "e", "d"]),
        ("0123456789" * 3, ["0123456789*3"]),
        ("0123456789A" * 3, list("0123456789A" * 3)),
    ],
)
def test_groups_of_up_to_ten_that_come_three_times_are_found(items: str, found: list[str]) -> None:
    shown = [
        items[run.start : run.start + run.size] + (f"*{run.times}" if run.times > 1 else "")
        for run in runs(items, range(1, 11))
    ]
    assert shown == found


def test_the_runs_are_all_items_in_their_order() -> None:
    items = "aababcabcabcddddxyxyxyx"
    assert "".join(items[run.start : run.start + run.size] * run.times for run in runs(items, range(1, 11))) == items
