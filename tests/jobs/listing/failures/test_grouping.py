"""Failed jobs of one problem are one group, however many there are, and in whatever table they stand."""

from datetime import timedelta

import pytest

from jobs.listing.failures import grouping
from tests.jobs.failing import count_of, fail, groups_in, sizes, stored
from tests.jobs.older import SHAPES, declare
from tests.jobs.planting import Planted
from tests.lab import Lab
from tests.server import SERVER


@pytest.fixture
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """So many jobs are looked at one by one."""
    number = int(getattr(request, "param", 0))
    monkeypatch.setattr(grouping, "FEW", number)
    return number


either_way = pytest.mark.parametrize("few", [1_000, 0], indirect=True)
"""Each job is looked at by itself, or samples are."""


@either_way
def test_what_varies_in_a_message_makes_no_other_group(planted: Planted, few: int) -> None:
    for subject in ("m012", "m013", "K7"):
        fail(planted, f"ValueError: {subject} has 3 trials in '/data/{subject}/a.csv'", "pipe.py make")
    fail(planted, "KeyError: 'weight'", "pipe.py make", times=2)
    assert sizes(groups_in(planted.schema).groups) == [("ValueError", 3), ("KeyError", 2)]


@either_way
def test_one_message_from_two_own_frames_is_two_groups(planted: Planted, few: int) -> None:
    fail(planted, "ValueError: bad", "pipe.py make", "io.py load", times=3)
    fail(planted, "ValueError: bad", "pipe.py make", "fit.py fit", times=2)
    found = [(str(group.signature.own_frame), group.count) for group in groups_in(planted.schema).groups]
    assert found == [("load · io.py", 3), ("fit · fit.py", 2)]


@either_way
def test_problems_that_the_size_of_a_stack_tells_apart_are_listed_by_it(planted: Planted, few: int) -> None:
    for number in (1, 20, 300):
        fail(planted, f"ValueError: bad {number}", "pipe.py make", "io.py load")
        fail(planted, f"ValueError: bad {number}", "pipe.py make", "analysis.py compute_everything", times=2)
    found = groups_in(planted.schema).groups
    assert [(group.count, count_of(group.fingerprint, planted.schema)) for group in found] == [(6, 6), (3, 3)]


@either_way
def test_a_problem_of_several_tables_is_one_group(planted: Planted, few: int) -> None:
    fail(planted, "OSError: no file 1", "pipe.py make", "io.py load", times=2)
    fail(planted, "OSError: no file 2", "pipe.py make", "io.py load", table_name="_raw_scan")
    (group,) = groups_in(planted.schema).groups
    assert [(table.table_name, table.number) for table in group.tables] == [("__score", 2), ("_raw_scan", 1)]


@either_way
def test_users_hosts_and_ages_are_counted(planted: Planted, few: int) -> None:
    ((now,),) = SERVER.sql("SELECT UTC_TIMESTAMP()")
    jobs = (("bob@10.0.0.1", "gpu1", 0), ("bob@10.0.0.2", "gpu2", 5), ("eve", "gpu2", 30), ("eve", "", 400))
    for user, host, hours in jobs:
        when = now - timedelta(hours=hours, minutes=1)
        fail(planted, "ValueError: 1", "a.py make", user=user, host=host, timestamp=when)
    (group,) = groups_in(planted.schema).groups
    assert ([*group.users], [*group.hosts]) == ([("bob", 2), ("eve", 2)], [("gpu2", 2), ("", 1), ("gpu1", 1)])
    assert (group.in_1_h, group.in_24_h, group.in_7_d, group.days) == (1, 2, 3, (0, 0, 0, 0, 0, 1, 2))
    assert (group.last - group.first) == timedelta(hours=400)  # type: ignore[operator]


def test_a_stack_that_is_cut_off_joins_the_others_of_its_message(planted: Planted) -> None:
    fail(planted, "ValueError: bad 1", "pipe.py make", times=2)
    fail(planted, "ValueError: bad 2", error_stack=stored("Traceback (most recent call last):\n  File"))
    fail(planted, "ValueError: bad 3", error_stack=b"\0\1 no blob")
    assert sizes(groups_in(planted.schema).groups) == [("ValueError", 4)]


@either_way
def test_hostile_rows_break_nothing(planted: Planted, few: int) -> None:
    for message in ("", "'", "\\", "%s %", "\x00", "\x1b[31m", "😀" * 300, "a" * 2047, "'" * 2047, "ValueError:\n\n"):
        fail(planted, message, table_name="it's `x`")
    fail(planted, "ValueError: a", error_stack=b"dj0\0\5" + b"\xff" * 20)
    found = groups_in(planted.schema)
    assert (sum(group.count for group in found.groups), found.is_whole) == (11, True)


@pytest.mark.parametrize("shape", [*SHAPES])
@either_way
def test_a_jobs_table_of_any_shape_is_grouped(lab: Lab, shape: str, few: int) -> None:
    schema = lab.schema()
    declare(schema, shape)
    row = "('__a', REPEAT('0', 32), 'error')"
    SERVER.sql(f"INSERT INTO `{schema}`.`~jobs` (table_name, key_hash, status) VALUES {row}")
    (group,) = groups_in(schema).groups
    assert (group.count, count_of(group.fingerprint, schema)) == (1, 1)


def test_of_more_jobs_than_there_is_time_for_it_is_said_how_many_were_looked_at(
    planted: Planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted.failed(300)
    monkeypatch.setattr(grouping, "FEW", 10)
    monkeypatch.setattr("jobs.listing.failures.cells.WINDOW_ROWS", 100)
    monkeypatch.setattr("jobs.listing.failures.shared.LOOK_S", 0.0)
    monkeypatch.setattr("jobs.listing.failures.shared.seconds_left", lambda: 1.0)
    found = groups_in(planted.schema)
    assert (found.jobs_looked_at, found.jobs_at_least, found.is_whole) == (100, 300, False)


def test_how_many_jobs_there_are_is_counted_as_far_as_that_is_quick(
    planted: Planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted.failed(300)
    monkeypatch.setattr(grouping, "FEW", 10)
    monkeypatch.setattr("jobs.listing.failures.cells.WINDOW_ROWS", 100)
    monkeypatch.setattr("jobs.listing.failures.shared.LOOK_S", 0.0)
    monkeypatch.setattr("jobs.listing.failures.shared.seconds_left", lambda: 1.0)
    for most, at_least in ((250, 250), (1_000, 300), (5, 101)):
        monkeypatch.setattr(grouping, "MOST_COUNTED", most)
        found = groups_in(planted.schema)
        assert (found.jobs_looked_at, found.jobs_at_least) == (100, at_least)


def test_a_table_larger_than_a_window_is_counted_once(planted: Planted, monkeypatch: pytest.MonkeyPatch) -> None:
    planted.failed(300)
    fail(planted, "ValueError: bad", "pipe.py make", table_name="_other", times=20)
    monkeypatch.setattr(grouping, "FEW", 10)
    monkeypatch.setattr("jobs.listing.failures.cells.WINDOW_ROWS", 100)
    assert sizes(groups_in(planted.schema).groups) == [("", 300), ("ValueError", 20)]


def test_what_is_reserved_or_ignored_is_in_no_group(planted: Planted) -> None:
    fail(planted, "ValueError: bad", "pipe.py make", status="ignore")
    fail(planted, "ValueError: bad", "pipe.py make", status="reserved")
    assert groups_in(planted.schema).groups == ()


def test_a_filter_chooses_the_jobs_that_are_grouped(planted: Planted) -> None:
    fail(planted, "ValueError: bad", "pipe.py make", host="gpu1", times=2)
    fail(planted, "ValueError: bad", "pipe.py make", host="rig", times=3)
    whole, chosen = groups_in(planted.schema).groups, groups_in(planted.schema, host="gpu").groups
    assert (whole[0].fingerprint, whole[0].count) == (chosen[0].fingerprint, 5)
    assert chosen[0].count == 2
