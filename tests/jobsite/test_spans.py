"""Lengths of time, written and read."""

import pytest

from jobsite.spans import read_span_s, say_span


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("15m", 900), ("24h", 86_400), (" 7 d", 604_800), ("2W", 1_209_600), ("0", 0)],
)
def test_a_length_of_time_is_read(text: str, seconds: int) -> None:
    assert read_span_s(text) == seconds


@pytest.mark.parametrize("text", ["soon", "-1", "1.5h", "1y", "", "9999999999w", "²", "1h30"])
def test_what_is_none_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="is not a length of time: write 90s, 15m, 24h, 7d or 2w"):
        read_span_s(text)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-3, "0 s"),
        (12.9, "12 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
        (187_200, "2 d 4 h"),
    ],
)
def test_a_length_of_time_is_said_in_two_units_at_most(seconds: float, said: str) -> None:
    assert say_span(seconds) == said
