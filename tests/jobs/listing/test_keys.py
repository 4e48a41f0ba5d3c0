"""A job is found by its key: a part of it, the whole, or its hash."""

import struct
from datetime import datetime, timezone
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from django.db import connections
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jobs.formats.key import key_hash
from jobs.layouts.reading import Reading
from jobs.listing import keys
from jobs.listing.filters import JobFilter
from jobs.listing.keys import find_keys
from jobs.listing.rows import list_jobs
from tests.jobs.clearing import CONFIRM, everything
from tests.jobs.listing.test_pages import plan_of
from tests.jobs.older import SHAPES, declare
from tests.jobs.packing import Packed
from tests.jobs.planting import Planted
from tests.lab import Lab
from tests.pages import cells, notices, page, text_of
from tests.server import SERVER

KEYS: list[dict[str, object]] = [
    {"subject_id": 3, "session": 1},
    {"subject_id": 3, "session": 2},
    {"subject_id": 31, "session": 2},
    {"subject_id": 4, "session": 3},
    {"subject": "m 3", "session": 3},
]


@pytest.fixture
def planted(planted: Planted, packed: Packed) -> Planted:
    """Jobs with these keys."""
    for key in KEYS:
        planted.row(key=packed(key), key_hash=key_hash(key))
    planted.row(key=None, key_hash="e" * 32)
    return planted


def listed(client: Client, planted: Planted, key: str, **query: str) -> BeautifulSoup:
    """Return the list of the jobs with a key."""
    return page(client.get("/jobs/", {"schema": planted.schema, "key": key, "sort": "age", **query}))


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("subject_id=3", ["subject_id= 3 session= 1", "subject_id= 3 session= 2"]),
        ("session=2, subject_id=3", ["subject_id= 3 session= 2"]),
        ('{"subject_id": 31, "session": 2}', ["subject_id= 31 session= 2"]),
        ("subject='m 3'", ["subject= m 3 session= 3"]),
        (key_hash(KEYS[3]), ["subject_id= 4 session= 3"]),
        ("e" * 32, ["no key stored"]),
        ("E" * 32, []),
        ("subject_id=5", []),
    ],
)
def test_a_job_is_found_by_its_key(planted: Planted, viewer: Client, key: str, found: list[str]) -> None:
    shown = listed(viewer, planted, key)
    assert sorted(cells(shown, "Key")) == found
    assert text_of(shown.select_one(".tabs b")) == str(len(found))


def test_a_key_that_cannot_be_read_lists_nothing_and_says_how_to_write_it(planted: Planted, operator: Client) -> None:
    shown = listed(operator, planted, "3")
    assert (cells(shown, "Key"), len(notices(shown))) == ([], 1)
    assert notices(shown)[0].startswith("“3” is no key: write subject_id=3")


def test_all_with_a_key_are_cleared_and_no_other(planted: Planted, operator: Client, lab: Lab) -> None:
    query = f"schema={planted.schema}&key=subject_id%3D3"
    form = {"all": "1", "as_of": "2100-01-01T00:00:00+00:00", "filter": query}
    confirm = page(operator.post("/jobs/clear/confirm/", form))
    assert text_of(confirm.h1) == "Clear 2 jobs?"
    operator.post("/jobs/clear/", {**form, "expected": "2"})
    assert len(cells(page(operator.get("/jobs/", {"schema": planted.schema})), "Key")) == len(KEYS) - 1


def test_where_not_all_with_a_key_are_listed_all_that_match_are_refused(
    planted: Planted, operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "MOST_FOUND", 1)
    shown = listed(operator, planted, "subject_id=3")
    assert [text_of(button) for button in shown.select("button[name=all]")] == []
    form = {"all": "1", "as_of": "2100-01-01T00:00:00+00:00", "filter": f"schema={planted.schema}&key=subject_id%3D3"}
    for address in ("/jobs/clear/confirm/", "/jobs/clear/"):
        refused = operator.post(address, {**form, "expected": "1"})
        assert refused.status_code == 400
        assert (
            "All that match cannot be acted on at once, because not all of them are known. 2 jobs have this key, and"
            " only the newest 1 are listed. Choose a table, or narrow the filter by an age, to find the others."
        ) in text_of(page(refused).main)
    assert len(cells(page(operator.get("/jobs/", {"schema": planted.schema})), "Key")) == len(KEYS) + 1


def test_a_table_of_the_same_name_and_hash_in_another_schema_is_not_taken_for_it(
    planted: Planted, lab: Lab, packed: Packed, viewer: Client
) -> None:
    other = Planted(lab.schema())
    other.row(key=packed({"animal": 3, "day": 1}), key_hash=key_hash({"a": 31}))
    planted.row(key=packed({"a": 31}), key_hash=key_hash({"a": 31}))
    shown = page(viewer.get("/jobs/", {"key": "a=31"}))
    assert cells(shown, "Table") == [f"Score {planted.schema}"]


def test_a_whole_key_is_found_by_its_hash_and_no_key_is_decoded_for_it(
    planted: Planted, viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "MOST_DECODED", 0)
    shown = listed(viewer, planted, "subject_id=3, session=2")
    assert (cells(shown, "Key"), notices(shown)) == (["subject_id= 3 session= 2"], [])


def test_a_bound_on_what_is_read_is_said(planted: Planted, viewer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MOST_DECODED", 0)
    shown = listed(viewer, planted, "subject_id=5")
    assert notices(shown)[0].startswith("Only the keys of the newest 0 jobs that may have this key were read.")
    assert text_of(shown.select_one(".tabs b")) == "0+"
    assert text_of(shown.select_one(".empty")).startswith("No job matches among the jobs that could be read.")


def test_where_not_all_keys_were_read_all_that_match_are_refused(
    planted: Planted, operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "MOST_DECODED", 1)
    form = everything(operator, f"schema={planted.schema}&key=session=2")
    refused = operator.post(CONFIRM, form)
    assert refused.status_code == 400
    assert "Only the keys of the newest 1 jobs that may have this key were read." in text_of(page(refused).main)


def test_hashes_are_a_filter_of_their_own(planted: Planted) -> None:
    first, second = key_hash(KEYS[0]), key_hash(KEYS[3])
    assert sorted(name for *_, name in find(planted.schema, key_hash=f"{first}, {second}").found) == sorted(
        [first, second]
    )
    assert find(planted.schema, key_hash=f"{first} {second}", key="session=3").found == (
        (planted.schema, "__score", second),
    )
    assert find(planted.schema, key_hash=first, key=second).found == ()
    assert find(planted.schema, key_hash=first, key=first).found == ((planted.schema, "__score", first),)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"pid": "7"}, 2),
        ({"pid": "7,9"}, 3),
        ({"connection": "4711"}, 1),
        ({"connection": "4711 18446744073"}, 2),
        ({"pid": "7", "connection": "4711"}, 1),
        ({"pid": str(2**63 - 1)}, 0),
    ],
    ids=str,
)
def test_jobs_are_found_by_their_process_and_connection(
    planted: Planted, viewer: Client, query: dict[str, str], found: int
) -> None:
    for number, (pid, connection) in enumerate([(7, 4711), (7, 12), (9, 18446744073)]):
        planted.row(key_hash=f"{number:032x}", pid=pid, connection_id=connection)
    shown = page(viewer.get("/jobs/", {"schema": planted.schema, **query}))
    assert (len(cells(shown, "Key")), text_of(shown.select_one(".tabs b"))) == (found, str(found))
    assert shown.select_one("form.filter details[open]")


# --- Along the primary key, and beside it -----------------------------------------------------------------------------

WHOLE = {"subject_id": 3, "session": 2}
ASKED = "session=2, subject_id=3"
NOW = datetime(2026, 11, 27, 12, tzinfo=timezone.utc)
EXTREME = {"subject_id": 3, "session": 2, **{f"attribute_{number}": "x" * 99 for number in range(14)}}


def find(schema: str, **query: str) -> JobFilter:
    """Return the filter with the jobs that were found."""
    return find_keys(JobFilter.read(QueryDict(urlencode({"schema": schema, **query}))), Reading.begin(), NOW)


def tables_found(schema: str, key: str = ASKED, **query: str) -> list[str]:
    """Return the tables of the jobs that were found."""
    return sorted(table for _, table, _ in find(schema, key=key, **query).found)


def of_matlab(**numbers: float) -> bytes:
    """Pack a key as mYm does: a struct of doubles."""
    names = b"".join(name.encode() + b"\0" for name in numbers)
    values = [b"A" + struct.pack("<QQQIId", 2, 1, 1, 6, 0, number) for number in numbers.values()]
    fields = b"".join(struct.pack("<Q", len(value)) + value for value in values)
    return b"mYm\0S" + struct.pack("<QQQI", 2, 1, 1, len(numbers)) + names + fields


@pytest.mark.parametrize(
    "stored",
    [
        {"subject_id": 3.0, "session": 2},
        {"session": "2", "subject_id": Decimal("3")},
        {"subject_id": 3, "session": 2, "trial": 7},
        EXTREME,
    ],
    ids=["other types", "texts", "another primary key", "compressed"],
)
def test_a_key_is_found_whatever_its_table_is_like_by_now(
    planted: Planted, packed: Packed, stored: dict[str, object]
) -> None:
    SERVER.sql(
        f"CREATE TABLE `{planted.schema}`.`_changed` (subject_id int, session int, PRIMARY KEY (subject_id, session))"
    )
    for table in ("_changed", "_dropped"):
        planted.row(table_name=table, key=packed(stored), key_hash=key_hash(stored))
    assert tables_found(planted.schema) == ["__score", "_changed", "_dropped"]


def test_a_key_of_matlab_s_is_found_under_a_hash_of_its_own(planted: Planted) -> None:
    blob = of_matlab(subject_id=3, session=2)
    planted.row(table_name="lab.Scan", key=blob, key_hash="47DEQpj8HBSa+/TImW+5JCeuQeRkm5NM")
    assert tables_found(planted.schema) == ["__score", "lab.Scan"]
    assert tables_found(planted.schema, "session=2, subject_id=3, trial=1") == []


def test_another_key_of_the_same_hash_is_not_taken_for_it(planted: Planted, packed: Packed) -> None:
    twin = {"session": 23, "subject": ""}
    assert key_hash(twin) == key_hash(WHOLE)
    planted.row(table_name="_twin", key=packed(twin), key_hash=key_hash(twin))
    assert tables_found(planted.schema) == ["__score"]
    assert tables_found(planted.schema, 'session=23, subject=""') == ["_twin"]


def test_a_job_without_its_key_is_named_by_its_hash(planted: Planted) -> None:
    planted.row(table_name="_bare", key=None, key_hash=key_hash(WHOLE))
    assert tables_found(planted.schema) == ["__score"]
    assert find(planted.schema, key=ASKED).not_found.endswith(f"look for the key_hash {key_hash(WHOLE)}.")
    assert tables_found(planted.schema, key_hash(WHOLE)) == ["__score", "_bare"]


def test_keys_without_the_attributes_are_not_decoded(
    planted: Planted, packed: Packed, monkeypatch: pytest.MonkeyPatch
) -> None:
    longer = {"subject_id": 3, "session": 2, "trial": 7}
    planted.row(table_name="_longer", key=packed(longer), key_hash=key_hash(longer))
    monkeypatch.setattr(keys, "MOST_DECODED", 0)
    assert find(planted.schema, key="subject_id=3, animal=7").not_found == ""
    assert find(planted.schema, key="subject_id=3, session=2").not_found.startswith("Only the keys of the newest 0")


def test_a_key_of_many_numbers_is_found_without_its_hash(planted: Planted, packed: Packed) -> None:
    stored = {f"attribute_{number}": float(number) for number in range(9)}
    planted.row(table_name="_many", key=packed(stored), key_hash=key_hash(stored))
    asked = ", ".join(f"{name}={number:g}" for name, number in stored.items())
    assert tables_found(planted.schema, asked) == ["_many"]
    assert tables_found(planted.schema, asked.partition(", ")[2]) == ["_many"]


@pytest.mark.parametrize("charset", ["utf8mb4", "utf8mb4 COLLATE utf8mb4_bin", "latin1"])
def test_a_key_is_found_whatever_the_letters_of_its_table(lab: Lab, packed: Packed, charset: str) -> None:
    planted = Planted(lab.schema(charset=charset))
    for table in ("_Größe", "__score"):
        planted.row(table_name=table, key=packed(WHOLE), key_hash=key_hash(WHOLE))
    assert tables_found(planted.schema) == ["_Größe", "__score"]
    assert tables_found(planted.schema, key_hash(WHOLE)) == ["_Größe", "__score"]
    assert tables_found(planted.schema, table="_Größe") == ["_Größe"]
    assert tables_found(planted.schema, table="_größe") == []
    listed = list_jobs(find(planted.schema, key=ASKED), Reading.begin(), NOW)
    assert sorted(job.table_name for job in listed.rows) == ["_Größe", "__score"]


@pytest.mark.parametrize("shape", SHAPES)
def test_an_older_table_is_looked_into_as_far_as_it_has_keys(lab: Lab, packed: Packed, shape: str) -> None:
    schema = lab.schema()
    declare(schema, shape)
    names = [name for name, *_ in SERVER.sql(f"SHOW COLUMNS FROM `{schema}`.`~jobs`")]
    column = next((name for name in names if name in ("key", "error_key")), None)
    values = {"table_name": "__score", "key_hash": key_hash(WHOLE), "status": "error"}
    values |= {column: packed(WHOLE)} if column else {}
    places = ", ".join(["%s"] * len(values))
    SERVER.sql(f"INSERT INTO `{schema}`.`~jobs` (`{'`, `'.join(values)}`) VALUES ({places})", list(values.values()))
    assert tables_found(schema) == (["__score"] if column else [])
    assert tables_found(schema, "subject_id=3") == (["__score"] if column else [])
    assert tables_found(schema, key_hash(WHOLE)) == ["__score"]


@pytest.mark.parametrize("key", [ASKED, key_hash(WHOLE)])
def test_a_hash_is_looked_up_along_the_primary_key(planted: Planted, key: str) -> None:
    planted.failed(2000)
    SERVER.sql(f"ANALYZE TABLE {planted.where}")
    with CaptureQueriesContext(connections["lab"]) as asked:
        chosen = find(planted.schema, key=key)
        list_jobs(chosen, Reading.begin(), NOW)
    along = [one["sql"] for one in asked if key_hash(WHOLE) in one["sql"]]
    assert len(along) == 3
    for statement in along:
        assert plan_of(statement) <= {"const", "eq_ref", "ref", "range", "ALL of a few"}


def test_a_key_of_several_schemas_is_found_in_the_tables_of_each(lab: Lab, packed: Packed) -> None:
    key = {"subject_id": 977, "session": 5}
    tables = {lab.schema(): names for names in (["__score"], ["__pose"], ["__score"], ["__pose", "__score"])}
    for schema, names in tables.items():
        planted = Planted(schema)
        for number, name in enumerate(["__score", "__pose"]):
            planted.row(table_name=name, key=packed(key), key_hash=key_hash(key) if name in names else f"{number:032}")
    reading, now = Reading.begin(), datetime.now(timezone.utc)
    found = find_keys(JobFilter.read({"key_hash": key_hash(key)}), reading, now)
    listed = [(job.schema, job.table_name) for job in list_jobs(found, reading, now).rows]
    assert sorted(listed) == sorted((schema, name) for schema, names in tables.items() for name in names)
