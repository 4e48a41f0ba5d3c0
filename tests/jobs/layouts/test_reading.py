"""A jobs table breaks, or is taken away, after it was found: the others are read, and it is named with the reason."""

from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jobs.layouts.base import Layout
from jobs.layouts.causes import UNLOOKED
from jobs.layouts.reading import ROWS_LOCKED
from jobs.listing.filters import JobFilter
from jobs.listing.rows import count_by_status, list_jobs
from tests.jobs.clearing import clear, snapshots_of
from tests.jobs.locking import locked_by_bob
from tests.jobs.tables import jobs_table, reading_of
from tests.lab import Lab
from tests.pages import look, notices
from tests.server import SERVER, SITE

NOW = datetime(2030, 1, 4, tzinfo=timezone.utc)
ALL = JobFilter()

Break = Callable[[str], object]


def taken_away(schema: str) -> None:
    SERVER.sql(f"DROP TABLE `{schema}`.`~jobs`")


def without_its_schema(schema: str) -> None:
    SERVER.sql(f"DROP DATABASE `{schema}`")


def without_a_column(schema: str) -> None:
    SERVER.sql(f"ALTER TABLE `{schema}`.`~jobs` DROP COLUMN status")


def without_its_file(schema: str) -> None:
    SERVER.sql(f"ALTER TABLE `{schema}`.`~jobs` DISCARD TABLESPACE")


def merged_from_nothing(schema: str) -> None:
    for change in (
        "ALTER TABLE {part} CONVERT TO CHARACTER SET latin1",  # a key of MyISAM is no longer than 1,000 bytes
        "ALTER TABLE {part} ENGINE = MyISAM",
        "RENAME TABLE {part} TO {schema}.part",
        "CREATE TABLE {part} LIKE {schema}.part",
        "ALTER TABLE {part} ENGINE = MERGE UNION = ({schema}.part)",
        "DROP TABLE {schema}.part",
    ):
        SERVER.sql(change.format(schema=f"`{schema}`", part=f"`{schema}`.`~jobs`"))


BREAKS: dict[str, tuple[Break, str]] = {
    "dropped": (taken_away, "its jobs table vanished while it was read"),
    "dropped with its schema": (without_its_schema, "its jobs table vanished while it was read"),
    "altered": (without_a_column, "the server answers “Unknown column"),
    "without its file": (without_its_file, "the server answers “Tablespace"),
    "merged from nothing": (merged_from_nothing, "the server answers “Unable to open underlying table"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_table_that_breaks_after_it_was_found_costs_its_own_jobs_only(lab: Lab, name: str) -> None:
    broken, whole = lab.failed(m1="value"), lab.failed(m1="value", m2="value")
    reading = reading_of([broken, whole])
    breaks, why = BREAKS[name]
    breaks(broken)
    assert count_by_status(ALL, reading, NOW) == {"error": 2}
    assert [table.schema for table in reading.unreadable] == [broken]
    assert reading.left_out[jobs_table(broken)].in_words.startswith(why)


def test_what_was_left_out_is_not_asked_again(lab: Lab) -> None:
    broken, whole = lab.failed(m1="value"), lab.failed(m1="value")
    reading = reading_of([broken, whole])
    taken_away(broken)
    count_by_status(ALL, reading, NOW)
    with CaptureQueriesContext(connections["lab"]) as asked:
        assert [job.schema for job in list_jobs(ALL, reading, NOW).rows] == [whole]
    assert {broken in query["sql"] for query in asked} == {False}


def test_a_privilege_that_is_taken_away_meanwhile_costs_its_own_jobs_only(lab: Lab) -> None:
    denied, whole = lab.failed(m1="value"), lab.failed(m1="value")
    reading = reading_of([denied, whole])
    with SERVER.without_grants():
        SERVER.sql(f"GRANT SELECT ON `{whole}`.* TO '{SITE}'@'%'")
        assert [job.schema for job in list_jobs(ALL, reading, NOW).rows] == [whole]
    assert reading.left_out[jobs_table(denied)].why.startswith(
        "the account jobsite_test lacks a privilege there (SELECT command denied"
    )


def test_a_column_that_is_taken_away_meanwhile_costs_its_own_jobs_only(lab: Lab) -> None:
    denied, whole = lab.failed(m1="value"), lab.failed(m1="value")
    reading = reading_of([denied, whole])
    with SERVER.without_grants():
        SERVER.sql(f"GRANT SELECT (table_name, key_hash, status) ON `{denied}`.`~jobs` TO '{SITE}'@'%'")
        SERVER.sql(f"GRANT SELECT ON `{whole}`.* TO '{SITE}'@'%'")
        assert [job.schema for job in list_jobs(ALL, reading, NOW).rows] == [whole]
    assert reading.left_out[jobs_table(denied)].why.startswith("the account jobsite_test lacks a privilege there (")


def test_several_that_break_in_several_ways_are_all_found(lab: Lab) -> None:
    made = [lab.failed(m1="value") for _ in range(5)]
    reading = reading_of(made)
    taken_away(made[0])
    without_its_file(made[2])
    with locked_by_bob(lab, made[3]):
        assert {job.schema for job in list_jobs(ALL, reading, NOW).rows} == {made[1], made[4]}
    assert [table.schema for table in reading.unreadable] == sorted([made[0], made[2], made[3]])


def test_when_all_are_broken_nothing_is_listed_and_each_is_named(lab: Lab) -> None:
    made = [lab.failed(m1="value") for _ in range(2)]
    reading = reading_of(made)
    for schema in made:
        without_its_file(schema)
    assert list_jobs(ALL, reading, NOW).rows == ()
    assert [table.schema for table in reading.unreadable] == sorted(made)


def test_an_error_in_naming_who_holds_a_table_does_not_take_the_page_away(lab: Lab) -> None:
    locked, whole = lab.failed(m1="value"), lab.failed(m1="value")
    reading = reading_of([locked, whole])
    with locked_by_bob(lab, locked), connections["lab"].execute_wrapper(refuse_to_tell):
        assert [job.schema for job in list_jobs(ALL, reading, NOW).rows] == [whole]
    assert reading.left_out[jobs_table(locked)].in_words == "its jobs table is locked"


def test_an_error_in_naming_who_holds_a_table_does_not_take_the_outcome_away(lab: Lab, operator: Client) -> None:
    locked = lab.failed(m1="value")
    reading, seen = reading_of([locked]), snapshots_of(locked, operator)
    with locked_by_bob(lab, locked, "READ"), connections["lab"].execute_wrapper(refuse_to_tell):
        (left_out,) = clear(seen, reading).left_out
    assert left_out.in_words == ROWS_LOCKED


def refuse_to_tell(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
    """Let the server answer with an error when it is asked who is connected and does what."""
    asks = "COALESCE(CONVERT(LEFT(info" in sql
    return execute("SELECT no_such_column", None, *rest[1:]) if asks else execute(sql, *rest)


def test_what_the_time_does_not_suffice_for_is_said_to_be_unlooked_at(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [lab.failed(m1="value") for _ in range(2)]
    reading = reading_of(made)
    monkeypatch.setattr("jobs.layouts.causes.LOOKING_LIMIT_S", -1)
    with locked_by_bob(lab, made[0]):
        assert list_jobs(ALL, reading, NOW).rows == ()
    assert [table.why for table in reading.unreadable] == [UNLOOKED, UNLOOKED]


def test_an_error_that_no_table_is_to_blame_for_stays_an_error(lab: Lab) -> None:
    def ask(layouts: Sequence[Layout]) -> None:
        with connections["lab"].cursor() as cursor:
            cursor.execute("SELECT 1 UNION SELECT 1, 2" if len(layouts) > 1 else "SELECT 1")

    with pytest.raises(DatabaseError):
        reading_of([lab.failed(m1="value"), lab.failed(m1="value")]).ask(ask)


def test_a_calm_server_is_asked_nothing_twice(lab: Lab) -> None:
    reading = reading_of([lab.failed(m1="value"), lab.failed(m1="value")])
    with CaptureQueriesContext(connections["lab"]) as asked:
        list_jobs(ALL, reading, NOW)
    assert len(asked) == 2  # which jobs, and their rows


def test_a_broken_definition_is_named_although_the_server_hides_the_table(
    lab: Lab, failed_jobs: str, viewer: Client
) -> None:
    """MariaDB's information_schema has no column of a table whose .frm file cannot be read."""
    if SERVER.server is None:
        pytest.skip("Only the private server's files can be broken.")
    schema = lab.failed(m1="value")
    SERVER.sql("FLUSH TABLES")
    definition: Path = SERVER.server.directory / "data" / schema / "@007ejobs.frm"
    kept = definition.read_bytes()
    definition.write_bytes(b"no definition")
    try:
        found = look(viewer, f"/jobs/?schema={failed_jobs}")
    finally:
        definition.write_bytes(kept)
    (said,) = notices(found)
    assert said.startswith(f"The jobs of {schema} are not shown: the server answers “Incorrect information in file")
