"""Keys that were computed since they failed are found in real tables; where that cannot be known, nothing is said."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from jobs.error_groups.comparing.reading import shared_sharing
from jobs.error_groups.facts import shared_rows
from jobs.error_groups.filters import ErrorFilter
from jobs.error_groups.groups import Advice, ErrorGroup, Help
from jobs.error_groups.reading import known_groups_of, shared_groups
from jobs.error_groups.sharing.claims import Share
from jobs.layouts.reading import Reading
from jobs.listing.failures.finding import find_named
from jobs.listing.failures.shared import ReadFailures
from jobs.listing.filters import JobFilter
from jobs.listing.shared import second_of
from jobsite.lab.parts import Parts
from jobsite.lab.server import who_is_connected
from tests.jobs.error_groups.comparing.sorted_lab import SortedLab
from tests.jobs.locking import bob_locks
from tests.lab import Lab
from tests.server import SERVER, SITE


@pytest.fixture
def made(lab: Lab) -> SortedLab:
    """A lab in which three keys of Sorting have failed, and 157 have passed."""
    made = SortedLab(lab)
    made.fail(made.keys[:3])
    made.compute()
    return made


def failures(made: SortedLab) -> ReadFailures:
    """Return the failed jobs of the lab."""
    now = second_of(who_is_connected())
    return shared_groups(JobFilter.read({"schema": made.schema}), Reading.begin(), now).answer


def rows(made: SortedLab) -> list[Share]:
    """Return of how many keys of each group the row is there."""
    return list(shared_rows(failures(made), Reading.begin()).values())


def all_known(made: SortedLab) -> Sequence[ErrorGroup]:
    """Return the groups of the lab, as a page knows them."""
    return known_groups_of(failures(made), Reading.begin(), Parts(), None, reads_stored=True).groups


def known(made: SortedLab) -> ErrorGroup:
    """Return the one group of the lab."""
    (group,) = all_known(made)
    return group


def look_at(group: ErrorGroup) -> None:
    """Read what the failing keys of a group share, as its page does."""
    now, reading = second_of(who_is_connected()), Reading.begin()
    chosen = replace(ErrorFilter().jobs_of(group.fingerprint, now), reads_stored=True)
    shared_sharing(find_named(chosen, reading, now), group.count, reading, now)


def compute_beside(made: SortedLab, table: str = "Sorting") -> None:
    """Let somebody compute the failed keys without the jobs table."""
    made.module.errors.clear()
    getattr(made.module, table).populate()


def test_keys_that_were_computed_since_have_stale_errors(made: SortedLab) -> None:
    assert (rows(made), known(made).advice) == ([Share(0, 1)], None)
    compute_beside(made)
    assert rows(made) == [Share(3, 3)]
    assert known(made).advice == Advice(Help.CLEAR, "the rows are there by now")


def test_a_key_of_which_the_table_has_many_rows_was_computed(lab: Lab) -> None:
    made = SortedLab(lab)
    made.fail(made.sessions[:2])
    made.compute(table="Unit")
    assert rows(made) == [Share(0, 1)]
    compute_beside(made, "Unit")
    assert rows(made) == [Share(2, 2)]


def test_where_some_keys_have_no_row_nothing_is_said(made: SortedLab) -> None:
    compute_beside(made)
    last = made.module.schema.jobs.fetch("key", order_by="key_hash DESC", limit=1)[0]
    (made.module.Sorting & last).delete_quick()
    assert (rows(made), known(made).advice) == ([Share(2, 3)], None)


def drop(made: SortedLab) -> None:
    SERVER.sql(f"DROP TABLE `{made.schema}`.__sorting")


def rename_an_attribute(made: SortedLab) -> None:
    SERVER.sql(f"ALTER TABLE `{made.schema}`.__sorting RENAME COLUMN subject TO animal")


def declare_anew(made: SortedLab, columns: str, row: str, options: str = "") -> None:
    """Make another table of Sorting, with a row for each failed key."""
    SERVER.sql(f"DROP TABLE `{made.schema}`.__sorting")
    SERVER.sql(f"CREATE TABLE `{made.schema}`.__sorting ({columns}) {options}")
    for key in made.module.schema.jobs.fetch("key"):
        SERVER.sql(f"INSERT INTO `{made.schema}`.__sorting VALUES ({row})", list(key.values()))


def make_numbers_of_names(made: SortedLab) -> None:  # 'M5' = 0 is true for the server
    key = "PRIMARY KEY (subject, session_date, paramset_id)"
    columns = f"subject int, session_date date, paramset_id int, {key}"
    declare_anew(made, columns, "0 * LENGTH(%s), %s, %s")


def begin_the_key_with_another_column(made: SortedLab) -> None:
    key = "PRIMARY KEY (part, subject, session_date, paramset_id)"
    columns = f"subject varchar(8), session_date date, paramset_id int, part int, {key}"
    declare_anew(made, columns, "%s, %s, %s, 1")


def write_names_in_other_letters(made: SortedLab) -> None:
    key = "PRIMARY KEY (subject, session_date, paramset_id)"
    columns = f"subject varchar(8), session_date date, paramset_id int, {key}"
    declare_anew(made, columns, "LOWER(%s), %s, %s", "DEFAULT CHARSET utf8mb4 COLLATE utf8mb4_general_ci")


def spoil_a_key(made: SortedLab) -> None:
    SERVER.sql(f"UPDATE `{made.schema}`.`~jobs` SET `key` = 'no key' LIMIT 1")


def take_away_the_keys(made: SortedLab) -> None:
    SERVER.sql(f"UPDATE `{made.schema}`.`~jobs` SET `key` = NULL")


HOSTILE = [
    *(drop, rename_an_attribute, make_numbers_of_names, begin_the_key_with_another_column),
    *(write_names_in_other_letters, spoil_a_key, take_away_the_keys),
]


@pytest.mark.parametrize("change", HOSTILE)
def test_where_it_cannot_be_known_nothing_is_said(made: SortedLab, change: Callable[[SortedLab], Any]) -> None:
    compute_beside(made)
    change(made)
    (share,) = rows(made)
    assert share.number < share.of
    assert known(made).advice is None


def test_of_a_table_that_may_not_be_read_nothing_is_said(made: SortedLab) -> None:
    compute_beside(made)
    with SERVER.without_grants():
        SERVER.sql(f"GRANT SELECT ON `{made.schema}`.`~jobs` TO '{SITE}'@'%'")
        assert rows(made) == [Share(0, 1)]
        SERVER.sql(f"GRANT SELECT (subject, paramset_id) ON `{made.schema}`.__sorting TO '{SITE}'@'%'")
        assert rows(made) == [Share(0, 1)]


def test_of_a_table_that_is_locked_nothing_is_said(made: SortedLab, lab: Lab) -> None:
    compute_beside(made)
    with bob_locks(lab, f"`{made.schema}`.__sorting", "WRITE"):
        assert rows(made) == [Share(0, 1)]


def test_of_many_keys_some_are_looked_up(lab: Lab) -> None:
    made = SortedLab(lab)
    made.fail(made.keys[:60])
    made.compute()
    compute_beside(made)
    assert rows(made) == [Share(20, 20)]
    assert known(made).advice == Advice(Help.CLEAR, "the 20 keys looked up have their rows by now")


def test_a_group_of_more_tables_than_are_looked_in_keeps_no_other_from_it(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.error_groups.facts.MOST_TABLES", 1)
    made = SortedLab(lab)
    keys = made.keys
    made.fail([*keys[:4], *made.sessions[:4]])
    made.compute()
    made.compute(table="Unit")
    made.fail(keys[4:6], KeyError("rig"))
    (made.module.Sorting & "paramset_id > 0").delete_quick()
    made.compute()
    assert rows(made) == [Share(0, 1)]


def test_more_tables_than_a_page_has_time_for_are_left_alone(made: SortedLab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.error_groups.facts.MOST_TABLES", 0)
    with CaptureQueriesContext(connections["lab"]) as asked:
        assert rows(made) == []
    assert not any("__sorting" in one["sql"] and "LIMIT 1" in one["sql"] for one in asked)


def test_where_the_host_tells_failed_keys_apart_another_one_is_named_once_somebody_has_looked(
    lab: Lab, sharing: object
) -> None:
    made = SortedLab(lab)
    keys = made.keys
    made.fail(keys[:20])
    made.fail(keys[20:28], KeyError("rig"))
    made.fail(keys[28:36], TypeError("no number"))
    made.compute()
    SERVER.sql(f"UPDATE `{made.schema}`.`~jobs` SET host = IF(error_message LIKE 'ValueError%%', 'gpu1', 'gpu2')", [])
    found = {group.signature.exception: group for group in all_known(made)}
    assert found["ValueError"].advice is None
    look_at(found["ValueError"])
    assert {group.signature.exception: group.advice for group in all_known(made)} == {
        "ValueError": Advice(Help.RETRY_ELSEWHERE, "none of the 10 other jobs compared ran on gpu1"),
        "KeyError": None,
        "TypeError": Advice(Help.FIX, "the code is at fault, not the data"),
    }
