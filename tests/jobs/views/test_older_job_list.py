"""The pages of jobs whose table is an older DataJoint's or MATLAB's: what is there is shown, what is not is unknown."""

from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from jobs.listing.filters import SORTS
from tests.jobs.clearing import clear_all, everything, selected
from tests.jobs.older import SHAPES, declare
from tests.lab import Lab
from tests.pages import cells, fields, look, notices, page, text_of, tokens
from tests.server import SERVER, SITE

ADDRESS = "/jobs/"


@pytest.fixture(scope="module")
def older(accounts: None) -> Iterator[dict[str, str]]:
    """A schema with one failed key for each of SHAPES."""
    with Lab() as lab:
        yield {shape: failed(lab, shape) for shape in SHAPES}


def failed(lab: Lab, shape: str) -> str:
    schema, _ = lab.pipeline(recordings={"a": "value"})
    declare(schema, shape)
    assert lab.populate(schema).returncode == 1
    return schema


def columns_of(schema: str) -> set[str]:
    return {name for name, *_ in SERVER.sql(f"SHOW COLUMNS FROM `{schema}`.`~jobs`")}


def facts(found: BeautifulSoup) -> dict[str, str]:
    names, values = found.select("dl.facts dt"), found.select("dl.facts dd")
    return {text_of(name): text_of(value) for name, value in zip(names, values, strict=True)}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_jobs_of_an_older_table_are_listed(older: dict[str, str], viewer: Client, shape: str) -> None:
    found = look(viewer, f"{ADDRESS}?schema={older[shape]}")
    there = columns_of(older[shape])
    key = "subject=a session=1" if {"key", "error_key"} & there else "no key stored"
    assert (cells(found, "Table"), cells(found, "Status"), notices(found)) == ([f"Score {older[shape]}"], ["error"], [])
    assert [" ".join(cell.split()) for cell in cells(found, "Key")] == [key.replace("=", "= ")]
    assert bool(cells(found, "Message")[0]) == ("error_message" in there)


def test_they_stand_in_one_list_with_those_of_today(older: dict[str, str], failed_jobs: str, viewer: Client) -> None:
    found = look(viewer, ADDRESS)
    names = {cell.partition(" ")[2] for cell in cells(found, "Table")}
    assert names >= {failed_jobs, *older.values()}


@pytest.mark.parametrize("sort", [f"{sign}{name}" for name in SORTS for sign in ("", "-")])
def test_a_list_is_sorted_by_what_some_tables_lack(older: dict[str, str], viewer: Client, sort: str) -> None:
    assert len(cells(look(viewer, f"{ADDRESS}?sort={sort}"), "Table")) >= len(older)
    assert len(cells(look(viewer, f"{ADDRESS}?sort={sort}&schema={older['the least']}"), "Table")) == 1


@pytest.mark.parametrize(
    ("query", "column"),
    [("user=alice", "user"), ("message=trace", "error_message"), ("newer=1h", "timestamp")],
)
def test_a_filter_by_a_missing_column_matches_nothing(
    older: dict[str, str], viewer: Client, query: str, column: str
) -> None:
    found = look(viewer, f"{ADDRESS}?{query}")
    names = {cell.partition(" ")[2] for cell in cells(found, "Table")}
    shapes = {shape for shape, schema in older.items() if schema in names}
    assert shapes == {shape for shape, schema in older.items() if column in columns_of(schema)}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_job_says_what_is_unknown_of_it(older: dict[str, str], viewer: Client, shape: str) -> None:
    (link,) = look(viewer, f"{ADDRESS}?schema={older[shape]}").select("td a")
    said = facts(look(viewer, str(link["href"])))
    there = columns_of(older[shape])
    named = {"user": "user", "host": "host", "pid": "pid", "connection": "connection_id", "failed at": "timestamp"}
    assert {name for name in named if said[name] == "unknown"} == {
        name for name, column in named.items() if column not in there
    }


def test_a_stack_of_an_older_table_is_shown(older: dict[str, str], viewer: Client) -> None:
    (link,) = look(viewer, f"{ADDRESS}?schema={older['before user and connection']}").select("td a")
    assert "ValueError: the trace is empty" in text_of(look(viewer, str(link["href"])).select_one("#stack_text"))


@pytest.mark.parametrize("shape", ["before user and connection", "no connection", "the least"])
def test_a_reserved_job_that_names_no_connection_is_never_called_abandoned(
    lab: Lab, viewer: Client, shape: str
) -> None:
    schema, _ = lab.pipeline(recordings={"a": "wait"})
    declare(schema, shape)
    worker = lab.start_waiting(schema, user="bob")
    for _ in range(2):
        assert cells(look(viewer, f"{ADDRESS}?schema={schema}"), "Status") == ["reserved cannot tell"]
        worker.kill()
        worker.wait()


def test_a_connection_is_not_said_to_hold_nothing_where_a_jobs_table_names_none(lab: Lab, admin: Client) -> None:
    schema, _ = lab.pipeline(recordings={"a": "wait"})
    declare(schema, "before user and connection")
    lab.start_waiting(schema, user="bob")
    found = look(admin, "/connections/?user=bob")
    form = {**fields(found, "/connections/kill/confirm/"), "connection": tokens(found, "connection")}
    said = "The jobs table of {} does not say which connection has reserved a job."
    assert notices(found) == [f"A connection may hold more jobs than are shown here. {said.format(schema)}"]
    confirm = page(admin.post("/connections/kill/confirm/", form))
    assert "nothing is lost" not in text_of(confirm.select_one("form.confirm"))


@pytest.mark.parametrize("how", [selected, everything])
@pytest.mark.parametrize("shape", SHAPES)
def test_an_older_job_is_cleared(lab: Lab, operator: Client, shape: str, how: object) -> None:
    schema = failed(lab, shape)
    assert clear_all(operator, how(operator, f"schema={schema}")) == ["Cleared 1 job."]  # type: ignore[operator]
    assert SERVER.sql(f"SELECT COUNT(*) FROM `{schema}`.`~jobs`") == [(0,)]


@pytest.mark.parametrize("shape", SHAPES)
def test_an_older_job_that_changed_meanwhile_is_left_alone(lab: Lab, operator: Client, shape: str) -> None:
    schema = failed(lab, shape)
    form = selected(operator, f"schema={schema}")
    SERVER.sql(f"UPDATE `{schema}`.`~jobs` SET status = 'ignore'")
    operator.post("/jobs/clear/", form)
    assert SERVER.sql(f"SELECT status FROM `{schema}`.`~jobs`") == [("ignore",)]


def test_a_column_that_is_not_granted_is_not_called_missing(lab: Lab, viewer: Client) -> None:
    schema = lab.schema()
    declare(schema, "MATLAB")
    with SERVER.without_grants():
        SERVER.sql(f"GRANT SELECT (table_name, key_hash, status, host) ON `{schema}`.`~jobs` TO '{SITE}'@'%'")
        said = notices(look(viewer, ADDRESS))
    assert f"The jobs of {schema} are not shown: SELECT is granted on some of its columns only." in said
