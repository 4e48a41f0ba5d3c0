"""A filter is one field of a form: it is read, drawn, said and asked for by what stands there."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import pytest
from bs4 import BeautifulSoup
from django import forms
from django.db.models import Q
from django.http import QueryDict

from jobsite.pages.filter_form import DurationField, FilterField, FilterForm, ListFilter, NameField
from tests.pages import text_of

NOW = datetime(2026, 1, 4, tzinfo=timezone.utc)


class ToyForm(FilterForm):
    """Each kind of field."""

    colour = FilterField(widget=forms.HiddenInput)
    shelf = NameField("on shelf {}", shown=str.title)
    maker = FilterField("made by {}", lambda maker, now: Q(maker=maker), size=9, placeholder="contains…")
    older = DurationField("older than {}", lambda age_s, now: Q(made__lt=now - timedelta(seconds=age_s)))


@dataclass(frozen=True)
class ToyFilter(ListFilter):
    """Which toys?"""

    name = "toy"
    everything = "All toys"
    form_class = ToyForm
    sorts = {"age": "made", "maker": "maker"}
    usual_sort = "age"


def read(query: str) -> ToyFilter:
    return ToyFilter.read(QueryDict(query))


def drawn(chosen: ToyFilter, **offered: list[str]) -> dict[str, BeautifulSoup]:
    """Return the visible fields by their labels."""
    form = chosen.form(**offered)
    return {str(field.label): BeautifulSoup(str(field), "html.parser") for field in form.visible_fields()}


def test_a_filter_reads_its_own_query() -> None:
    chosen = read("older=1h&maker=ann&shelf=top&colour=red&sort=-maker")
    assert chosen.query == "colour=red&shelf=top&maker=ann&older=1h&sort=-maker"
    assert read(chosen.query) == chosen


def test_what_is_not_asked_for_stands_nowhere() -> None:
    chosen = read("maker=&older=%20&sort=age&page=3")
    assert (chosen.query, chosen.in_words, chosen.is_narrowed, chosen.condition(NOW)) == ("", "All toys.", False, Q())


def test_the_clauses_make_a_sentence() -> None:
    chosen = read("shelf=top&maker=ann&older=90m")
    assert chosen.in_words == "All toys on shelf Top, made by ann, older than 1 h 30 min."


def test_the_conditions_are_joined_and_times_count_from_the_server_s_now() -> None:
    chosen = read("shelf=top&maker=ann&older=1h")
    assert chosen.condition(NOW) == Q(Q(maker="ann"), Q(made__lt=NOW - timedelta(hours=1)))


def test_a_length_of_nought_is_asked_for() -> None:
    assert read("older=0").condition(NOW) == Q(Q(made__lt=NOW))


def test_hidden_fields_narrow_the_list_without_being_asked_by_a_person() -> None:
    chosen = read("colour=red&maker=ann")
    assert chosen.is_narrowed


def test_a_problem_is_one_sentence_and_what_was_typed_stays() -> None:
    chosen = read("older=2")
    assert chosen.problems == ("“2” has no unit: write 2s, 2m or 2h.",)
    (box,) = drawn(chosen)["Older"].select("input")
    assert (box["value"], box["aria-invalid"]) == ("2", "true")


def test_a_filter_that_cannot_be_read_matches_nothing() -> None:
    assert read("older=2&maker=ann").condition(NOW) == Q(pk__in=[])


def test_a_term_is_trimmed_and_a_name_is_not() -> None:
    assert read("maker=%20ann%20&shelf=%20top%20").texts == {"shelf": " top ", "maker": "ann"}


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        (f"maker={'a' * 201}", "“aaaaaaaaaaaaaaaaaaaa…” is too long: a filter takes 200 characters."),
        ("maker=a%00b", "A filter cannot hold the character NUL."),
        ("restriction=a%3D1", "“restriction” in the address is no filter of this list."),
        ("Maker=ann", "“Maker” in the address is no filter of this list."),
        ("%1b[0m=1", "“\\x1b[0m” in the address is no filter of this list."),
        ("maker=ann&maker=bob", "“maker” stands in the address more than once, with different values."),
        ("sort=colour", "This list cannot be sorted by “colour”."),
    ],
)
def test_what_the_address_says_is_never_passed_over(query: str, problem: str) -> None:
    chosen = read(f"{query}&shelf=top")
    assert (chosen.problems, chosen.is_narrowed, chosen.condition(NOW)) == ((problem,), True, Q(pk__in=[]))
    assert read(chosen.query).problems == (problem,)


def test_a_longest_term_can_be_read() -> None:
    assert read(f"maker={'🧠' * 200}").problems == ()


def test_a_box_is_drawn_with_its_value() -> None:
    (box,) = drawn(read("maker=ann"))["Maker"].select("input")
    assert box.attrs == {"type": "text", "name": "maker", "value": "ann", "size": "9", "placeholder": "contains…"}


def test_names_are_offered_as_they_are_shown_and_the_chosen_one_among_them() -> None:
    options = drawn(read("shelf=gone"), shelf=["low", "top"])["Shelf"].select("option")
    assert [(option["value"], text_of(option)) for option in options] == [
        ("", "any"),
        ("low", "Low"),
        ("top", "Top"),
        ("gone", "Gone"),
    ]
    assert [option["value"] for option in options if option.has_attr("selected")] == ["gone"]
