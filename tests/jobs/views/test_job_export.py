"""The list of jobs as a file: who may have it, what is in it, bad input, and a transfer that breaks off."""

import csv
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jobsite.exporting.documents import FORMATS
from jobsite.pages.turns import MOST, NoTurnError, take_turn
from tests.jobs.locking import locked_by_bob
from tests.jobs.packing import Packed
from tests.jobs.planting import Planted
from tests.lab import Lab
from tests.pages import look, text_of
from tests.server import SERVER
from tests.statements import verbs

EXPORT = "/jobs/export/"
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


def rows_in(form: str, text: str) -> list[dict[str, Any]]:
    """Return the rows of a file."""
    if form == "csv":
        return list(csv.DictReader(StringIO(text, newline="")))
    lines = text.splitlines() if form == "ndjson" else [json.dumps(row) for row in json.loads(text)["jobs"]]
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("form", FORMATS)
def test_the_file_has_the_jobs_of_the_filter(failed_jobs: str, viewer: Client, form: str) -> None:
    (row,) = rows_in(form, export(viewer, f"schema={failed_jobs}&message=empty&format={form}"))
    key = json.loads(row["key"]) if form == "csv" else row["key"]
    assert (key, row["error_message"]) == ({"subject": "m1", "session": 1}, "ValueError: the trace is empty")
    assert (row["table"], row["table_name"], row["status"]) == ("Score", "__score", "error")


@pytest.mark.parametrize(
    ("form", "content_type"),
    [("csv", "text/csv; charset=utf-8"), ("json", "application/json"), ("ndjson", "application/x-ndjson")],
)
def test_the_browser_is_told_to_keep_a_file(failed_jobs: str, viewer: Client, form: str, content_type: str) -> None:
    response = viewer.get(f"{EXPORT}?schema={failed_jobs}&format={form}")
    assert response["Content-Type"] == content_type
    assert response["Content-Disposition"].startswith('attachment; filename="jobs-20')
    assert response["Content-Disposition"].endswith(f'.{form}"')
    assert response["Cache-Control"] == "private, no-store"
    response.close()


def test_stacks_are_there_when_they_are_asked_for(failed_jobs: str, viewer: Client) -> None:
    (row,) = rows_in("ndjson", export(viewer, f"schema={failed_jobs}&message=empty&format=ndjson&stack=1"))
    assert row["error_stack"].startswith("Traceback (most recent call last):")
    (row,) = rows_in("ndjson", export(viewer, f"schema={failed_jobs}&message=empty&format=ndjson"))
    assert "error_stack" not in row


def test_times_are_iso_8601_with_their_zone(planted: Planted, viewer: Client) -> None:
    SERVER.sql("SET time_zone = '+00:00'")
    planted.row()
    planted.row(key_hash="1" * 32)
    SERVER.sql(f"UPDATE {planted.where} SET timestamp = FROM_UNIXTIME(1764201600)")
    rows = rows_in("json", export(viewer, f"schema={planted.schema}&format=json"))
    assert {row["timestamp"] for row in rows} == {"2025-11-27T00:00:00+00:00"}


def test_nobody_reads_a_password_in_a_file(planted: Planted, packed: Packed, admin: Client) -> None:
    secret = "mysql://root:sw0rdfish@db/lab"
    planted.row(key=packed({"url": secret}), error_message=secret, error_stack=packed(secret))
    for form in FORMATS:
        assert "sw0rdfish" not in export(admin, f"schema={planted.schema}&format={form}&stack=1")


def test_a_viewer_s_search_passes_over_what_may_hold_a_secret(
    planted: Planted, viewer: Client, operator: Client
) -> None:
    planted.row(error_message="password=sw0rdfish")
    query = f"schema={planted.schema}&message=sw0rd&format=ndjson"
    assert (export(viewer, query), export(operator, query).count("\n")) == ("", 1)


def test_a_formula_in_a_message_is_harmless_in_csv(planted: Planted, viewer: Client) -> None:
    planted.row(error_message='=HYPERLINK("http://evil.example","x")')
    (row,) = rows_in("csv", export(viewer, f"schema={planted.schema}&format=csv"))
    assert row["error_message"].startswith("'=")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "The address names no format: write format=csv, json, ndjson."),
        ("format=xls", "“xls” is no format: write format=csv, json, ndjson."),
        ("format=csv&stack=yes", "“yes” is no value of stack: write stack=1."),
        ("format=csv&colour=red", "“colour” in the address is no filter of this list."),
        ("format=csv&status=gone", "“gone” is not a status of a job: choose one of error, reserved, ignore."),
    ],
)
def test_what_cannot_be_read_is_said(accounts: None, viewer: Client, query: str, said: str) -> None:
    assert said in text_of(look(viewer, f"{EXPORT}?{query}", status=400).main)


def test_who_may_not_look_gets_no_file(accounts: None, stranger: Client, anonymous: Client) -> None:
    assert stranger.get(f"{EXPORT}?format=csv").status_code == 403
    assert anonymous.get(f"{EXPORT}?format=csv").status_code == 302


def test_the_list_leads_to_its_files(failed_jobs: str, viewer: Client) -> None:
    found = look(viewer, f"/jobs/?schema={failed_jobs}&status=error&sort=table&from=S")
    links = {text_of(link): str(link["href"]) for link in found.select(".export a")}
    assert list(links) == ["CSV", "JSON", "NDJSON"]
    for form in FORMATS:
        address = links[form.upper()]
        assert len(rows_in(form, export(viewer, address.partition("?")[2]))) == 2


def test_an_empty_list_leads_to_no_file(lab: Lab, viewer: Client) -> None:
    assert look(viewer, f"/jobs/?schema={lab.schema()}").select(".export") == []


def test_a_jobs_table_that_cannot_be_read_is_named_in_header_and_file(lab: Lab, viewer: Client) -> None:
    schema = lab.failed()
    with locked_by_bob(lab, schema):
        response = viewer.get(f"{EXPORT}?schema={schema}&format=json")
        found = json.loads(response.getvalue())
    assert (found["jobs"], found["count"]) == ([], 0)
    assert json.loads(response["Jobsite-Notices"]) == found["notices"]
    assert found["notices"][0].startswith(f"The jobs of {schema} are not here: ")


def test_an_export_only_reads(failed_jobs: str, viewer: Client) -> None:
    with CaptureQueriesContext(connections["lab"]) as asked:
        export(viewer, f"schema={failed_jobs}&format=csv&stack=1")
    assert verbs(asked) == {"SELECT", "SHOW"}


# --- How many at a time ----------------------------------------------------------------------------------------------
def test_a_person_has_one_export_at_a_time(failed_jobs: str, viewer: Client, operator: Client) -> None:
    query = f"{EXPORT}?schema={failed_jobs}&format=csv"
    first = viewer.get(query)
    assert text_of(look(viewer, query, status=429).main).startswith("Wait Another export of yours is under way")
    assert len(export(operator, f"schema={failed_jobs}&format=csv").splitlines()) > 1
    first.close()
    assert viewer.get(query).status_code == 200


def test_the_site_has_few_exports_at_a_time(own_folder: None) -> None:
    turns = [take_turn(number) for number in range(MOST)]
    with pytest.raises(NoTurnError, match="try again in a while"):
        take_turn(MOST)
    turns[2].give_back()
    take_turn(MOST).give_back()
    for turn in turns:
        turn.give_back()


def test_where_no_place_can_be_counted_a_person_still_has_one_export_at_a_time(own_folder: None, settings: Any) -> None:
    Path(settings.SHARED_FOLDER, "export-0").mkdir(mode=0o700, parents=True)
    Path(settings.SHARED_FOLDER).chmod(0o700)
    first = take_turn(1)
    with pytest.raises(NoTurnError, match="Another export of yours"):
        take_turn(1)
    first.give_back()
    take_turn(1).give_back()


def test_a_browser_that_stops_reading_loses_its_turn(
    failed_jobs: str, viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobsite.pages.exporting.SEND_S", 0.1)
    query = f"{EXPORT}?schema={failed_jobs}&format=csv"
    browser, site = socket.socketpair()
    with browser, site:
        of_gunicorn: dict[str, Any] = {"gunicorn.socket": site}
        with closing(viewer.get(query, **of_gunicorn)) as response:
            piece = next(iter(response))
            with pytest.raises(TimeoutError):
                site.sendall(piece * 1_000_000)
        with closing(viewer.get(query)) as following:
            assert following.status_code == 200


def test_an_export_that_is_refused_takes_no_turn(accounts: None, viewer: Client) -> None:
    with SERVER.site_as("nobody_of_this_name"):
        assert viewer.get(f"{EXPORT}?format=csv").status_code == 503
    assert viewer.get(f"{EXPORT}?format=csv").status_code == 200


# --- What breaks off -------------------------------------------------------------------------------------------------
def test_a_server_that_vanishes_breaks_the_transfer_off(
    planted: Planted, viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.listing.exported.BATCH", 1)
    monkeypatch.setattr("jobsite.exporting.documents.PIECE_CHARS", 1)
    planted.failed(3)
    response = viewer.get(f"{EXPORT}?schema={planted.schema}&format=csv")
    pieces: Iterator[bytes] = iter(response)
    got = [next(pieces), next(pieces)]
    with connections["lab"].cursor() as cursor:
        cursor.execute("SELECT CONNECTION_ID()")
        SERVER.sql("KILL %s", cursor.fetchone())
    with pytest.raises(ConnectionResetError, match="closed the connection"):
        got.extend(pieces)
    assert got[-1].startswith(b"INCOMPLETE: ")
    response.close()
    assert len(export(viewer, f"schema={planted.schema}&format=csv").splitlines()) == 4
