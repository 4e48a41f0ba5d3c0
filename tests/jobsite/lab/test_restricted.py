"""A restriction as a condition of Django's, on jobs tables of all kinds and in each zone of the server."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connections

from jobs.layouts.branches import branches_of
from jobs.layouts.reading import Reading
from jobs.models import Job, JobQuerySet, QualifiedName
from jobsite.lab.errors import Kind, kind_of
from jobsite.lab.restricted import restricted_to
from jobsite.lab.server import ask_server
from jobsite.lab.sql import lab_cursor
from jobsite.restrictions.columns import JOBS
from jobsite.restrictions.reading import read_restriction
from tests.jobsite.restrictions.servers_answer import fill_jobs
from tests.lab import Lab
from tests.server import SERVER


def selected(table: QualifiedName, text: str, *, converts_times: bool = False) -> JobQuerySet:
    """Return the jobs of a table that a restriction selects."""
    condition = restricted_to(read_restriction(text, JOBS), {}, converts_times=converts_times)
    return Job.objects.in_table(table).using("lab").filter(condition)


def test_a_restriction_joins_the_other_conditions_of_a_list(lab: Lab) -> None:
    table = fill_jobs(lab.schema(), "utf8mb4")
    errors = selected(table, 'status = "error" AND host LIKE "gpu%"')
    assert 0 < errors.count() < Job.objects.in_table(table).using("lab").count()
    assert errors.exclude(status="error").count() == 0
    assert selected(table, "status = 'error' AND host NOT LIKE 'gpu%'").filter(host__startswith="gpu").count() == 0


def test_a_restriction_without_columns_selects_all_or_nothing(lab: Lab) -> None:
    table = fill_jobs(lab.schema(), "utf8mb4")
    assert selected(table, "TRUE").count() == Job.objects.in_table(table).using("lab").count()
    assert selected(table, "1 = 2").count() == 0


def test_a_percent_sign_in_a_name_is_no_placeholder(lab: Lab) -> None:
    table = fill_jobs(lab.schema(name="lab_100%_sure"), "utf8mb4")
    assert selected(table, "error_message LIKE '100\\%%'").count() > 0


@pytest.mark.parametrize("zone", ["+00:00", "-07:00", "+05:30"])
def test_an_index_on_the_time_serves_in_each_zone(lab: Lab, zone: str) -> None:
    table = fill_jobs(lab.schema(), "utf8mb4")
    SERVER.sql(f"ALTER TABLE {table.quoted} ADD INDEX by_time (status, timestamp)")
    with SERVER.set_for_everybody("time_zone", zone):
        server = ask_server()
        assert server.converts_times == (zone != "+00:00")
        text = 'status = "error" AND timestamp > "2026-11-27 10:00" AND timestamp < NOW() + INTERVAL 10 YEAR'
        rows = selected(table, text, converts_times=server.converts_times)
        plan: Any = rows.values("table_name").explain()
    assert "by_time" in plan
    assert "range" in plan or "Index range scan" in plan


def found_in(schema: str, text: str) -> int:
    """Return how many jobs of a schema a restriction selects, asked as the lists of jobs ask."""
    condition = restricted_to(read_restriction(text, JOBS), {}, converts_times=True)
    (branch,) = branches_of(Reading.begin().layouts_in(schema), lambda schema: condition)
    with lab_cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {branch.sql}", branch.parameters)
        return int(cursor.fetchone()[0])


def test_the_lists_of_jobs_take_it_as_a_condition(lab: Lab) -> None:
    table = fill_jobs(lab.schema(), "utf8mb4")
    assert found_in(table.schema, "NOT host = 'gpu01'") == selected(table, "host != 'gpu01'").count() > 0


def test_a_column_that_an_older_table_lacks_is_null_of_all_its_jobs(lab: Lab) -> None:
    table = fill_jobs(lab.schema(), "utf8mb4")
    SERVER.sql(f"ALTER TABLE {table.quoted} DROP COLUMN user, DROP COLUMN connection_id")
    assert found_in(table.schema, "NOT user = 'alice'") == 0
    assert found_in(table.schema, "user IS NULL AND pid = 12") == found_in(table.schema, "pid = 12") > 0


def test_a_letter_that_a_table_lacks_is_an_error_of_this_table(lab: Lab) -> None:
    table = fill_jobs(lab.schema(charset="latin1"), "latin1")
    with pytest.raises(DatabaseError) as caught:
        selected(table, "error_message LIKE '%🧠%'").count()
    assert kind_of(caught.value) is Kind.NOT_COMPARABLE


def test_the_zone_of_the_machine_is_that_of_a_server_that_has_none_of_its_own(accounts: None, db: None) -> None:
    with SERVER.set_for_everybody("time_zone", "SYSTEM"):
        ((of_system,),) = SERVER.sql("SELECT @@system_time_zone")
        assert ask_server().time_zone == of_system
    assert connections["lab"].vendor == "mysql"
    with lab_cursor() as cursor:
        cursor.execute("SELECT @@time_zone")
        assert cursor.fetchone() == ("+00:00",)
