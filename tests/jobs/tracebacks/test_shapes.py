"""The shape of a message."""

import pytest

from jobs.tracebacks.shapes import MESSAGE_CHARS, SHAPE_CHARS, shape_of


@pytest.mark.parametrize(
    ("message", "shape"),
    [
        ("", ""),
        ("no digits here", "no digits here"),
        ("3 of 4", "# of #"),
        ("session m012 at 0x7f3A, trial_12b", "session # at #, #"),
        ("shapes (3,4) (5,)", "shapes (#,#) (#,)"),
        ("-1.5e-05", "-#.#-#"),
        ("item #5 of #", "item ## of #"),
        ("Müller3", "Mü#"),
        ("a_1 __2__", "# #"),
        ("٣ and ²", "٣ and ²"),
    ],
)
def test_a_word_with_a_digit_is_a_mark(message: str, shape: str) -> None:
    assert shape_of(message) == shape


def test_letters_that_touch_a_mark_belong_to_it_as_they_do_on_the_server() -> None:
    assert shape_of("color#") == "#"


def test_so_many_characters_count_after_the_tails_are_off() -> None:
    assert shape_of("a 12345 " * 100) == ("a # " * 63)[:SHAPE_CHARS]


def test_what_stands_far_behind_is_not_looked_at() -> None:
    assert shape_of("1" * MESSAGE_CHARS + " end") == "#"
