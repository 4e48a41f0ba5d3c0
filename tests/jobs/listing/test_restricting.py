"""A restriction of jobs is a condition on columns or a key, and a mistake has its place."""

import pytest

from jobs.listing.restricting import read_meaning
from jobsite.restrictions.refusal import RestrictionError

KEY_HASH = "c81e728d9d4c2f636f067f89cc14862c"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('status="error"', 'where status = "error"'),
        ("pid=3", "where pid = 3"),
        ("subject_id=3, session=1", "with the key subject_id=3, session=1"),
        ("subject_id=3 AND session=1", "with the key subject_id=3, session=1"),
        ("user_id=3", "with the key user_id=3"),
        ("session_id=3", "with the key session_id=3"),
        (KEY_HASH, f"with the key {KEY_HASH}"),
        ('{"subject_id": 3}', "with the key subject_id=3"),
        ('{"subject_id": 3, "status": "error"}', "with the key subject_id=3, status=error"),
        (
            f'{{"table_name": "__score", "key_hash": "{KEY_HASH}"}}',
            f'where table_name = "__score" AND key_hash = "{KEY_HASH}"',
        ),
        ("{'host': 'a\"b', 'pid': 4}", 'where host = "a\\"b" AND pid = 4'),
        ('{"pid": null}', "where pid IS NULL"),
    ],
)
def test_a_text_is_a_condition_or_a_key(text: str, said: str) -> None:
    assert str(read_meaning(text)) == said


@pytest.mark.parametrize(
    ("text", "position", "nearest"),
    [
        ("hots='gpu1'", 0, "host"),
        ("subject_id=3, hots='gpu1'", 0, ""),
        ('status="error" AND stauts = "x"', 19, "status"),
        ('{"hsot": "gpu1"}', 2, "host"),
        ('{"host": [1]}', 0, ""),
    ],
)
def test_a_name_that_is_almost_a_column_is_no_key(text: str, position: int, nearest: str) -> None:
    with pytest.raises(RestrictionError) as refused:
        read_meaning(text)
    assert (refused.value.position, refused.value.nearest) == (position, nearest)


@pytest.mark.parametrize("text", ["{x", "{}", '{"subject": 3', "status=error", "1; DROP TABLE x"])
def test_what_is_neither_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        read_meaning(text)
