"""Rows as a table for a terminal, and as plain lines elsewhere."""

import pytest

from jobsite.exporting.tables import write_table

COLUMNS = ("id", "status", "message")
ROWS = [
    {"id": 7, "status": "error", "message": "ValueError: " + "x" * 200},
    {"id": 1234, "status": "reserved", "message": None},
]


def test_columns_fit_the_terminal() -> None:
    assert list(write_table(COLUMNS, ROWS, 40)) == [
        "id    status    message\n",
        "   7  error     ValueError: xxxxxxxxxxx…\n",
        "1234  reserved\n",
    ]


@pytest.mark.parametrize("width", [1, 10, 20, 40, 80, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(len(line) for line in write_table(COLUMNS, ROWS, max(width, 7))) <= max(width, 7) + 1


def test_nothing_is_cut_where_there_is_no_terminal() -> None:
    assert list(write_table(COLUMNS, ROWS)) == [
        "id\tstatus\tmessage\n",
        f"7\terror\t{ROWS[0]['message']}\n",
        "1234\treserved\t\n",
    ]


@pytest.mark.parametrize("width", [None, 80])
def test_a_hostile_value_takes_one_line_and_moves_no_cursor(width: int | None) -> None:
    row = {"id": 1, "status": "a\tb\nc", "message": "\x1b[2J \x9b2J \u202e \r"}
    lines = list(write_table(COLUMNS, [row], width))
    assert len(lines) == 2
    assert lines[1].rstrip("\n").replace("\t", "").isprintable()


def test_a_wide_letter_takes_two_places() -> None:
    assert list(write_table(("a", "b"), [{"a": "状态", "b": "e\u0301"}], 10)) == ["a     b\n", "状态  e\u0301\n"]


def test_columns_stand_below_each_other_whatever_a_letter_is_made_of() -> None:
    rows = [{"a": letter, "b": "x"} for letter in ("กี่", "❤️", "한", "aa")]
    lines = [*write_table(("a", "b"), rows, 10)]
    assert lines == ["a   b\n", "กี่   x\n", "❤️  x\n", "한  x\n", "aa  x\n"]


def test_words_are_coloured_on_a_terminal_only() -> None:
    colors = {"error": "31"}
    assert "\x1b[31merror\x1b[0m" in list(write_table(COLUMNS, ROWS, 80, colors))[1]
    assert "\x1b" not in "".join(write_table(COLUMNS, ROWS, None, colors))


def test_a_key_is_json() -> None:
    assert list(write_table(("key",), [{"key": {"a": 1}}]))[1] == '{"a": 1}\n'
