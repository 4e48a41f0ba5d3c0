"""Which jobs tables are found, and what is left out and said."""

import pytest
from django.test import Client

from jobs.layouts import find_layouts
from jobsite.columns import identifier
from tests.ground import EVERY_SCHEMA, GROUND, SITE
from tests.lab import Lab
from tests.pages import cells, look, notices, text_of, tokens


def unreadable(schema: str) -> str:
    """Return why a schema is left out, '' when it is not."""
    return next((table.why for table in find_layouts().unreadable if table.schema == schema), "")


def test_a_schema_with_a_jobs_table_is_found(night: str) -> None:
    assert night in find_layouts().schemas
    assert unreadable(night) == ""


def test_a_schema_without_one_is_not_mentioned(lab: Lab, db: None) -> None:
    schema = lab.schema()
    found = find_layouts()
    assert schema not in found.schemas
    assert unreadable(schema) == ""


def test_looking_makes_no_jobs_table(lab: Lab, viewer: Client) -> None:
    schema, _ = lab.pipeline()
    GROUND.sql(f"DROP TABLE IF EXISTS `{schema}`.`~jobs`")
    look(viewer, "/jobs/")
    assert GROUND.sql(f"SHOW TABLES FROM `{schema}` LIKE '~jobs'") == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("DROP COLUMN host", "it has no column host that this account can see"),
        ("RENAME COLUMN status TO state", "it has no column status that this account can see"),
        ("MODIFY `key` longblob", "its column key is a longblob"),
        ("MODIFY error_message longtext", "its column error_message is a longtext"),
        ("MODIFY error_stack mediumtext", "its column error_stack is a mediumtext"),
        ("MODIFY pid varchar(9)", "its column pid is a varchar"),
        ("MODIFY user varbinary(255)", "its column user is a varbinary"),
        ("MODIFY timestamp date", "its column timestamp is a date"),
        ("DROP PRIMARY KEY", "its primary key is not table_name and key_hash"),
        ("DROP PRIMARY KEY, ADD PRIMARY KEY (key_hash)", "its primary key is not table_name and key_hash"),
    ],
)
def test_a_table_of_another_shape_is_left_out_and_said(lab: Lab, viewer: Client, change: str, why: str) -> None:
    schema = lab.failed(m1="value")
    GROUND.sql(f"ALTER TABLE `{schema}`.`~jobs` {change}")
    assert unreadable(schema) == why
    found = look(viewer, "/jobs/")
    assert f"The jobs of {schema} are not shown: {why}." in notices(found)
    assert f"Score {schema}" not in cells(found, "Table")


@pytest.mark.parametrize("change", ["MODIFY error_stack blob", "MODIFY error_message text", "ADD more int"])
def test_a_table_of_an_older_or_wider_shape_is_read(lab: Lab, viewer: Client, change: str) -> None:
    schema = lab.failed(m1="value")
    GROUND.sql(f"ALTER TABLE `{schema}`.`~jobs` {change}")
    assert cells(look(viewer, f"/jobs/?schema={schema}"), "Table") == [f"Score {schema}"]


def test_a_view_of_that_name_is_left_out_and_said(lab: Lab, night: str, db: None) -> None:
    schema = lab.schema()
    GROUND.sql(f"CREATE VIEW `{schema}`.`~jobs` AS SELECT * FROM `{night}`.`~jobs`")
    assert unreadable(schema) == "it is a view, not a table"


def test_a_column_that_may_not_be_read_is_said(lab: Lab, db: None) -> None:
    schema = lab.failed(m1="value")
    with GROUND.without("SELECT, DELETE", on=EVERY_SCHEMA):
        GROUND.sql(f"GRANT SELECT (table_name, key_hash, status) ON `{schema}`.`~jobs` TO '{SITE}'@'%'")
        assert unreadable(schema) == "it has no column key that this account can see"


@pytest.mark.parametrize(
    "name", ["lab_a`b", "lab_100%s", "lab_ two words", "lab_Überlänge-ß", "lab_a.b/c", "lab_'\"\\"]
)
def test_a_schema_of_any_name_is_listed_opened_and_cleared(lab: Lab, operator: Client, name: str) -> None:
    source = lab.failed(m1="value")
    schema = lab.schema(name=name)
    table = identifier(schema, "~jobs")
    GROUND.sql(f"CREATE TABLE {table} LIKE `{source}`.`~jobs`")
    GROUND.sql(f"INSERT INTO {table} SELECT * FROM `{source}`.`~jobs`")
    found = look(operator, "/jobs/?sort=schema&message=empty")
    rows = [row for row in found.select("tbody tr") if text_of(row.small) == name]
    assert len(rows) == 1
    link = rows[0].select_one("a")
    assert link is not None
    job = look(operator, str(link["href"]))
    assert text_of(job.h1) == f"Score {name}"
    operator.post("/jobs/clear/", {"job": tokens(job, "job")})
    assert GROUND.sql(f"SELECT * FROM {table}") == []
