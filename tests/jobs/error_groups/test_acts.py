"""What the record tells of a group of errors: what was done about it, and whether the jobs are back."""

import pytest

from jobs.error_groups.acts import JobKey, acts_on
from jobs.error_groups.recorded import VERBS
from jobsite.activity.record import begin_act

pytestmark = pytest.mark.django_db
GROUP = "1-6f0c2a9b41d3"
WHOLE = f"All that match: Failed jobs of the group {GROUP}."
A, B, C = (("lab_a", "__score", letter * 32) for letter in "abc")


def done(meant: str, *jobs: JobKey, verb: str = "clear", counts: dict[str, int] | None = None) -> None:
    """Write an act on these jobs of one schema into the record."""
    record = begin_act("bob", verb, meant)
    rows = [("~jobs", table_name, key_hash, "error", "2026-01-02T03:04:05Z") for _, table_name, key_hash in jobs]
    with record.chunk("lab_a", rows) as chunk:
        chunk.counts = {VERBS.get(verb, verb): len(jobs)} if counts is None else counts
    record.end("Done.")


def said(*failed: JobKey) -> list[str]:
    """Return what was done to the group and what became of it."""
    return [f"{act.username} {act.verb} {act.jobs}: {act.in_words}" for act in acts_on(GROUP, set(failed))]


def test_jobs_that_were_cleared_and_are_in_the_group_have_failed_again() -> None:
    done("Selected: 2 jobs.", A, B)
    assert said(A, B, C) == ["bob cleared 2: all 2 failed again"]


def test_of_an_act_on_more_than_the_group_only_what_is_back_is_known_to_be_of_it() -> None:
    done("All that match: Failed jobs.", A, B)
    assert said(A) == ["bob cleared 1: it failed again"]
    assert said(C) == []


def test_of_an_act_on_the_whole_group_it_is_told_how_many_are_back() -> None:
    done(WHOLE, A, B, C)
    assert said(A) == ["bob cleared 3: 1 of them failed again"]
    assert said(("lab_a", "__score", "d" * 32)) == ["bob cleared 3: none of them has failed again in this way"]


def test_of_an_act_on_several_groups_only_what_is_back_is_known_to_be_of_this_one() -> None:
    done(f"All that match: Failed jobs of the groups 1-000000000000, {GROUP}.", A, B, C)
    assert said(A) == ["bob cleared 1: it failed again"]
    assert said() == []


def test_where_not_all_jobs_of_the_group_are_known_it_is_not_told_that_none_is_back() -> None:
    done(WHOLE, A, B, C)
    known, unknown = (acts_on(GROUP, jobs, is_whole=False)[0].in_words for jobs in ({A}, set[JobKey]()))
    assert (known, unknown) == ("at least 1 of them failed again", "")


def test_ignored_jobs_are_skipped() -> None:
    done(WHOLE, A, verb="ignore")
    assert said() == ["bob ignored 1: populate skips them"]


def test_the_newest_act_stands_first() -> None:
    done("Selected: 1 job.", A)
    done("Selected: 1 job.", A, verb="retry")
    assert [line.split()[1] for line in said(A)] == ["retried", "cleared"]


@pytest.mark.parametrize("counts", [{}, {"cleared": 1, "changed": 1}, {"refused": 2}])
def test_a_statement_that_was_not_done_to_all_its_rows_tells_nothing(counts: dict[str, int]) -> None:
    done(WHOLE, A, B, counts=counts)
    assert said(A) == []


def test_the_same_key_of_another_schema_or_table_is_another_job() -> None:
    done("Selected: 1 job.", A)
    assert said(("lab_b", *A[1:]), ("lab_a", "__other", A[2])) == []


@pytest.mark.parametrize("verb", ["release", "kill connection", "show stored text"])
def test_other_acts_are_none_on_failed_jobs(verb: str) -> None:
    done(WHOLE, A, verb=verb)
    assert said(A) == []
