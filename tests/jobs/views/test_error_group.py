"""The page of one group of errors: why its jobs are one, its traceback, what was done about it, and acts on all."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jobsite.pages.frames import SCRIPTS_COOKIE
from tests.jobs.error_groups.comparing.sorted_lab import SortedLab
from tests.jobs.planting import Planted
from tests.jobs.views.test_error_list import ERRORS, plant
from tests.lab import Lab
from tests.pages import FRAGMENT, cells, fields, look, notices, page, text_of
from tests.server import SERVER
from tests.statements import verbs

CLEAR, CONFIRM = "/jobs/clear/", "/jobs/clear/confirm/"


def address_of(client: Client, schema: str, title: str = "") -> str:
    """Return the address of the group of a schema, the one with this title where there are several."""
    found = look(client, f"{ERRORS}?schema={schema}&kind=all").select("a.group")
    (link,) = [one for one in found if not title or text_of(one) == title]
    return str(link["href"]).partition("?")[0]


def box(found: BeautifulSoup, title: str) -> str:
    """Return what the part of the page with this heading says."""
    (part,) = [one for one in found.select(".box") if one.h2 and text_of(one.h2).startswith(title)]
    return text_of(part)


def test_a_group_says_what_it_is_and_of_how_many_jobs(lab: Lab, viewer: Client) -> None:
    schema = lab.failed(m1="list", m2="list")
    found = look(viewer, address_of(viewer, schema))
    assert text_of(found.h1).startswith("ValueError: ")
    assert text_of(found.h1).endswith("2 jobs of Score")
    assert text_of(found.select_one(".summary")).startswith("First seen ")


def test_its_traceback_is_there_once(lab: Lab, viewer: Client) -> None:
    schema = lab.failed(m1="list", m2="list")
    found = look(viewer, address_of(viewer, schema))
    assert len(found.select(".stack")) == 1
    assert text_of(found.select(".frame.own b")[0]) == "analyse"
    assert text_of(found.select_one(".stack h2 + .exception")).startswith("ValueError: ")


def test_its_jobs_are_listed_and_all_of_them_are_a_link_away(lab: Lab, viewer: Client) -> None:
    schema = lab.failed(m1="list", m2="list")
    found = look(viewer, address_of(viewer, schema))
    assert sorted(cells(found, "Key")) == ["subject= m1 session= 1", "subject= m2 session= 1"]
    (link,) = found.select("#as_list")
    assert len(cells(look(viewer, str(link["href"])), "Age")) == 2


def test_the_variants_of_its_message_are_counted(planted: Planted, viewer: Client) -> None:
    for index in (3, 7):
        plant(planted, f"IndexError: index {index} is out of bounds", *range(1, index))
    found = look(viewer, address_of(viewer, planted.schema))
    assert [text_of(one) for one in found.select(".variants li")] == [
        "6 index 7 is out of bounds",
        "2 index 3 is out of bounds",
    ]


def test_it_says_why_its_jobs_are_one(lab: Lab, viewer: Client) -> None:
    address = address_of(viewer, lab.failed(m1="list"))
    said = box(look(viewer, address), "Why these are one")
    assert "exception ValueError own frame analyse · pipeline.py" in said
    assert address.rstrip("/").rpartition("/")[2] in said


@pytest.mark.parametrize("part", ["table", "host", "user"])
def test_where_it_failed_leads_to_the_jobs_there(planted: Planted, viewer: Client, part: str) -> None:
    plant(planted, "ValueError: bad place", 1, 2, user="al_ice@10.0.0.5", host="gpu%1")
    plant(planted, "ValueError: bad place ", 3, user="alXice@10.0.0.5", host="gpu%12", table_name="__other")
    found = look(viewer, address_of(viewer, planted.schema))
    terms = {text_of(term): term.find_next_sibling("dd") for term in found.select("dl.facts dt")}
    links = terms[part].select("a")  # type: ignore[union-attr]
    listed = [len(cells(look(viewer, str(link["href"])), "Age")) for link in links]
    assert listed == [2, 1]
    assert [text_of(link).rsplit(" ", 1)[1] for link in links] == ["2", "1"]


def test_the_whole_group_can_be_cleared_and_that_is_told_when_it_fails_again(lab: Lab, operator: Client) -> None:
    schema, module = lab.pipeline(recordings={"m1": "list", "m2": "list"})
    lab.compute(module)
    # What failed in the very second in which the page was read might have come after it.
    SERVER.sql(f"UPDATE `{schema}`.`~jobs` SET timestamp = timestamp - INTERVAL 1 MINUTE")
    address = address_of(operator, schema)
    form = fields(look(operator, address), CONFIRM) | {"all": "1"}
    confirmed = page(operator.post(CONFIRM, form))
    assert text_of(confirmed.h1) == "Clear 2 jobs?"
    sent = operator.post(CLEAR, fields(confirmed, CLEAR))
    assert "Cleared 2 jobs." in notices(look(operator, sent.headers["Location"]))
    lab.compute(module)
    said = box(look(operator, address), "What was done about it")
    assert "otto cleared 2 of them: all 2 failed again" in said


def test_a_viewer_is_offered_no_act(lab: Lab, viewer: Client) -> None:
    found = look(viewer, address_of(viewer, lab.failed(m1="list")))
    assert found.select(".acts button[type=submit]") == []


def test_a_group_leads_to_the_next_and_the_previous_of_its_kind(planted: Planted, viewer: Client) -> None:
    plant(planted, "AaaError: bad", 1, 2, 3)
    plant(planted, "BbbError: bad", 1)
    first = look(viewer, address_of(viewer, planted.schema, "AaaError"))
    (link,) = first.select('.steps [rel="next"]')
    second = look(viewer, str(link["href"]))
    assert [str(one["href"]).rpartition("/errors/")[2] for one in second.select('.steps [rel="prev"]')]


def test_what_failing_keys_share_is_said_with_both_shares(lab: Lab, viewer: Client) -> None:
    made = SortedLab(lab)
    made.fail_where(lambda key: key[2] == 3)
    found = look(viewer, address_of(viewer, made.schema))
    (row,) = found.select("#sharing tbody tr")
    assert text_of(row.b) == "paramset_id = 3"
    assert cells(found, "failed") == ["18 of 20"]
    assert cells(found, "verdict") == ["much more often"]


def test_too_few_jobs_are_not_compared(lab: Lab, viewer: Client) -> None:
    found = look(viewer, address_of(viewer, lab.failed(m1="list")))
    assert "Too few to compare: 1 failed key." in box(found, "What failing keys share")


def test_what_failing_keys_share_comes_after_the_rest_to_who_runs_scripts(lab: Lab, viewer: Client) -> None:
    address = address_of(viewer, lab.failed(m1="list"))
    viewer.cookies[SCRIPTS_COOKIE] = "1"
    (part,) = look(viewer, address).select("#sharing[hx-get]")
    found = look(viewer, str(part["hx-get"]), headers=FRAGMENT)
    assert [tag["id"] for tag in found.find_all(recursive=False)] == ["sharing"]
    assert "Too few to compare" in text_of(found)
    assert found.select("#sharing[hx-get]") == []


def test_what_the_keys_of_a_group_share_that_is_gone_is_not_there(viewer: Client) -> None:
    look(viewer, f"{ERRORS}1-000000000000/sharing/", status=404)


@pytest.mark.parametrize("fingerprint", ["1-000000000000", "x", "9-" + "f" * 300, "%00", "..%2F..", "é"])
def test_a_group_that_is_not_there_is_a_sentence_with_a_way_to_those_that_are(
    failed_jobs: str, viewer: Client, fingerprint: str
) -> None:
    found = look(viewer, f"{ERRORS}{fingerprint}/", status=404)
    assert "This problem is gone" in text_of(found.h1) or "No such page" in text_of(found.h1)


def test_a_group_whose_jobs_were_cleared_says_so(planted: Planted, viewer: Client) -> None:
    plant(planted, "ValueError: bad", 1)
    address = address_of(viewer, planted.schema)
    SERVER.sql(f"DELETE FROM {planted.where}")
    found = look(viewer, address, status=404)
    assert text_of(found.h1) == "This problem is gone"
    assert found.select(f'.card a[href="{ERRORS}"]')


def test_looking_writes_nothing(lab: Lab, viewer: Client) -> None:
    address = address_of(viewer, lab.failed(m1="list"))
    with CaptureQueriesContext(connections["lab"]) as asked:
        look(viewer, address)
    assert verbs(asked) <= {"SELECT", "SHOW"}


@pytest.mark.parametrize("jobs", [1, 40])
def test_a_large_group_is_asked_in_as_many_statements_as_a_small_one(
    planted: Planted, viewer: Client, jobs: int
) -> None:
    plant(planted, "ValueError: counted", *[1] * jobs)
    address = address_of(viewer, planted.schema)
    with CaptureQueriesContext(connections["lab"]) as asked:
        look(viewer, address)
    assert len(asked) <= 20


def test_a_password_in_a_message_is_masked(planted: Planted, viewer: Client) -> None:
    plant(planted, "ConnectionError: mysql://alice:s3cret-pw@db/lab refused", 1)
    assert "s3cret-pw" not in str(look(viewer, address_of(viewer, planted.schema)))


def test_a_stranger_is_told_whom_to_ask(stranger: Client) -> None:
    assert "ask an admin" in text_of(look(stranger, f"{ERRORS}1-000000000000/", status=403).main)
