"""A message for people, with a word for what varies."""

import pytest

from jobs.tracebacks.message_words import exception_in, parts_of


def said(text: str, exception: str = "ValueError") -> str:
    """Return a message with its words in angle brackets."""
    return "".join(f"<{part.text}>" if part.varies else part.text for part in parts_of(text, exception))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        ("index 5 of -3.5e-05, 1. and nan", "index <n> of <n>, <n> and <n>"),
        ("no trials of m012", "no trials of <id>"),
        ("4f05e2c5-eaa3-11f1-b09d-02fc00000001", "<id>"),
        ("no file '/data/a b.csv' for 'left eye'", "no file <path> for <name>"),
        ("no file C:\\data\\a.csv", "no file <path>"),
        (
            "at 0x7f3a, 10.0.0.5:3306, https://lab.org/x and bob@lab.org",
            "at <address>, <address>, <address> and <address>",
        ),
        ("shapes (3,4) (5,)", "shapes <shape> <shape>"),
        ("on 2026-11-03 10:10:05.1, at 10:10", "on <date>, at <date>"),
        ("two\nlines  of 3", "two lines of <n>"),
        ("it isn't", "it isn't"),
    ],
)
def test_what_varies_is_named(text: str, words: str) -> None:
    assert said(text) == words


def test_names_of_code_are_told() -> None:
    assert said("'int' object has no attribute 'x3'", "AttributeError") == "'int' object has no attribute 'x3'"


def test_what_a_driver_writes_around_a_message_is_not() -> None:
    assert said("(1213, 'Deadlock found')", "OperationalError") == "<n> Deadlock found"


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("ValueError: bad: 3", ("ValueError", "bad: 3")),
        ("datajoint.errors.LostConnectionError: gone", ("LostConnectionError", "gone")),
        ("KeyboardInterrupt", ("KeyboardInterrupt", "")),
        ("ValueError:", ("ValueError", "")),
        ("HTTP404Error: no", ("HTTP404Error", "no")),
        ("Error using horzcat: no", ("", "Error using horzcat: no")),
        ("", ("", "")),
    ],
)
def test_a_message_begins_with_its_exception(message: str, found: tuple[str, str]) -> None:
    assert exception_in(message) == found
