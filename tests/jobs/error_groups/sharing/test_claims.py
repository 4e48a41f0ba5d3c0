"""A claim says what is shared in words, without a secret and in one line."""

import pytest

from jobs.error_groups.sharing.candidates import Form
from jobs.error_groups.sharing.claims import Against, Claim, Share


def claim(form: Form = Form.VALUE, *values: object, **changed: object) -> Claim:
    """Return a claim about twelve of fourteen failed keys, and one of sixty that passed."""
    made = {"failed": Share(12, 14), "others": Share(1, 60), "against": Against.PASSED, "attribute": "paramset_id"}
    return Claim(form=form, values=values or (3,), **{**made, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (claim(), "paramset_id = 3"),
        (claim(Form.VALUES, 3, 5), "paramset_id = 3 or 5"),
        (claim(Form.VALUES, 3, 5, 8), "paramset_id = 3, 5 or 8"),
        (claim(Form.FROM, 3), "paramset_id from 3 on"),
        (claim(Form.UP_TO, 3), "paramset_id up to 3"),
        (claim(Form.RANGE, 3, 9), "paramset_id from 3 to 9"),
        (claim(Form.VALUE, "gpu3", attribute="host", against=Against.OTHER_JOBS), "host gpu3"),
        (claim(Form.VALUE, None), "paramset_id = NULL"),
        (claim(Form.VALUE, ""), 'paramset_id = ""'),
        (claim(Form.VALUE, "a\nb\x1b"), r"paramset_id = a\nb\x1b"),
        (claim(Form.VALUE, "x" * 70_000), f"paramset_id = {'x' * 59}…"),
    ],
)
def test_it_says_what_is_shared(made: Claim, words: str) -> None:
    assert made.condition == words


def test_it_says_by_how_many() -> None:
    assert claim().sentence == "12 of 14 failed keys have paramset_id = 3, and 1 of 60 that passed."


def test_all_and_none_are_words() -> None:
    made = claim(failed=Share(14, 14), others=Share(0, 58))
    assert made.sentence == "All 14 failed keys have paramset_id = 3, and none of the 58 that passed."
    assert made.line == "all 14 have paramset_id = 3; none of the 58 that passed"


def test_it_says_that_it_was_compared_with_other_jobs() -> None:
    made = claim(Form.VALUE, "gpu3", attribute="host", against=Against.OTHER_JOBS)
    assert made.line == "12 of 14 have host gpu3; 1 of 60 other jobs compared"


@pytest.mark.parametrize(
    ("failed", "others", "words"),
    [
        (Share(14, 14), Share(0, 58), "tells them apart"),
        (Share(12, 14), Share(1, 60), "much more often"),
        (Share(12, 14), Share(30, 60), "more often"),
    ],
)
def test_it_says_whether_it_tells_them_apart(failed: Share, others: Share, words: str) -> None:
    assert claim(failed=failed, others=others).verdict == words


def test_a_password_in_a_key_is_masked() -> None:
    assert "hunter2" not in claim(Form.VALUE, "mysql://bob:hunter2@db/x").sentence


@pytest.mark.parametrize(
    ("share", "percent"), [((0, 9), 0), ((1, 900), 1), ((899, 900), 99), ((9, 9), 100), ((0, 0), 0)]
)
def test_percent_are_none_and_all_only_where_it_is_so(share: tuple[int, int], percent: int) -> None:
    assert Share(*share).percent == percent
