"""What is offered at each place of a restriction."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsite.restrictions.columns import CONNECTIONS, JOBS
from jobsite.restrictions.completing import Place, place_in
from jobsite.restrictions.reading import read_restriction

NAMES = [column.name for column in JOBS if not column.refusal]


def at_mark(text: str) -> Place:
    """Return the place of the | in a text."""
    return place_in(text.replace("|", "", 1), text.index("|"), JOBS)


def words(text: str) -> list[str]:
    return [word.text for word in at_mark(text).words]


def values_of(text: str) -> str:
    column = at_mark(text).column
    return column.name if column else ""


@pytest.mark.parametrize(
    "text", ["|", "  |", "NOT (|", 'status = "error" AND |', "pid = 3 OR (pid = 4 and |", "|pid = 3"]
)
def test_a_column_begins_a_condition(text: str) -> None:
    assert words(text) == [*NAMES, "NOT"]


def test_columns_go_on_with_what_was_typed_and_those_that_begin_with_it_come_first() -> None:
    assert words("STA|")[0] == "status"
    assert words("has|") == ["key_hash"]


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("status |", ["=", "LIKE", "NOT LIKE", "<>", "IN (", "IS NULL"]),
        ("`host` NOT |", ["=", "LIKE", "NOT LIKE", "<>", "IN (", "IS NULL"]),
        ("pid |", ["=", "<>", ">", "<", "BETWEEN", "IN (", "IS NULL"]),
        ("timestamp |", [">", "<", "BETWEEN", "IS NULL"]),
        ("host li|", ["LIKE", "NOT LIKE"]),
        ("host IN |", ["("]),
        ("host IN ('a' |", [",", ")"]),
        ("pid BETWEEN 3 |", ["AND"]),
        ("pid IS |", ["NULL", "NOT NULL"]),
        ('status = "error" |', ["AND", "OR"]),
        ('status = "error"|', ["AND", "OR"]),
        ('(status = "error") |', ["AND", "OR"]),
        ("host IN ('a', 'b') |", ["AND", "OR"]),
        ("pid BETWEEN 3 AND 4 |", ["AND", "OR"]),
        ("timestamp > NOW() - INTERVAL 2 HOUR |", ["AND", "OR"]),
        ("pid IS NOT NULL o|", ["OR"]),
        ("key |", []),
        ("subject_id |", []),
        ("LENGTH(|", []),
        ("a ; |", []),
        ('status = "error" "x" |', []),
    ],
)
def test_words_follow_where_they_may(text: str, offered: list[str]) -> None:
    assert words(text) == offered


def test_times_follow_a_time() -> None:
    assert words("timestamp > |")[:2] == ["NOW() - INTERVAL 1 HOUR", "NOW() - INTERVAL 2 HOUR"]


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("status = |", "status"),
        ("status =|", "status"),
        ('status = "er|', "status"),
        ("status = er|", "status"),
        ("NOT host LIKE 'g|'", "host"),
        ("user IN (|", "user"),
        ("user IN ('a', |", "user"),
        ("pid BETWEEN |", "pid"),
        ("pid BETWEEN 3 AND |", "pid"),
        ("pid = 3 AND user = |", "user"),
        ("pid = 3 |", ""),
        ("|", ""),
    ],
)
def test_values_follow_where_they_may(text: str, column: str) -> None:
    assert values_of(text) == column


@pytest.mark.parametrize(
    ("text", "replaced", "typed"),
    [
        ('status = "er|ror" AND pid = 3', '"error"', "er"),
        ("status = er|ror AND pid = 3", "error", "er"),
        ("st|atus = 3", "status", "st"),
        ("status = |", "", ""),
        ('status = "er| AND pid = 3', '"er', "er"),
        ("pid = 1|2", "12", "1"),
        ("`st|", "`st", "st"),
    ],
)
def test_what_is_taken_stands_for_the_word_that_is_being_written(text: str, replaced: str, typed: str) -> None:
    place = at_mark(text)
    assert (text.replace("|", "", 1)[place.start : place.end], place.typed) == (replaced, typed)


def test_values_are_written_as_a_restriction_reads_them() -> None:
    known = [("reserved", 4), ("error", 3), ('er"r\\or', 2), ("ignore", 1)]
    assert list(at_mark('status = "ER|').values(known)) == [
        ('"error"', 3),
        ('"er\\"r\\\\or"', 2),
        ('"reserved"', 4),
    ]
    assert list(at_mark("pid = |").values([(12, 3)])) == [("12", 3)]


def test_the_columns_of_connections_are_offered_in_their_place() -> None:
    assert [word.text for word in place_in("ti", 2, CONNECTIONS).words] == ["TIME"]


@given(st.text("status =<>(),'\"`\\%_ANDORLIKEIN3.;", max_size=40), st.integers(-3, 50))
def test_any_text_has_a_place(text: str, at: int) -> None:
    place = place_in(text, at, JOBS)
    assert 0 <= place.start <= place.end <= len(text)


def test_what_is_taken_one_after_another_is_a_restriction() -> None:
    text = ""
    for wanted in ("user", "IN (", '"alice"', ",", '"bob"', ")", "AND", "timestamp", ">", "NOW() - INTERVAL 2 HOUR"):
        place = place_in(text, len(text), JOBS)
        values = [value for value, _ in place.values([("alice", 2), ("bob", 1)])] if place.column else []
        assert wanted in [*(word.text for word in place.words), *values]
        text = f"{text[: place.start]}{wanted} "
    assert str(read_restriction(text, JOBS)) == 'user IN ("alice", "bob") AND timestamp > NOW() - INTERVAL 2 HOUR'
