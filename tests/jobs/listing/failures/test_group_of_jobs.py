"""The number of a group's jobs is the same on its row, in the list, in a file and in an act on all of them."""

import json

import pytest
from django.test import Client

from jobs.layouts.reading import Reading
from jobs.listing.failures import grouping
from jobs.listing.failures.finding import GONE, find_named
from jobs.listing.filters import JobFilter
from jobs.listing.shared import second_of
from jobsite.lab.server import who_is_connected
from tests.jobs.clearing import clear_all, everything
from tests.jobs.failing import fail, groups_in
from tests.jobs.planting import Planted
from tests.pages import cells, look, notices, text_of
from tests.server import SERVER

NO_GROUP = "1-000000000000"


@pytest.fixture(params=[1_000, 0], ids=["each job looked at", "samples looked at"])
def planted(planted: Planted, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Planted:
    """Two problems of one message, and two others."""
    monkeypatch.setattr(grouping, "FEW", request.param)
    for number in range(4):
        fail(planted, f"ValueError: bad {number}", "pipe.py make", "io.py load")
        fail(planted, f"ValueError: bad {number}", "pipe.py make", "fit.py fit", times=2)
        fail(planted, f"KeyError: 'it''s % {number}'", "pipe.py make", table_name="_raw", times=3)
    fail(planted, "ValueError: bad, and not a number", "pipe.py make", "io.py load")
    fail(planted, "ValueError: bad 7", "pipe.py make", "io.py load", status="ignore")
    return planted


def numbers(schema: str) -> dict[str, int]:
    """Return how many jobs each group has."""
    return {group.fingerprint: group.count for group in groups_in(schema).groups}


def test_the_list_has_the_jobs_of_the_group_and_no_others(planted: Planted, viewer: Client) -> None:
    for group, number in numbers(planted.schema).items():
        found = look(viewer, f"/jobs/?status=error&group={group}")
        assert (len(cells(found, "Key")), text_of(found.select_one(".tabs b"))) == (number, str(number))


def test_a_file_has_the_jobs_of_the_group_and_no_others(planted: Planted, viewer: Client) -> None:
    for group, number in numbers(planted.schema).items():
        response = viewer.get(f"/jobs/export/?status=error&group={group}&format=json")
        assert len(json.loads(b"".join(response))["jobs"]) == number


def test_an_act_on_all_is_done_to_the_jobs_of_the_group_and_no_others(planted: Planted, operator: Client) -> None:
    before = numbers(planted.schema)
    group = next(one for one, number in before.items() if number == 8)
    said = clear_all(operator, everything(operator, f"status=error&group={group}"))
    assert said == ["Cleared 8 jobs.", GONE.format(group)]
    assert numbers(planted.schema) == {one: number for one, number in before.items() if one != group}
    assert SERVER.sql(f"SELECT COUNT(*) FROM {planted.where} WHERE status = 'ignore'") == [(1,)]


def test_of_several_groups_list_file_and_act_have_the_jobs_of_all_of_them(
    planted: Planted, viewer: Client, operator: Client
) -> None:
    before = numbers(planted.schema)
    query = f"status=error&group={','.join(one for one, number in before.items() if number > 7)}"
    found = look(viewer, f"/jobs/?{query}")
    assert (len(cells(found, "Key")), text_of(found.select_one(".tabs b"))) == (20, "20")
    assert text_of(found.select_one(".says")).startswith("Failed jobs of the groups 1-")
    assert len(json.loads(b"".join(viewer.get(f"/jobs/export/?{query}&format=json")))["jobs"]) == 20
    assert clear_all(operator, everything(operator, query))[0] == "Cleared 20 jobs."
    assert numbers(planted.schema) == {one: number for one, number in before.items() if number < 8}


@pytest.mark.parametrize("none", [",", " , ", "%20,"])
def test_no_group_at_all_is_no_other_word_for_all_jobs(planted: Planted, viewer: Client, none: str) -> None:
    assert cells(look(viewer, f"/jobs/?group={none}"), "Key") == []


def test_of_two_groups_the_one_that_is_gone_is_said(planted: Planted, viewer: Client) -> None:
    (group, number), *_ = numbers(planted.schema).items()
    found = look(viewer, f"/jobs/?group={group},{NO_GROUP}")
    assert (len(cells(found, "Key")), notices(found)) == (number, [GONE.format(NO_GROUP)])


def test_other_filters_go_along_with_the_group(planted: Planted, viewer: Client) -> None:
    group = next(one for one, number in numbers(planted.schema).items() if number == 8)
    found = look(viewer, f"/jobs/?status=error&group={group}&message=bad 3")
    assert len(cells(found, "Key")) == 2


def test_a_group_that_is_gone_lists_nothing_and_says_so(planted: Planted, viewer: Client) -> None:
    found = look(viewer, f"/jobs/?group={NO_GROUP}")
    assert cells(found, "Key") == []
    reading = Reading.begin()
    chosen = find_named(JobFilter.read({"group": NO_GROUP}), reading, second_of(who_is_connected()))
    assert chosen.not_found == GONE.format(NO_GROUP)


def test_what_is_no_fingerprint_lists_nothing_and_says_how_one_looks(planted: Planted, viewer: Client) -> None:
    found = look(viewer, "/jobs/?group=everything")
    assert (cells(found, "Key"), len(notices(found))) == ([], 1)
    assert notices(found)[0].startswith("“everything” is not the name of a group of errors")
