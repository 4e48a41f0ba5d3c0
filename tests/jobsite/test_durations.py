"""Lengths of time as they are written and read."""

import re

import pytest

from jobsite.durations import WHOLE_OR_NOTHING, read_duration_s, say_duration, say_exactly


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("90s", 90),
        ("15m", 900),
        ("24h", 86_400),
        ("7d", 604_800),
        ("2w", 1_209_600),
        (" 1 H ", 3600),
    ],
)
def test_a_length_of_time_is_read(text: str, seconds: int) -> None:
    assert read_duration_s(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "-1", "1.5h", "1y", "1h30m", "٣h", "99999999999", "9999999999w", "h"])
def test_anything_else_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="is not a length of time: write 90s, 15m, 24h, 7d or 2w"):
        read_duration_s(text)


@pytest.mark.parametrize("text", ["2", "90", " 24 "])
def test_a_number_without_a_unit_is_refused_with_what_to_write(text: str) -> None:
    number = text.strip()
    with pytest.raises(ValueError, match=f"“{number}” has no unit: write {number}s, {number}m or {number}h"):
        read_duration_s(text)


@pytest.mark.parametrize("text", ["", " ", "0", "00", "0h", "90s", "15m", " 1 H ", "2w"])
def test_the_pattern_of_a_box_knows_what_is_whole(text: str) -> None:
    assert re.fullmatch(WHOLE_OR_NOTHING, text)


@pytest.mark.parametrize("text", ["2", "24", " 24 ", "h", "soon", "-1", "1.5h", "1y", "1h30m", "٣h", "99999999999"])
def test_the_pattern_of_a_box_knows_what_is_half(text: str) -> None:
    assert not re.fullmatch(WHOLE_OR_NOTHING, text)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
        (86_400, "1 d"),
        (187_200, "2 d 4 h"),
        (86_400 * 400, "400 d"),
    ],
)
def test_a_length_of_time_is_said_in_two_units_at_most(seconds: float, said: str) -> None:
    assert say_duration(seconds) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (90, "1 min 30 s"), (5_400, "1 h 30 min"), (1_209_600, "14 d"), (90_061, "1 d 1 h 1 min 1 s")],
)
def test_what_was_asked_for_is_said_exactly(seconds: int, said: str) -> None:
    assert say_exactly(seconds) == said
