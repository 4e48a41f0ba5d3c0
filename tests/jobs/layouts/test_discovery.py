"""Which jobs tables are found, and which are left out, and why."""

import pytest
from django.test import Client

from jobs.layouts.discovery import discover_job_tables
from jobs.layouts.reading import Reading
from tests.jobs.tables import jobs_table
from tests.lab import Lab
from tests.pages import cells, look, notices, page, text_of, tokens
from tests.server import SERVER, SITE

ODD_NAMES = ["lab_a`b", "lab_100%", "lab_two words", "lab_Überläng", "lab_%s", 'lab_"quoted"']


def reason(schema: str) -> str:
    """Return why a schema's table is left out."""
    return next(table.why for table in discover_job_tables().unreadable if table.schema == schema)


def plant(lab: Lab, definition: str) -> str:
    """Make a schema with a `~jobs` of another shape, as anybody with CREATE could."""
    schema = lab.schema()
    SERVER.sql(f"CREATE {definition.format(schema=schema)}")
    return schema


def test_a_view_is_left_out(lab: Lab) -> None:
    schema = plant(lab, "VIEW `{schema}`.`~jobs` AS SELECT 1 AS table_name")
    assert reason(schema) == "it is a view, not a table"


def test_a_table_without_the_columns_is_left_out(lab: Lab) -> None:
    schema = plant(lab, "TABLE `{schema}`.`~jobs` (table_name varchar(255))")
    assert reason(schema) == "it has no column key_hash"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("MODIFY pid varchar(9)", "its column pid is a varchar"),
        ("MODIFY `key` longblob", "its column key is a longblob"),
        ("MODIFY error_message longtext", "its column error_message is a longtext"),
        ("MODIFY user varbinary(255)", "its column user is a varbinary"),
        ("MODIFY timestamp date", "its column timestamp is a date"),
        ("DROP PRIMARY KEY", "its primary key is not table_name and key_hash"),
        ("DROP PRIMARY KEY, ADD PRIMARY KEY (key_hash)", "its primary key is not table_name and key_hash"),
    ],
)
def test_a_table_of_another_shape_is_left_out(lab: Lab, failed_jobs: str, change: str, why: str) -> None:
    schema = lab.schema()
    SERVER.sql(f"CREATE TABLE `{schema}`.`~jobs` LIKE `{failed_jobs}`.`~jobs`")
    SERVER.sql(f"ALTER TABLE `{schema}`.`~jobs` {change}")
    assert reason(schema) == why


@pytest.mark.parametrize("change", ["MODIFY error_stack blob", "MODIFY error_message text", "ADD more int"])
def test_a_table_of_an_older_or_wider_shape_is_read(lab: Lab, failed_jobs: str, change: str) -> None:
    schema = lab.schema()
    SERVER.sql(f"CREATE TABLE `{schema}`.`~jobs` LIKE `{failed_jobs}`.`~jobs`")
    SERVER.sql(f"ALTER TABLE `{schema}`.`~jobs` {change}")
    assert schema in {layout.schema for layout in discover_job_tables().layouts}


def test_a_column_that_may_not_be_read_is_said(lab: Lab, failed_jobs: str) -> None:
    schema = lab.schema()
    SERVER.sql(f"CREATE TABLE `{schema}`.`~jobs` LIKE `{failed_jobs}`.`~jobs`")
    with SERVER.without_grants():
        SERVER.sql(f"GRANT SELECT (table_name, key_hash, status) ON `{schema}`.`~jobs` TO '{SITE}'@'%'")
        assert reason(schema) == "SELECT is granted on some of its columns only"


ALL_BUT_HOST = "table_name, key_hash, status, `key`, error_message, error_stack, user, pid, connection_id, timestamp"


@pytest.mark.parametrize(
    ("privileges", "why"),
    [
        ("SELECT (table_name, key_hash)", "SELECT is granted on some of its columns only"),
        (f"SELECT ({ALL_BUT_HOST}), INSERT (host)", "SELECT on its column host is not granted"),
    ],
)
def test_of_a_table_that_may_not_be_read_as_a_whole_jobs_are_missed(
    lab: Lab, failed_jobs: str, privileges: str, why: str
) -> None:
    schema = lab.schema()
    SERVER.sql(f"CREATE TABLE `{schema}`.`~jobs` LIKE `{failed_jobs}`.`~jobs`")
    with SERVER.without_grants():
        SERVER.sql(f"GRANT {privileges} ON `{schema}`.`~jobs` TO '{SITE}'@'%'")
        reading = Reading.begin()
    assert (reading.left_out[jobs_table(schema)].why, reading.misses(schema)) == (why, True)


def test_of_a_table_of_another_shape_no_jobs_are_missed(lab: Lab) -> None:
    schema = plant(lab, "TABLE `{schema}`.`~jobs` (table_name varchar(255))")
    reading = Reading.begin()
    assert (jobs_table(schema) in reading.left_out, reading.misses(schema)) == (True, False)


def test_looking_makes_no_jobs_table(lab: Lab, viewer: Client) -> None:
    schema = lab.schema()
    look(viewer, "/jobs/")
    assert SERVER.sql(f"SHOW TABLES FROM `{schema}`") == []


def test_a_table_left_out_breaks_nothing_and_is_said_on_the_page(lab: Lab, failed_jobs: str, viewer: Client) -> None:
    schema = plant(lab, "VIEW `{schema}`.`~jobs` AS SELECT 1 AS table_name")
    found = look(viewer, f"/jobs/?schema={failed_jobs}")
    assert len(cells(found, "Table")) == 2
    assert notices(found) == [f"The jobs of {schema} are not shown: it is a view, not a table."]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_schema_of_any_name_is_listed_filtered_and_cleared(
    lab: Lab, failed_jobs: str, operator: Client, name: str
) -> None:
    schema = lab.schema(name=name)
    quoted = "`" + schema.replace("`", "``") + "`"
    SERVER.sql(f"CREATE TABLE {quoted}.`~jobs` LIKE `{failed_jobs}`.`~jobs`")
    SERVER.sql(f"INSERT INTO {quoted}.`~jobs` SELECT * FROM `{failed_jobs}`.`~jobs`")
    found = look(operator, "/jobs/")
    options = [str(option["value"]) for option in found.select("select[name=schema] option")]
    assert options.count(schema) == 1
    found = page(operator.get("/jobs/", {"schema": schema}))
    assert cells(found, "Table") == [f"Score {schema}"] * 2
    address = str(found.select("td a")[0]["href"])
    assert text_of(look(operator, address).select_one("#job_detail h1, #job_detail h2")) == f"Score {schema}"
    answer = operator.post("/jobs/clear/", {"job": tokens(found, "job"), "filter": ""}, follow=True)
    assert notices(page(answer)) == ["Cleared 2 jobs."]
