"""The filter of jobs: read, written and said."""

from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from jobs.listing.filters import JobFilter


def test_a_filter_read_from_its_own_query_is_the_same() -> None:
    query = "status=error&schema=lab+a&table=__x%26y&user=al&host=gpu&message=%25_%27&newer=24h&older=10m"
    query += f"&key_hash={'0' * 32}&pid=7%2C8&connection=9&sort=-message"
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


def test_several_numbers_and_hashes_are_said() -> None:
    hashes = f"{'0' * 32} {'Aa+/' * 8}"
    query = urlencode({"key_hash": hashes, "pid": "12, 13", "connection": "007"})
    assert JobFilter.read(QueryDict(query)).in_words == (
        f"All jobs with the key_hash {'0' * 32}, {'Aa+/' * 8}, of the process 12, 13, over the connection 7."
    )


def test_moments_are_those_of_utc_and_the_last_one_ends_what_it_names() -> None:
    query = urlencode({"since": "2026-11-25T07:04:10Z", "until": "2026-11-26"})
    assert JobFilter.read(QueryDict(query)).in_words == (
        "All jobs later than 2026-11-25 07:04:10 UTC, until 2026-11-26 23:59:59 UTC."
    )


@pytest.mark.parametrize("text", ["2026-02-30", "07:04", "1 h", "2026-11-26T08:00:10+01:00", "２０２６-11-26", "x\x1b"])
def test_a_time_that_cannot_be_read_is_a_problem(text: str) -> None:
    (problem,) = JobFilter.read(QueryDict(urlencode({"since": text}))).problems
    assert problem.endswith("is no time: write 2026-11-26 or 2026-11-26 08:00, or in UTC 2026-11-26T07:00:10Z.")


def test_a_number_or_a_hash_that_cannot_be_read_is_a_problem() -> None:
    query = urlencode({"key_hash": f"{'0' * 32},abc", "pid": "12 x\x1b", "connection": "-1"})
    assert JobFilter.read(QueryDict(query)).problems == (
        "“abc” is no key_hash: write its 32 characters.",
        r"“x\x1b” is no number of a process: write 123, or 123, 124.",
        "“-1” is no id of a connection: write 123, or 123, 124.",
    )


def test_rare_fields_are_in_sight_where_one_is_used() -> None:
    form = JobFilter.read(QueryDict("pid=12")).form()
    assert [bound.name for bound in form.rare_fields] == ["since", "until", "key_hash", "pid", "connection", "group"]
    assert (form.uses_rare_fields, JobFilter().form().uses_rare_fields) == (True, False)


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
