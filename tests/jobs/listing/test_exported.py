"""All jobs that match a filter, as plain values: which, in which order, and where it breaks off."""

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from io import StringIO
from typing import Any

import pytest
from datajoint.blob import pack
from django.db import connections
from django.http import QueryDict

from jobs.layouts.reading import Reading
from jobs.listing.exported import STACK, ExportedJobs, export_jobs
from jobs.listing.filters import SORTS, JobFilter
from jobs.listing.rows import list_jobs
from jobs.listing.shared import second_of
from jobsite.exporting.documents import FORMATS, IncompleteError
from jobsite.lab.server import who_is_connected
from tests.jobs.locking import locked_by_bob
from tests.jobs.older import SHAPES, declare
from tests.jobs.planting import ANY_SHAPE, Planted
from tests.lab import Lab, eventually
from tests.server import SERVER

WAYS = [f"{way}{sort}" for sort in SORTS for way in ("", "-")]
MANY = 1000
"""More than all jobs of a test: a page that has them all."""


def chosen_by(query: str) -> JobFilter:
    return replace(JobFilter.read(QueryDict(query)), reads_stored=True)


def exported(query: str, **options: Any) -> list[Mapping[str, object]]:
    return list(export_jobs(chosen_by(query), **options).rows())


def hashes(rows: list[Mapping[str, object]]) -> list[tuple[object, ...]]:
    return [(row["schema"], row["table_name"], row["key_hash"]) for row in rows]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read a few rows at a time."""
    monkeypatch.setattr("jobs.listing.sorted_places.WINDOW", 5)
    monkeypatch.setattr("jobs.listing.exported.BATCH", 3)


@pytest.fixture
def schemas(lab: Lab) -> list[str]:
    """Jobs tables of several collations and shapes, in which many jobs are alike in what they are sorted by."""
    tables = [
        Planted(lab.schema()),
        Planted(lab.schema(charset="latin1")),
        Planted(lab.schema(charset="utf8mb4 COLLATE utf8mb4_bin")),
        Planted(lab.schema(), ANY_SHAPE),
    ]
    SERVER.sql(f"CREATE INDEX by_status ON {tables[0].where} (status, timestamp)")
    chance = random.Random(1)
    for number in range(48):
        tables[number % 4].row(
            table_name=chance.choice(["__score", "_imported", "#score", "__Score 2", "package.Class"]),
            key_hash=f"{number:032x}",
            status=chance.choice(["error", "reserved", "ignore"]),
            error_message=chance.choice(["", "ValueError", "valueerror", "Überlänge", "a" * 150]),
            user=chance.choice(["alice@localhost", "José@10.0.0.5", ""]),
            host=chance.choice(["gpu1", "GPU1", "gpu2"]),
            connection_id=chance.choice([0, 7, 4711]),
            timestamp=chance.choice(["2026-11-25 08:00:00", "2026-11-26 08:00:00"]),
        )
    return [one.schema for one in tables]


@pytest.fixture
def only_these(schemas: list[str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let a reading find no other schemas than these."""
    begin = Reading.begin

    def begin_with_these() -> Reading:
        reading = begin()
        return Reading([one for one in reading.found if one.schema in schemas])

    monkeypatch.setattr(Reading, "begin", begin_with_these)
    return schemas


def listed(query: str) -> list[tuple[object, ...]]:
    """Return the jobs of a page of the list that has them all."""
    now = second_of(who_is_connected())
    return [(job.schema, *job.pk) for job in list_jobs(chosen_by(query), Reading.begin(), now).rows]


@pytest.mark.parametrize("sort", WAYS)
def test_the_order_is_that_of_the_list(
    only_these: list[str], few: None, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.listing.page.PER_PAGE", MANY)
    for query in (f"sort={sort}", f"sort={sort}&status=error", f"sort={sort}&schema={only_these[1]}"):
        assert hashes(exported(query)) == listed(query)


@pytest.mark.parametrize(
    "query", ["status=error", "table=__score", "table=__Score 2", "user=José", "message=über", "older=1d", "host=gpu1"]
)
def test_the_filter_is_that_of_the_list(
    only_these: list[str], few: None, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.listing.page.PER_PAGE", MANY)
    assert hashes(exported(query)) == listed(query) != []


def test_the_first_jobs_alone_are_those_of_the_list(only_these: list[str]) -> None:
    assert hashes(exported("", most=7)) == listed("")[:7]


def test_a_job_has_what_datajoint_says_of_it(lab: Lab) -> None:
    import datajoint as dj

    schema, module = lab.pipeline(recordings={"m1": "value", "m2": "chained"})
    lab.compute(module)
    whole = (dj.Schema(schema).jobs & 'status="error"').fetch(as_dict=True, order_by="key_hash")
    for row in whole:  # DataJoint gives the times of the server's zone
        ((seconds,),) = SERVER.sql(
            f"SELECT UNIX_TIMESTAMP(timestamp) FROM `{schema}`.`~jobs` WHERE key_hash = %s", [row["key_hash"]]
        )
        row["timestamp"] = datetime.fromtimestamp(seconds, timezone.utc)
    rows = exported(f"schema={schema}&status=error", with_stack=True)
    rows.sort(key=lambda row: str(row["key_hash"]))
    for name in whole[0]:
        assert [row[name] for row in rows] == [row[name] for row in whole]
    assert {row["table"] for row in rows} == {"Score"}


def test_secrets_are_masked(lab: Lab) -> None:
    planted = Planted(lab.schema())
    secret = "password=hunter2hunter2"
    planted.row(error_message=secret, error_stack=pack(secret), key=pack({"a": secret}))
    rows = exported(f"schema={planted.schema}", with_stack=True)
    assert "hunter2" not in repr(rows)


@pytest.mark.parametrize("blob", [None, b"", b"\xff" * 100, pack(7), pack([1])])
def test_a_key_that_cannot_be_decoded_is_its_hash_alone(lab: Lab, blob: bytes | None) -> None:
    planted = Planted(lab.schema())
    planted.row(key=blob, key_hash="7" * 32)
    (row,) = exported(f"schema={planted.schema}")
    assert (row["key"], row["key_hash"]) == (None, "7" * 32)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_jobs_table_of_any_age_is_exported(lab: Lab, shape: str) -> None:
    schema = lab.schema()
    declare(schema, shape)
    SERVER.sql(f"INSERT INTO `{schema}`.`~jobs` (table_name, key_hash, status) VALUES ('__score', 'abc', 'error')")
    (row,) = exported(f"schema={schema}", with_stack=True)
    assert (row["table_name"], row["key_hash"], row["status"], row[STACK]) == ("__score", "abc", "error", None)


def test_large_stacks_are_read_one_by_one(lab: Lab, few: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.listing.stacks.AT_ONCE", 1000)
    planted = Planted(lab.schema())
    for number in range(7):
        planted.row(key_hash=f"{number:032}", error_stack=pack(f"{number}" * (number * 300 + 1)))
    rows = exported(f"schema={planted.schema}&sort=connection", with_stack=True)
    assert [row[STACK] for row in rows] == [f"{number}" * (number * 300 + 1) for number in range(7)]


# --- While others work -----------------------------------------------------------------------------------------------
def read_while(query: str, happens: Any) -> list[Mapping[str, object]]:
    """Return the rows of an export while something happens after each few of them."""
    rows: list[Mapping[str, object]] = []
    for row in export_jobs(chosen_by(query)).rows():
        rows.append(row)
        happens(len(rows))
    return rows


@pytest.mark.parametrize("sort", ["age", "-age", "status", "-status"])
def test_a_job_that_changes_meanwhile_is_there_once(lab: Lab, few: None, sort: str) -> None:
    planted = Planted(lab.schema())
    planted.failed(12)

    def fail_again(number: int) -> None:
        SERVER.sql(
            f"UPDATE {planted.where} SET timestamp = '2026-01-02' + INTERVAL %s SECOND, status = 'reserved'"
            " ORDER BY key_hash LIMIT 6",
            [number],
        )

    rows = read_while(f"schema={planted.schema}&sort={sort}", fail_again)
    assert sorted(str(row["key_hash"]) for row in rows) == [f"{number:032}" for number in range(12)]


def test_jobs_that_stay_are_all_there_while_others_come_and_go(lab: Lab, few: None) -> None:
    planted = Planted(lab.schema())
    planted.failed(20)
    rows = read_while(f"schema={planted.schema}", lambda number: come_and_go(planted, number))
    found = [str(row["key_hash"]) for row in rows]
    assert len(found) == len(set(found))
    assert {f"{number:032}" for number in range(1, 20, 2)} <= set(found)


def come_and_go(planted: Planted, number: int) -> None:
    """Take a job with an even number away, and put another there."""
    SERVER.sql(f"DELETE FROM {planted.where} WHERE key_hash = %s", [f"{19 - number if number % 2 else number:032}"])
    planted.row(key_hash=f"{1000 + number:032}")


def test_a_job_that_matches_no_longer_is_not_there(lab: Lab, few: None) -> None:
    planted = Planted(lab.schema())
    planted.failed(12)

    def ignore_all(number: int) -> None:
        SERVER.sql(f"UPDATE {planted.where} SET status = 'ignore'")

    rows = read_while(f"schema={planted.schema}&status=error", ignore_all)
    assert [row["status"] for row in rows] == ["error"] * 3


# --- What cannot be read ---------------------------------------------------------------------------------------------
def test_a_jobs_table_that_cannot_be_read_is_named(lab: Lab) -> None:
    open_, locked = Planted(lab.schema()), Planted(lab.schema())
    open_.failed(2)
    locked.failed(2)
    with locked_by_bob(lab, locked.schema):
        found = export_jobs(chosen_by(""))
        assert [one.schema for one in found.left_out if one.schema in (open_.schema, locked.schema)] == [locked.schema]
        rows = [row for row in found.rows() if row["schema"] in (open_.schema, locked.schema)]
    assert {row["schema"] for row in rows} == {open_.schema}
    assert any(sentence.startswith(f"The jobs of {locked.schema} are not here: ") for sentence in found.notices)


def killing(found: ExportedJobs) -> Iterator[Mapping[str, object]]:
    """Yield the rows of an export whose connection is killed after the first."""
    rows = found.rows()
    yield next(rows)
    with connections["lab"].cursor() as cursor:
        cursor.execute("SELECT CONNECTION_ID()")
        (thread,) = cursor.fetchone()
    SERVER.sql(f"KILL {thread}")
    eventually(lambda: not SERVER.sql("SELECT 1 FROM information_schema.processlist WHERE id = %s", [thread]), "gone")
    yield from rows


@pytest.mark.parametrize("form", FORMATS)
def test_what_the_server_cuts_does_not_look_whole(lab: Lab, few: None, form: str) -> None:
    planted = Planted(lab.schema())
    planted.failed(12)
    found = export_jobs(chosen_by(f"schema={planted.schema}"))
    listing = replace(found.listing, rows=killing(found))
    out = StringIO()
    with pytest.raises(IncompleteError, match="closed the connection"):
        out.writelines(FORMATS[form].write(listing))
    text = out.getvalue()
    if form == "json":
        with pytest.raises(json.JSONDecodeError):
            json.loads(text)
    else:
        assert "INCOMPLETE" in text.splitlines()[-1]
