"""The filter of jobs: read, written and said."""

from django.http import QueryDict

from jobs.listing.filters import JobFilter


def test_a_filter_read_from_its_own_query_is_the_same() -> None:
    query = "status=error&schema=lab+a&table=__x%26y&user=al&host=gpu&message=%25_%27&newer=24h&older=10m&sort=-message"
    chosen = JobFilter.read(QueryDict(query))
    assert JobFilter.read(QueryDict(chosen.query)) == chosen


def test_a_filter_that_asks_for_nothing_has_no_query() -> None:
    assert JobFilter.read(QueryDict("")).query == ""


def test_a_filter_that_asks_for_nothing_says_so() -> None:
    assert JobFilter().in_words == "All jobs."


def test_each_part_of_a_filter_is_said() -> None:
    query = "status=reserved&schema=lab_a&table=__spike_sorting&user=al&host=gpu&message=memory&newer=90m&older=60s"
    assert JobFilter.read(QueryDict(query)).in_words == (
        "Reserved jobs in schema lab_a, of table SpikeSorting, with a message containing “memory”, of users containing"
        " “al”, on hosts containing “gpu”, from the last 1 h 30 min, older than 1 min."
    )


def test_what_cannot_be_read_is_a_problem_and_never_passed_over() -> None:
    problems = JobFilter.read(QueryDict("newer=soon&older=later&status=lost")).problems
    assert problems == (
        "“soon” is not a length of time: write 90s, 15m, 24h, 7d or 2w.",
        "“later” is not a length of time: write 90s, 15m, 24h, 7d or 2w.",
        "“lost” is not a status of a job: choose one of error, reserved, ignore.",
    )


def test_an_unknown_sort_is_said_and_the_usual_one_stands_in_its_place() -> None:
    chosen = JobFilter.read(QueryDict("sort=password"))
    assert (chosen.sort, chosen.problems) == ("age", ("This list cannot be sorted by “password”.",))
