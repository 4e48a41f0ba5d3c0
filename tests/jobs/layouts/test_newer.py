"""Jobs tables of DataJoint 2 are told of on every page and by the doctor: there may be jobs that nobody sees."""

from collections.abc import Iterator

import pytest
from django.test import Client

from jobs.layouts.discovery import NewerTables
from tests.connections.test_doctor import doctor
from tests.lab import Lab
from tests.pages import cells, look, notices, text_of
from tests.server import PASSWORD, SERVER

JOBS, CONNECTIONS = "/jobs/", "/connections/"
READER = "newer_reader"
# DataJoint 2.3.5, jobs.py.
DEFINITION = """
    session int NOT NULL, status enum('pending','reserved','success','error','ignore') NOT NULL,
    priority tinyint NOT NULL, created_time datetime(3) NOT NULL DEFAULT current_timestamp(3), PRIMARY KEY (session)
"""


@pytest.fixture
def newer(lab: Lab) -> str:
    """A schema as DataJoint 2 makes it, with two tables that are populated."""
    schema = lab.schema()
    for name in ("spikes", "lfp"):
        SERVER.sql(f"CREATE TABLE `{schema}`.`__{name}` (session int PRIMARY KEY)")
        SERVER.sql(f"CREATE TABLE `{schema}`.`~~{name}` ({DEFINITION}) COMMENT 'Job queue for `{schema}`.`__{name}`'")
    SERVER.sql(f"CREATE TABLE `{schema}`.`~lineage` (one int)")
    return schema


@pytest.fixture
def older(lab: Lab) -> str:
    """A schema of DataJoint 0.14 beside it, with a failed job."""
    return lab.failed(m1="value")


@pytest.fixture
def reader(newer: str) -> Iterator[None]:
    """The site asks as an account that reads these schemas only: other tests may have left jobs elsewhere."""
    SERVER.sql(f"DROP USER IF EXISTS {READER}@'%'")
    SERVER.sql(f"CREATE USER {READER}@'%' IDENTIFIED BY '{PASSWORD}'")
    SERVER.sql(f"GRANT PROCESS ON *.* TO {READER}@'%'")
    grant_to_reader(newer)
    with SERVER.site_as(READER):
        yield
    SERVER.sql(f"DROP USER {READER}@'%'")


def grant_to_reader(schema: str) -> None:
    SERVER.sql(f"GRANT SELECT ON `{schema}`.* TO {READER}@'%'")


def said(schema: str) -> str:
    return f"The jobs in 2 jobs tables of DataJoint 2 in {schema} are not shown yet."


def test_a_list_without_others_says_which_emptiness_it_is(newer: str, reader: None, viewer: Client) -> None:
    found = look(viewer, JOBS)
    empty = text_of(found.select_one(".empty"))
    assert empty.startswith(f"2 jobs tables of DataJoint 2 in {newer}: Jobsite does not show their jobs yet")
    assert notices(found) == [said(newer)]


def test_numbers_beside_others_are_said_to_be_the_least(newer: str, older: str, reader: None, viewer: Client) -> None:
    grant_to_reader(older)
    found = look(viewer, JOBS)
    assert notices(found) == [said(newer)]
    assert text_of(found.select_one(".tabs")) == "Not done 1+ Errors 1+ Reserved 0+ Ignored 0+"
    assert cells(found, "Table") == [f"Score {older}"]


def test_numbers_of_another_schema_are_whole(newer: str, older: str, viewer: Client) -> None:
    found = look(viewer, f"{JOBS}?schema={older}")
    assert text_of(found.select_one(".tabs")) == "Not done 1 Errors 1 Reserved 0 Ignored 0"


def test_which_jobs_a_connection_holds_is_not_known(newer: str, lab: Lab, viewer: Client) -> None:
    lab.idle()
    found = look(viewer, f"{CONNECTIONS}?user=bob")
    assert notices(found) == [f"A connection may hold more jobs than are shown here. {said(newer)}"]
    assert cells(found, "Holds") == ["not known"]


def test_the_doctor_says_it_and_finds_nothing_missing(newer: str) -> None:
    found = doctor()
    assert f"ok       {said(newer)}" in found.stdout.splitlines()
    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.parametrize(
    ("by_schema", "words"),
    [
        ({"a": 1}, "1 jobs table of DataJoint 2 in a"),
        ({"b": 2, "a": 1}, "3 jobs tables of DataJoint 2 in a, b"),
        (dict.fromkeys("abcdefg", 2), "14 jobs tables of DataJoint 2 in a, b, c, d, e and 2 more schemas"),
    ],
)
def test_they_are_counted_in_words(by_schema: dict[str, int], words: str) -> None:
    assert NewerTables(by_schema).in_words == words
