"""A job is found by its key: a part of it, the whole, or its hash."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from jobs.formats.key import key_hash
from jobs.listing import keys
from jobsite.activity.models import Act
from tests.jobs.clearing import confirm, everything, post
from tests.jobs.packing import Packed
from tests.jobs.planting import Planted
from tests.lab import Lab
from tests.pages import cells, notices, page, text_of

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


def test_a_table_of_the_same_name_and_hash_in_another_schema_is_not_taken_for_it(
    planted: Planted, lab: Lab, packed: Packed, viewer: Client
) -> None:
    other = Planted(lab.schema())
    other.row(key=packed({"animal": 3, "day": 1}), key_hash=key_hash({"a": 31}))
    planted.row(key=packed({"a": 31}), key_hash=key_hash({"a": 31}))
    shown = page(viewer.get("/jobs/", {"key": "a=31"}))
    assert cells(shown, "Table") == [f"Score {planted.schema}"]


def test_a_bound_on_what_is_read_is_said_and_a_whole_key_is_found_all_the_same(
    planted: Planted, viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "MOST_DECODED", 0)
    shown = listed(viewer, planted, "subject_id=3, session=2")
    assert cells(shown, "Key") == ["subject_id= 3 session= 2"]
    assert notices(shown)[0].startswith("Only the keys of the newest 0 jobs that match the other filters were read.")


def test_clearing_all_with_a_key_says_that_not_all_keys_were_read(
    planted: Planted, operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "MOST_DECODED", 1)
    form = everything(operator, f"schema={planted.schema}&key=session=2")
    confirmed = confirm(operator, form)
    bound = "Only the keys of the newest 1 jobs that match the other filters were read."
    assert bound in text_of(confirmed.select_one("form.confirm"))
    post(operator, confirmed)
    assert bound in Act.objects.get().meant
