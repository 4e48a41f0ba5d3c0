"""The list of connections as a file: its filter, what a person may read, and the jobs they hold."""

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.connections.test_killing import busy
from tests.lab import Lab
from tests.pages import look, text_of
from tests.server import SERVER

EXPORT = "/connections/export/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: Any) -> None:
    """Count the exports of this test alone."""
    settings.SHARED_FOLDER = tmp_path / "shared"


def export(client: Client, query: str) -> str:
    """Return the whole file."""
    response = client.get(f"{EXPORT}?{query}")
    assert response.status_code == 200, response.content
    return response.getvalue().decode()


def rows_in(client: Client, query: str) -> list[dict[str, Any]]:
    """Return the connections of a file of JSON."""
    found: list[dict[str, Any]] = json.loads(export(client, f"{query}&format=json"))["connections"]
    return found


def test_a_connection_has_the_columns_of_the_process_list(lab: Lab, viewer: Client) -> None:
    driver, thread = lab.idle()
    driver.query(f"USE `{lab.schema()}`")
    (row,) = rows_in(viewer, f"id={thread}")
    host = row.pop("HOST")
    time = row.pop("TIME")
    assert row == {
        "ID": thread, "USER": "bob", "DB": lab.names[0], "COMMAND": "Sleep", "STATE": row["STATE"], "INFO": None,
        "JOBS": [],
    }  # fmt: skip
    assert (host.startswith("127.0.0.1:"), isinstance(time, int)) == (True, True)


def test_csv_has_the_same(lab: Lab, viewer: Client) -> None:
    _, thread = lab.idle()
    (row,) = csv.DictReader(StringIO(export(viewer, f"id={thread}&format=csv"), newline=""))
    assert (row["ID"], row["USER"], row["INFO"], row["JOBS"]) == (str(thread), "bob", "", "[]")


def test_the_order_is_that_of_the_list(lab: Lab, viewer: Client) -> None:
    ids = [lab.idle()[1] for _ in range(3)]
    assert [row["ID"] for row in rows_in(viewer, "user=bob&sort=-id")] == ids[::-1]


def test_who_may_not_kill_reads_no_literals_of_a_statement(lab: Lab, viewer: Client, admin: Client) -> None:
    with busy(statement="SELECT SLEEP(60), 'subject'") as (thread, _):
        (seen,), (whole,) = rows_in(viewer, f"id={thread}"), rows_in(admin, f"id={thread}")
    assert ("subject" in seen["INFO"], "subject" in whole["INFO"]) == (False, True)


def test_the_jobs_that_a_connection_holds_are_named(lab: Lab, viewer: Client) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    lab.start_waiting(schema)
    ((thread, key_hash),) = SERVER.sql(f"SELECT connection_id, key_hash FROM `{schema}`.`~jobs`")
    (row,) = rows_in(viewer, f"id={thread}")
    assert row["JOBS"] == [{"schema": schema, "table_name": "__score", "key_hash": key_hash}]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("format=csv&id=x", "“x” is no id of a connection"),
        ("format=csv&stack=1", "“stack” in the address is no filter of this list."),
        ("id=1", "The address names no format"),
    ],
)
def test_what_cannot_be_read_is_said(accounts: None, viewer: Client, query: str, said: str) -> None:
    assert said in text_of(look(viewer, f"{EXPORT}?{query}", status=400).main)


def test_who_may_not_look_gets_no_file(accounts: None, stranger: Client) -> None:
    assert stranger.get(f"{EXPORT}?format=csv").status_code == 403


def test_the_list_leads_to_its_files(lab: Lab, viewer: Client) -> None:
    lab.idle()
    found = look(viewer, "/connections/?user=bob")
    assert [str(link["href"]) for link in found.select(".export a")] == [
        f"{EXPORT}?user=bob&format={form}" for form in ("csv", "json", "ndjson")
    ]
