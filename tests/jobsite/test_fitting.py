"""How lines are made to fit a terminal."""

import pytest

from jobsite.fitting import fit, fit_after, fit_beginning, flow, width_of


@pytest.mark.parametrize(
    "text",
    [
        "short",
        "a long text that has to be cut somewhere",
        "長い文字列は切らなければ",
        "🧠" * 30,
        "❤️" * 30,
        "กี่" * 30,
    ],
)
@pytest.mark.parametrize("columns", [8, 20])
def test_a_text_is_cut_in_the_middle(text: str, columns: int) -> None:
    cut = fit(text, columns)
    assert width_of(cut) <= columns
    assert (cut == text) == (width_of(text) <= columns)
    assert (cut[0], cut[-1]) == (text[0], text[-1])


def test_a_text_whose_beginning_says_most_is_cut_at_its_end() -> None:
    assert [fit_beginning(text, 5) for text in ("short", "longer", "❤️" * 3)] == ["short", "long…", "❤️❤️…"]


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
