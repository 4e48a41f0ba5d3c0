"""The switch "Mine" of a filter: read, said and asked for with the reader's database users."""

from dataclasses import dataclass, replace
from datetime import datetime, timezone

import pytest
from django.db.models import Q
from django.http import QueryDict

from jobsite.pages.filter_form import NOBODY_LINKED, FilterForm, ListFilter
from jobsite.pages.mine import MineField

NOW = datetime(2026, 1, 4, tzinfo=timezone.utc)


class ToyForm(FilterForm):
    """The switch alone."""

    mine = MineField(lambda users, now: Q(owner__in=users))


@dataclass(frozen=True)
class ToyFilter(ListFilter):
    """Whose toys?"""

    name = "toy"
    everything = "All toys"
    form_class = ToyForm
    sorts = {"age": "made"}
    usual_sort = "age"


def read(query: str, *own_users: str) -> ToyFilter:
    return replace(ToyFilter.read(QueryDict(query)), own_users=own_users)


def test_it_is_asked_for_with_the_readers_database_users() -> None:
    chosen = read("mine=1", "al", "bo")
    assert (chosen.is_mine, chosen.is_narrowed, chosen.query) == (True, True, "mine=1")
    assert chosen.condition(NOW) == Q(Q(owner__in=("al", "bo")))


@pytest.mark.parametrize(
    ("own_users", "said"),
    [
        (["al"], "All toys of your database user al."),
        (["al", "bo"], "All toys of your database users al, bo."),
        (["a\x1bl\ud800"], r"All toys of your database user a\x1bl\ud800."),
    ],
)
def test_it_says_whose(own_users: list[str], said: str) -> None:
    assert read("mine=1", *own_users).in_words == said


def test_switched_off_it_asks_for_everybodys() -> None:
    chosen = read("", "al")
    assert (chosen.is_mine, chosen.in_words, chosen.condition(NOW)) == (False, "All toys.", Q())


def test_with_nobody_linked_nothing_is_listed() -> None:
    chosen = read("mine=1")
    assert (chosen.problems, chosen.condition(NOW)) == ((NOBODY_LINKED,), Q(pk__in=[]))


@pytest.mark.parametrize("value", ["0", "yes", "alice", "1,1"])
def test_any_other_value_is_told(value: str) -> None:
    assert read(f"mine={value}", "al").problems == (f"“{value}” is no value of mine: write mine=1.",)
