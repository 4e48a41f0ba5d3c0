"""jobs/worker/pending.py: which keys are to be computed, and which are excluded, and by whom."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from jobs.worker.options import Options
from jobs.worker.pending import BEYOND, check_key_query, find_pending, find_pending_and_holders
from tests.lab import Lab


@contextmanager
def questions(connection: Any) -> Iterator[list[str]]:
    """Collect the statements that are sent over a connection of DataJoint's."""
    sent: list[str] = []
    query = connection.query

    def ask(statement: str, *arguments: Any, **named: Any) -> Any:
        sent.append(statement)
        return query(statement, *arguments, **named)

    connection.query = ask
    try:
        yield sent
    finally:
        del connection.query


@pytest.fixture
def table(lab: Lab) -> Any:
    """Score with six keys: one is done, one is an error, one is reserved, three are free."""
    _, module = lab.pipeline(recordings=dict.fromkeys("abcdef", ""))
    table = module.Score()
    table.insert1(("a", 1, 0.5), allow_direct_insert=True)
    module.schema.jobs.error("__score", {"subject": "b", "session": 1}, "ValueError: no spikes", "stack")
    module.schema.jobs.reserve("__score", {"subject": "c", "session": 1})
    return table


def test_what_the_jobs_table_excludes_is_counted_by_status(table: Any) -> None:
    found = find_pending(table, Options())
    assert [key["subject"] for key in found.keys] == ["d", "e", "f"]
    assert (dict(found.excluded), found.why_none) == ({"error": 1, "reserved": 1}, "")


def test_what_max_calls_leaves_is_counted_too(table: Any) -> None:
    found = find_pending(table, Options(max_calls=1, order="reverse"))
    assert [key["subject"] for key in found.keys] == ["f"]
    assert found.excluded == {"error": 1, "reserved": 1, BEYOND: 2}


def test_without_reservation_nothing_is_excluded(table: Any) -> None:
    assert [key["subject"] for key in find_pending(table, Options(reserve=False)).keys] == list("bcdef")


def test_a_key_for_which_make_has_inserted_nothing_is_left_out(table: Any) -> None:
    found = find_pending(table, Options(), empty={("d", 1)})
    assert ([key["subject"] for key in found.keys], found.why_none) == (["e", "f"], "")


def test_keys_and_holders_come_of_one_reading(table: Any) -> None:
    with questions(table.connection) as sent:
        pending, excluded = find_pending_and_holders(table, Options())
    assert pending == find_pending(table, Options())
    assert [(key["subject"], holder.status, holder.message) for key, holder in excluded] == [
        ("b", "error", "ValueError: no spikes"),
        ("c", "reserved", ""),
    ]
    assert len([statement for statement in sent if statement.startswith("SELECT") and "`__score`" in statement]) == 1


def missing_as_datajoint_says(table: Any) -> list[dict[str, Any]]:
    """Return the keys that DataJoint would compute (0.14.10, autopopulate.py)."""
    return list((table.key_source - table.target).fetch("KEY"))


SOURCES: dict[str, Callable[[Any, Any], Any]] = {
    "its own": lambda score, source: source,
    "restricted": lambda score, source: source & "subject > 'a'" & "session = 1",
    "joined": lambda score, source: source * score.proj(other="score"),
    "aggregated": lambda score, source: source.aggr(score, n="COUNT(*)", keep_all_rows=True) & "n = 0",
    "of a union": lambda score, source: (source & "subject < 'c'") + (source & "subject > 'd'"),
    "projected": lambda score, source: source.proj(),
    "of values that are no column": lambda score, source: (source & "subject LIKE '%%'").proj(twice="session * 2"),
}


@pytest.mark.parametrize("name", SOURCES)
def test_the_keys_of_any_source_are_those_that_datajoint_finds(table: Any, name: str) -> None:
    source = SOURCES[name](type(table), table.key_source)
    other = type("Score", (type(table),), {"key_source": property(lambda self: source)})
    found = find_pending(other(), Options(reserve=False)).keys
    assert found == missing_as_datajoint_says(other())


def test_the_check_before_a_run_reads_no_key(table: Any) -> None:
    with questions(table.connection) as sent:
        check_key_query(table, Options())
    assert [statement for statement in sent if "`__score`" in statement and "LIMIT 0" not in statement] == []
