"""A text is masked in its place, and one that somebody made to be slow is not."""

import pytest

from jobsite.masking.text import masked
from jobsite.one_line import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mysql://root:pw@db/x failed", "mysql://root:***@db/x failed"),
        ("password='pw', host='db'", "password='***', host='db'"),
        ("{'password': 'a b', 'port': 3306}", "{'password': '***', 'port': 3306}"),
        ("Authorization: Bearer abc1def2\nHost: db", "Authorization: ***\nHost: db"),
        ("mysqldump -uroot -ppw lab", "mysqldump -uroot -p*** lab"),
    ],
)
def test_only_the_secret_is_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_a_line_of_a_terminal_or_a_log_shows_no_secret() -> None:
    assert printable("no\nmysql://root:pw@db") == "no\\nmysql://root:***@db"


SLOW = [
    "password=",
    "password=...",
    "password=$(",
    "user=x/",
    "login('a',",
    "aA1",
    "password='",
    "://a:",
    "password=f(",
    "SET PASSWORD ",
    "(pw) VALUES ",
    "-eyJ",
    "\\",
    "connect(a, b, \\",
]


@pytest.mark.slow
@pytest.mark.parametrize("part", SLOW)
def test_a_long_text_made_to_be_slow_ends(part: str) -> None:
    assert masked("password='" + part * (1_000_000 // len(part))).startswith("password='")
