"""The filter of jobs: read from a query string, written back to it, said in a sentence."""

import pytest
from django.http import QueryDict

from jobs.filters import SORTS, JobFilter


def read(query: str) -> JobFilter:
    """Return the filter of a query string."""
    return JobFilter.read(QueryDict(query))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "status=error",
        "status=error&schema=lab_a&table=__score&user=ali&host=gpu&message=no+%26+yes&newer=24h&older=15m&sort=-user",
        "schema=+blank+&table=%23x",
        "message=%C3%9C%F0%9F%A7%A0",
        "newer=soon",
    ],
)
def test_the_same_filter_comes_of_reading_what_it_wrote(query: str) -> None:
    assert read(query).query == query
    assert read(read(query).query) == read(query)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "All jobs."),
        ("status=error", "Jobs that failed."),
        ("status=reserved&host=gpu", "Reserved jobs on a host like “gpu”."),
        ("status=ignore&table=__spike_sorting&schema=lab_a", "Ignored jobs of SpikeSorting in lab_a."),
        ("newer=90m&older=15", "All jobs newer than 1 h 30 min older than 15 s."),
        ("newer=0", "All jobs newer than 0 s."),
    ],
)
def test_a_filter_says_itself_in_words(query: str, words: str) -> None:
    assert read(query).in_words == words


@pytest.mark.parametrize("query", ["newer=soon", "older=1y", "newer=-1", "newer=1.5h", "older=٣h", "status=broken"])
def test_what_cannot_be_read_is_said(query: str) -> None:
    (problem,) = read(query).problems
    assert query.partition("=")[2] in problem


def test_two_problems_are_both_said() -> None:
    assert len(read("newer=soon&older=late").problems) == 2


@pytest.mark.parametrize("sort", ["", "nothing", "--age", "timestamp", "age,user", "-"])
def test_an_unknown_sort_is_the_newest_first(sort: str) -> None:
    assert read(f"sort={sort}").sort == "age"


@pytest.mark.parametrize("sort", SORTS)
def test_a_sort_is_kept_both_ways(sort: str) -> None:
    assert [read(f"sort={way}{sort}").sort for way in ("", "-")] == [sort, f"-{sort}"]


def test_search_terms_are_trimmed_and_cut_and_hold_no_nul() -> None:
    assert read("user=+a%00b+").user == "ab"
    assert len(read(f"message={'x' * 1000}").message) == 200


def test_another_tab_keeps_the_rest() -> None:
    assert read("status=error&user=ali&sort=host").with_status("ignore").query == "status=ignore&user=ali&sort=host"
