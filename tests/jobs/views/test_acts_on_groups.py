"""One act on the jobs of several groups: those that were selected on the page of errors, and no others."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from tests.jobs.clearing import CONFIRM, confirm, post
from tests.jobs.planting import Planted
from tests.jobs.views.test_error_list import ERRORS, plant, tabs, titles
from tests.pages import fields, look, notices, page, text_of


@pytest.fixture
def three(planted: Planted) -> str:
    """The address of three problems, of 3, 2 and 1 jobs."""
    plant(planted, "ValueError: bad", 1, 2, 30)
    plant(planted, "KeyError: 'x'", 1, 2)
    plant(planted, "OSError: no disk", 1)
    return f"{ERRORS}?schema={planted.schema}"


def ticked(found: BeautifulSoup, *names: str) -> dict[str, list[str]]:
    """Return what the page sends when the groups of these exceptions are selected."""
    rows = [row for row in found.select(".groups tbody tr") if text_of(row.select_one("a.group")) in names]
    return {**fields(found, CONFIRM), "group": [str(row.select("input")[0]["value"]) for row in rows]}


def test_several_groups_are_cleared_through_one_confirm_page(three: str, operator: Client) -> None:
    confirmed = confirm(operator, ticked(look(operator, three), "ValueError", "OSError"))
    assert text_of(confirmed.h1) == "Clear 4 jobs?"
    answer = post(operator, confirmed)
    assert answer.headers["Location"] == three
    found = look(operator, three)
    assert (titles(found), notices(found)[0]) == (["KeyError"], "Cleared 4 jobs.")


def test_an_act_on_groups_keeps_to_the_filter_of_the_page(three: str, operator: Client) -> None:
    found = look(operator, f"{three}&newer=24h")
    confirmed = confirm(operator, ticked(found, "ValueError", "KeyError"))
    assert text_of(confirmed.h1) == "Clear 4 jobs?"
    post(operator, confirmed)
    assert tabs(look(operator, three))["all"] == "2 2 problems"


def test_what_came_after_the_page_was_read_is_left_alone(three: str, planted: Planted, operator: Client) -> None:
    form = ticked(look(operator, three), "KeyError")
    planted.row(key_hash="f" * 32, error_message="KeyError: 'x'", timestamp="2037-01-01 00:00:00")
    assert text_of(confirm(operator, form).h1) == "Clear 2 jobs?"


def test_who_selects_nothing_is_told_so_and_nothing_is_done(three: str, operator: Client) -> None:
    response = operator.post(CONFIRM, ticked(look(operator, three)))
    assert response.headers["Location"] == three
    found = look(operator, three)
    assert notices(found)[0] == "No problem was selected: select those whose jobs you want to clear."
    assert len(titles(found)) == 3


def test_a_group_that_is_gone_is_no_other_word_for_all(three: str, operator: Client) -> None:
    form = ticked(look(operator, three)) | {"group": ["1-000000000000"]}
    assert operator.post(CONFIRM, form).status_code == 400
    assert len(titles(look(operator, three))) == 3


@pytest.mark.parametrize("names", [["everything"], [""], [" "], [","], ["1-000000000000", "' OR 1=1"]])
def test_a_form_with_other_words_for_groups_does_nothing(three: str, operator: Client, names: list[str]) -> None:
    response = operator.post(CONFIRM, ticked(look(operator, three)) | {"group": names})
    assert response.status_code == 400 or text_of(page(response).h1) == "Nothing to clear"
    assert len(titles(look(operator, three))) == 3


def test_a_way_back_leads_to_the_page_of_errors_and_nowhere_else(three: str, operator: Client) -> None:
    form = ticked(look(operator, three), "OSError") | {"errors": ["next=//elsewhere/&kind=all"]}
    (back,) = [link for link in confirm(operator, form).select("main a") if text_of(link) == "Back to the list"]
    assert str(back["href"]).startswith(f"{ERRORS}?")


def test_who_may_only_look_has_nothing_to_select(three: str, viewer: Client) -> None:
    found = look(viewer, three)
    assert found.select(".groups input, .acts") == []
    form = {"group": ["1-000000000000"], "filter": "status=error", "as_of": "2026-01-01T00:00:00+00:00"}
    assert viewer.post(CONFIRM, form).status_code == 403
